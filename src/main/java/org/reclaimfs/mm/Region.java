package org.reclaimfs.mm;

import java.util.Arrays;

/** A stretch of virtual pages of one kind and content: a mapping of a task, made of page tables of 512 pages. */
public final class Region {
    public final String name;
    public final Kind kind;
    public final Content content;

    /** Pages of the region that are mapped in its owner's page tables. */
    public long mappedPages;
    /** Pages of the region whose page table entry is a swap entry. */
    public long swapEntryPages;

    /** State of the swap readahead window (mm/swap_state.c, per VMA). */
    public long raPrevPage = Long.MIN_VALUE / 2;

    public int raWindow;
    public int raHits = 4;

    private long pages;
    private int[] tables = new int[4];

    Region(String name, Kind kind, Content content) {
        this.name = name;
        this.kind = kind;
        this.content = content;
    }

    public long pages() {
        return pages;
    }

    public int tableCount() {
        return tableCount(pages);
    }

    /** How many page tables that many pages take. */
    public static int tableCount(long pages) {
        return (int) (pages + MemMap.TABLE_PAGES - 1 >>> MemMap.TABLE_SHIFT);
    }

    /** Id of the page table that holds page {@code page}. */
    public int table(long page) {
        return tables[(int) (page >>> MemMap.TABLE_SHIFT)];
    }

    void grow(int tableNo, int table, long newPages) {
        if (tableNo >= tables.length) {
            tables = Arrays.copyOf(tables, tables.length * 2);
        }
        tables[tableNo] = table;
        pages = newPages;
    }

    void setPages(long newPages) {
        pages = newPages;
    }
}
