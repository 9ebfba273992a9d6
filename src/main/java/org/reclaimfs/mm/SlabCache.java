package org.reclaimfs.mm;

import org.reclaimfs.abi.Units;

/**
 * Small kernel objects of one kind, packed into unreclaimable slab pages (struct kmem_cache in outline: no partial
 * slabs, so the cache is as small as its objects allow). NOT thread safe.
 */
public final class SlabCache {
    private final Memory ram;
    private final int objectBytes;
    private long objects;
    private long pages;
    /** Objects that fit on the pages. */
    private long capacity;

    public SlabCache(Memory ram, int objectBytes) {
        this.ram = ram;
        this.objectBytes = objectBytes;
    }

    /**
     * Makes room for at least one more object, with a new page if need be.
     *
     * @return how many more objects fit without another page; 0 if there is no memory for it
     */
    public long makeRoom() {
        long room = room();
        if (room > 0) {
            return room;
        }
        if (!ram.kernelUse(KernelUse.SLAB_UNRECLAIMABLE, 1)) {
            return 0;
        }
        setPages(pages + 1);
        return room();
    }

    /** Pages that so many more objects might need. */
    public long pagesToAdd(long count) {
        return Math.max(0, Units.bytesToPagesUp((objects + count) * objectBytes) - pages);
    }

    private long room() {
        return capacity - objects;
    }

    private void setPages(long value) {
        pages = value;
        capacity = Units.pagesToBytes(value) / objectBytes;
    }

    /** Adds objects for which {@link #makeRoom} found room, or with a negative number frees them. */
    public void add(long count) {
        objects += count;
        long needed = Units.bytesToPagesUp(objects * objectBytes);
        if (count < 0 && needed < pages) {
            ram.kernelUse(KernelUse.SLAB_UNRECLAIMABLE, needed - pages);
            setPages(needed);
        }
    }

    public long pages() {
        return pages;
    }
}
