package org.reclaimfs.machine;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** zsmalloc by the class formula of spec/05 section 2: pages = sum over classes of whole zspages. */
final class RefZpool {
    private static final int MAX_CHAIN = 8;
    private final Map<Integer, Long> objectsByClass = new HashMap<>();
    private static final TreeMap<Integer, Integer> MERGED = new TreeMap<>();

    static {
        int merged = 4096;
        for (int size = 4096; size >= 32; size -= 16) {
            if (chain(size) != chain(merged) || objects(size) != objects(merged)) {
                merged = size;
            }
            MERGED.put(size, merged);
        }
    }

    static int chain(int size) {
        if (Integer.highestOneBit(size) == size) {
            return 1;
        }
        int best = 1;
        for (int i = 1; i <= MAX_CHAIN; i++) {
            if (i * 4096 % size < best * 4096 % size) {
                best = i;
            }
        }
        return best;
    }

    static int objects(int size) {
        return chain(size) * 4096 / size;
    }

    static int classSize(int bytes) {
        int wanted = Math.min(4096, Math.max(32, (bytes + 8 + 15) / 16 * 16));
        return MERGED.get(wanted);
    }

    void add(int bytes, long n) {
        objectsByClass.merge(classSize(bytes), n, Long::sum);
    }

    long pages() {
        long sum = 0;
        for (Map.Entry<Integer, Long> e : objectsByClass.entrySet()) {
            long zspages = (e.getValue() + objects(e.getKey()) - 1) / objects(e.getKey());
            sum += zspages * chain(e.getKey());
        }
        return sum;
    }

    /** Pages that one more object would take. */
    long pagesToAdd(int bytes) {
        long before = pages();
        add(bytes, 1);
        long after = pages();
        add(bytes, -1);
        return after - before;
    }
}
