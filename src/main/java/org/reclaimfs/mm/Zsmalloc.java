package org.reclaimfs.mm;

import java.util.ArrayList;
import java.util.List;
import org.reclaimfs.abi.Units;

/**
 * One zsmalloc pool: how many pages its objects take (mm/zsmalloc.c, 7.2, chain length 8; spec/23 section 7, verified
 * against the kernel's class table). Objects of a class share zspages, fuller ones first, so the pool is as small as its
 * classes allow. NOT thread safe.
 */
public final class Zsmalloc {
    /** Objects of this length and more take a whole page, and zram stores them raw. */
    public static final int HUGE_BYTES = 3625;

    /** Slab that an object costs besides its place in the pool: its handle and its share of the zspage's own data. */
    public static final int SLAB_BYTES = 65;

    private static final int MIN_SIZE = 32;
    private static final int STEP = 16;
    private static final int HANDLE_BYTES = 8;
    private static final int MAX_CHAIN = 8;
    private static final int CLASSES = (Units.PAGE_SIZE - MIN_SIZE) / STEP + 1;

    /** By class index: the merged class it uses, its pages and objects in a zspage. */
    private static final int[] MERGED = new int[CLASSES];

    private static final int[] CHAIN = new int[CLASSES];
    private static final int[] OBJECTS = new int[CLASSES];

    static {
        for (int i = CLASSES - 1; i >= 0; i--) {
            int size = MIN_SIZE + i * STEP;
            CHAIN[i] = chain(size);
            OBJECTS[i] = CHAIN[i] * Units.PAGE_SIZE / size;
            boolean same = i + 1 < CLASSES && CHAIN[i + 1] == CHAIN[i] && OBJECTS[i + 1] == OBJECTS[i];
            MERGED[i] = same ? MERGED[i + 1] : i;
        }
    }

    private static int chain(int size) {
        if (Integer.bitCount(size) == 1) {
            return 1;
        }
        int best = 1;
        for (int i = 2; i <= MAX_CHAIN; i++) {
            if (i * Units.PAGE_SIZE % size < best * Units.PAGE_SIZE % size) {
                best = i;
            }
        }
        return best;
    }

    /**
     * How full one size class is.
     *
     * @param index its number, the highest of those merged into it
     * @param sizeBytes of an object, with its handle
     * @param zspagePages pages of a zspage
     * @param zspageObjects objects that a zspage has room for
     * @param objects that are there
     */
    public record ClassUse(int index, int sizeBytes, int zspagePages, int zspageObjects, long objects) {
        /** Zspages that are there: all full but for one. */
        public long zspages() {
            return (objects + zspageObjects - 1) / zspageObjects;
        }
    }

    private final long[] objects = new long[CLASSES];
    /** Objects that the class's zspages could still take. INVARIANT: 0 &lt;= room &lt; OBJECTS. */
    private final int[] room = new int[CLASSES];

    private long pages;

    /** The class that an object of {@code bytes} goes to; its index is only good for comparing. */
    private static int classOf(int bytes) {
        int size = bytes + HANDLE_BYTES;
        int index = size <= MIN_SIZE ? 0 : (size - MIN_SIZE + STEP - 1) / STEP;
        return MERGED[Math.min(index, CLASSES - 1)];
    }

    /** Object size in bytes of that class. */
    public static int classSize(int bytes) {
        return MIN_SIZE + classOf(bytes) * STEP;
    }

    /** Pages that {@code count} more objects of {@code bytes} would need. */
    public long pagesToAdd(int bytes, long count) {
        int cls = classOf(bytes);
        return zspagesToAdd(cls, count) * CHAIN[cls];
    }

    private long zspagesToAdd(int cls, long count) {
        long left = room[cls] - count;
        // Most often the last zspage has room, or stays: no division then.
        return left >= 0 && left < OBJECTS[cls] ? 0 : -Math.floorDiv(left, (long) OBJECTS[cls]);
    }

    /** Adds objects; negative numbers free them. Returns by how many pages the pool grew. */
    public long add(int bytes, long count) {
        int cls = classOf(bytes);
        long zspages = zspagesToAdd(cls, count);
        objects[cls] += count;
        room[cls] += (int) (zspages * OBJECTS[cls] - count);
        if (objects[cls] < 0) {
            throw new IllegalStateException("class " + cls + " freed more objects than it had");
        }
        pages += zspages * CHAIN[cls];
        return zspages * CHAIN[cls];
    }

    /** Objects in all classes. */
    public long objectCount() {
        long sum = 0;
        for (long n : objects) {
            sum += n;
        }
        return sum;
    }

    /** All classes of their own, in order of size (zs_stats_size_show). */
    public List<ClassUse> classes() {
        List<ClassUse> all = new ArrayList<>();
        for (int i = 0; i < CLASSES; i++) {
            if (MERGED[i] == i) {
                all.add(new ClassUse(i, MIN_SIZE + i * STEP, CHAIN[i], OBJECTS[i], objects[i]));
            }
        }
        return all;
    }

    /** zs_get_total_pages. */
    public long pages() {
        return pages;
    }
}
