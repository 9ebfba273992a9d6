package org.reclaimfs.mm;

import org.reclaimfs.abi.Units;

/**
 * What a page holds, as far as a compressor cares.
 *
 * @param comprBytes compressed length of one page in bytes; {@link Units#PAGE_SIZE} means incompressible
 * @param label the scenario's spelling
 */
public record Content(String label, int comprBytes, boolean zero, boolean sameFilled) {
    /** Compressed length of a page that repeats one word, measured with lzo (golden b1 section E). */
    private static final int SAME_FILLED_BYTES = 44;

    public static final Content ZERO = new Content("zero", SAME_FILLED_BYTES, true, true);
    public static final Content SAME = new Content("same", SAME_FILLED_BYTES, false, true);
    public static final Content RANDOM = new Content("random", Units.PAGE_SIZE, false, false);

    /** A page that the chosen compressor, whichever it is, shrinks by {@code ratio} (&gt;= 1). */
    public static Content ratio(double ratio, String label) {
        int bytes = (int) Math.ceil(Units.PAGE_SIZE / ratio);
        return new Content(label, Math.max(1, Math.min(bytes, Units.PAGE_SIZE)), false, false);
    }
}
