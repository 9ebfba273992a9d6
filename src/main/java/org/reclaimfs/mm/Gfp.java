package org.reclaimfs.mm;

/** The allocation masks that appear in the kernel's log, as captured (golden behaviour/*dmesg; spec/08 section 5). */
public enum Gfp {
    /** A fault on memory that was never touched. */
    PAGE_FAULT("0x140dca(GFP_HIGHUSER_MOVABLE|__GFP_ZERO|__GFP_COMP)"),
    /** A fault on a swap entry, or on page cache. */
    SWAP_IN("0x140cca(GFP_HIGHUSER_MOVABLE|__GFP_COMP)"),
    /** A charge to a memcg, and what is written to memory.max. */
    MEMCG_CHARGE("0xcc0(GFP_KERNEL)"),
    /** Kernel memory of a task: page tables, stacks. */
    KERNEL_ACCOUNT("0x440dc0(GFP_KERNEL_ACCOUNT|__GFP_ZERO|__GFP_COMP)"),
    /** Inside a file system. */
    NOFS("0xc40(GFP_NOFS)"),
    /** The table of a swap cluster, which may not use the reserves. */
    SWAP_TABLE("0xc0de0(GFP_KERNEL|__GFP_HIGH|__GFP_ZERO|__GFP_COMP|__GFP_NOMEMALLOC)");

    private final String text;

    Gfp(String text) {
        this.text = text;
    }

    /** As printed: the mask and its names. */
    public String text() {
        return text;
    }

    /** __GFP_FS: without it the OOM killer does nothing for the whole machine. */
    public boolean fs() {
        return this != NOFS;
    }
}
