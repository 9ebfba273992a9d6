package org.reclaimfs.machine;

/**
 * A task's violent end.
 *
 * @param atNs since boot
 * @param by what killed it: oom, memcg-oom, oom-group, cgroup.kill, step
 */
public record Kill(long atNs, String task, String cgroup, String by) {}
