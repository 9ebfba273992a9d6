package org.reclaimfs.memcg;

/**
 * Who a task is, or was: for records that outlast it and must not hold its memory, its cgroup and all that hangs on them. One
 * object a task, so that {@code ==} tells two of the same name apart.
 */
public record TaskName(int pid, String name) {}
