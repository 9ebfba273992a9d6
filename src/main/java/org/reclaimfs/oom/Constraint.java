package org.reclaimfs.oom;

/** What confines an OOM (enum oom_constraint); the log prints CONSTRAINT_ and the name. */
public enum Constraint {
    NONE,
    CPUSET,
    MEMORY_POLICY,
    MEMCG
}
