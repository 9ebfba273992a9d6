package org.reclaimfs.mm;

/** What the kernel's own pages are for. */
public enum KernelUse {
    SLAB_RECLAIMABLE,
    SLAB_UNRECLAIMABLE,
    KERNEL_STACK,
    PAGE_TABLES,
    PERCPU,
    VMALLOC,
    /** What was written to RAM disks (brd): shown in no counter. */
    RAM_DISKS,
    /** Tables of swap clusters in use: one page each (since 6.18). */
    SWAP_TABLES
}
