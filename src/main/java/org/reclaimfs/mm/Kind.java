package org.reclaimfs.mm;

/** What a region's pages are. Shmem pages are swap-backed and live on the anon lists, as in the kernel. */
public enum Kind {
    ANON,
    FILE,
    SHMEM
}
