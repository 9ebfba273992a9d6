package org.reclaimfs.machine;

/**
 * A task's violent end.
 *
 * @param atNs since boot
 * @param by what killed it: oom, memcg-oom, oom-group, cgroup.kill, step, psi-killer
 * @param pages it had, resident and swapped: what the kill has cost
 */
public record Kill(long atNs, String task, String cgroup, String by, long pages) {}
