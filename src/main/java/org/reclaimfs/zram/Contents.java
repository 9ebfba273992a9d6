package org.reclaimfs.zram;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Units;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Costs;
import org.reclaimfs.mm.Zsmalloc;

/** The contents that a device has seen, by number, and how large each is with each of its algorithms. NOT thread safe. */
final class Contents {
    private final List<Content> known = new ArrayList<>();
    private final List<int[]> bytes = new ArrayList<>();
    private final Map<Content, Integer> numbers = new HashMap<>();
    private final Costs.@Nullable Algorithm[] algorithms;

    private @Nullable Content last;
    private int lastNumber;

    /** @param algorithms by priority, null where none is configured; not to be changed from now on */
    Contents(Costs.@Nullable Algorithm[] algorithms) {
        this.algorithms = algorithms;
    }

    /** The content's number, from 1. */
    int number(Content content) {
        if (content == last) {
            return lastNumber;
        }
        Integer number = numbers.get(content);
        if (number == null) {
            number = add(content);
        }
        last = content;
        lastNumber = number;
        return number;
    }

    private int add(Content content) {
        int number = known.size() + 1;
        if (number > Slot.MAX_CONTENT) {
            throw new IllegalStateException("a zram device tells " + Slot.MAX_CONTENT + " contents apart, not more");
        }
        int[] sizes = new int[algorithms.length];
        for (int priority = 0; priority < sizes.length; priority++) {
            Costs.Algorithm algorithm = algorithms[priority];
            sizes[priority] = algorithm == null ? Units.PAGE_SIZE : objectBytes(content, algorithm);
        }
        known.add(content);
        bytes.add(sizes);
        numbers.put(content, number);
        return number;
    }

    /** What zsmalloc would leave hardly a byte of a page for is kept as it is (zram_write_page). */
    private int objectBytes(Content content, Costs.Algorithm algorithm) {
        Costs.Algorithm primary = algorithms[0];
        int length = primary == null ? Units.PAGE_SIZE : content.comprBytes(algorithm, primary);
        return length >= Zsmalloc.HUGE_BYTES ? Units.PAGE_SIZE : length;
    }

    Costs.@Nullable Algorithm algorithm(int priority) {
        return algorithms[priority];
    }

    Content content(int number) {
        return known.get(number - 1);
    }

    /** Bytes of the object; {@link Units#PAGE_SIZE} for one that is stored as it is. */
    int bytes(int number, int priority) {
        return bytes.get(number - 1)[priority];
    }
}
