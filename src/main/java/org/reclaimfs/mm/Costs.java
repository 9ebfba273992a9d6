package org.reclaimfs.mm;

import java.util.Locale;

/** A cost table in force: ns for each {@link Cost}, and per-page (de)compression times by algorithm. */
public final class Costs {
    /** Compression algorithms known here, with compress and decompress times per 4 KiB page in ns (spec/11). */
    public enum Algorithm {
        LZO_RLE(6_200, 2_200),
        LZO(6_200, 4_800),
        LZ4(5_500, 900),
        LZ4HC(28_000, 900),
        ZSTD(14_000, 3_000),
        DEFLATE(60_000, 15_000);

        private final String key = name().toLowerCase(Locale.ROOT).replace('_', '-');
        private final long compressNs;
        private final long decompressNs;

        Algorithm(long compressNs, long decompressNs) {
            this.compressNs = compressNs;
            this.decompressNs = decompressNs;
        }

        /** The kernel's name. */
        public String key() {
            return key;
        }

        public long compressNs() {
            return compressNs;
        }

        public long decompressNs() {
            return decompressNs;
        }
    }

    private final long[] ns = new long[Cost.values().length];

    public Costs() {
        for (Cost cost : Cost.values()) {
            ns[cost.ordinal()] = cost.defaultNs;
        }
    }

    public long get(Cost cost) {
        return ns[cost.ordinal()];
    }

    public void set(Cost cost, long value) {
        ns[cost.ordinal()] = value;
    }
}
