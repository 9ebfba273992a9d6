package org.reclaimfs.mm;

import java.util.EnumMap;
import java.util.Map;
import org.reclaimfs.abi.Units;

/**
 * What a page holds, as far as a compressor cares.
 *
 * @param comprBytes compressed length of one page in bytes with the algorithm a store uses first, whichever it is; {@link
 *     Units#PAGE_SIZE} means incompressible
 * @param label the scenario's spelling
 * @param bytesWith the length with algorithms of which it is known
 */
public record Content(
        String label, int comprBytes, boolean zero, boolean sameFilled, Map<Costs.Algorithm, Integer> bytesWith) {
    /** Compressed length of a page that repeats one word, measured with lzo (golden b1 section E). */
    private static final int SAME_FILLED_BYTES = 44;

    public static final Content ZERO = new Content("zero", SAME_FILLED_BYTES, true, true);
    public static final Content SAME = new Content("same", SAME_FILLED_BYTES, false, true);
    public static final Content RANDOM = new Content("random", Units.PAGE_SIZE, false, false);

    public Content {
        bytesWith = Map.copyOf(bytesWith);
    }

    public Content(String label, int comprBytes, boolean zero, boolean sameFilled) {
        this(label, comprBytes, zero, sameFilled, Map.of());
    }

    /**
     * Compressed length in bytes with one algorithm, for a store that uses {@code first} first: what is known, or as much
     * more or less as the two differ on average.
     */
    public int comprBytes(Costs.Algorithm algorithm, Costs.Algorithm first) {
        Integer known = bytesWith.get(algorithm);
        if (known != null) {
            return known;
        }
        if (algorithm == first || comprBytes == Units.PAGE_SIZE) {
            return comprBytes;
        }
        int scaled = (comprBytes * first.hundredths + algorithm.hundredths - 1) / algorithm.hundredths;
        return Math.max(1, Math.min(scaled, Units.PAGE_SIZE));
    }

    /** The same, known to become {@code ratio} (&gt;= 1) times smaller with an algorithm. */
    public Content with(Costs.Algorithm algorithm, double ratio) {
        Map<Costs.Algorithm, Integer> more = new EnumMap<>(Costs.Algorithm.class);
        more.putAll(bytesWith);
        more.put(algorithm, ratio(ratio, label).comprBytes);
        return new Content(label, comprBytes, zero, sameFilled, more);
    }

    /** A page that the chosen compressor, whichever it is, shrinks by {@code ratio} (&gt;= 1). */
    public static Content ratio(double ratio, String label) {
        int bytes = (int) Math.ceil(Units.PAGE_SIZE / ratio);
        return new Content(label, Math.max(1, Math.min(bytes, Units.PAGE_SIZE)), false, false);
    }
}
