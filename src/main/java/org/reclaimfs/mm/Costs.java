package org.reclaimfs.mm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * A cost table in force: a profile, with single costs overridden. A value: {@link #with} gives another table. All times
 * are virtual ns.
 */
public final class Costs {
    /** Whose costs. */
    public enum Profile {
        /** A modern server's core (spec/11). */
        SERVER,
        /** The emulated guest that the golden captures were made in: about ten times slower (docs/golden-guest.md). */
        GOLDEN_GUEST;

        private final String key = name().toLowerCase(Locale.ROOT).replace('_', '-');

        public String key() {
            return key;
        }
    }

    /** What is done to a page by a compressor. */
    private enum Act {
        COMPRESS("_compress"),
        /** Compressors give up early on what has no matches. */
        COMPRESS_RANDOM("_compress_random"),
        DECOMPRESS("_decompress");

        private final String suffix;

        Act(String suffix) {
            this.suffix = suffix;
        }
    }

    /**
     * Compression algorithms known here, with ns per 4 KiB page. Of the server: compress and decompress are D, from the zstd
     * project's table at the midst of spec/11's ranges (lz4hc and deflate: E); random is E. Of the guest: lzo and lzo-rle are
     * fitted, zstd and deflate come from recompression (b6 F), the others keep lzo's proportion. Ratios on a zram device are
     * those of a published benchmark (spec/11 section 1; lz4hc and deflate: E).
     */
    public enum Algorithm { // spotless:off
        //       ratio  server: compress, random, decompress   guest: compress, random, decompress
        LZO_RLE (274,   times( 6_200,  2_500,  2_200),         times( 32_000,  14_000,  6_000)),
        LZO     (277,   times( 6_200,  2_500,  4_800),         times( 32_000,  14_000,  9_000)),
        LZ4     (263,   times( 5_500,  1_500,    900),         times( 28_000,   9_000,  4_000)),
        LZ4HC   (280,   times(28_000, 20_000,    900),         times(140_000, 100_000,  4_000)),
        ZSTD    (337,   times(14_000,  5_000,  3_000),         times( 50_000,  20_000, 12_000)),
        DEFLATE (330,   times(60_000, 45_000, 15_000),         times(600_000, 450_000, 60_000));
        // spotless:on

        private final String key = name().toLowerCase(Locale.ROOT).replace('_', '-');
        private final long[] serverNs;
        private final long[] guestNs;

        /** How many times smaller it makes the pages of a mixed workload, in hundredths: for comparing two of them. */
        final int hundredths;

        Algorithm(int hundredths, long[] serverNs, long[] guestNs) {
            this.hundredths = hundredths;
            this.serverNs = serverNs;
            this.guestNs = guestNs;
        }

        private static long[] times(long compressNs, long randomNs, long decompressNs) {
            return new long[] {compressNs, randomNs, decompressNs};
        }

        /** The kernel's name. */
        public String key() {
            return key;
        }
    }

    /** More reclaimers than this on one lruvec do not make a batch dearer: the others wait outside. */
    private static final int MAX_CONTENDERS = 8;

    private static final int ACTS = Act.values().length;
    private static final int FIRST_ACT = Cost.values().length;
    private static final List<String> KEYS = allKeys();

    private final long[] ns; // in the order of KEYS

    private Costs(long[] ns) {
        this.ns = ns;
    }

    public static Costs of(Profile profile) {
        boolean server = profile == Profile.SERVER;
        long[] ns = new long[KEYS.size()];
        for (Cost cost : Cost.values()) {
            ns[cost.ordinal()] = server ? cost.serverNs : cost.guestNs;
        }
        for (Algorithm algorithm : Algorithm.values()) {
            long[] times = server ? algorithm.serverNs : algorithm.guestNs;
            System.arraycopy(times, 0, ns, index(algorithm, Act.COMPRESS), ACTS);
        }
        return new Costs(ns);
    }

    private static List<String> allKeys() {
        List<String> keys = new ArrayList<>();
        for (Cost cost : Cost.values()) {
            keys.add(cost.key());
        }
        for (Algorithm algorithm : Algorithm.values()) {
            for (Act act : Act.values()) {
                keys.add(algorithm.key() + act.suffix);
            }
        }
        return List.copyOf(keys);
    }

    /** The scenario's names of all costs, in the tables' order: {@code scan_anon} … {@code lzo-rle_compress} …. */
    public static List<String> keys() {
        return KEYS;
    }

    private static int index(Algorithm algorithm, Act act) {
        return FIRST_ACT + ACTS * algorithm.ordinal() + act.ordinal();
    }

    /** The same table with one cost changed. */
    public Costs with(String key, long value) {
        int at = KEYS.indexOf(key);
        if (at < 0 || value < 0) {
            throw new IllegalArgumentException("no cost: " + key + " of " + value + " ns");
        }
        long[] changed = ns.clone();
        changed[at] = value;
        return new Costs(changed);
    }

    public long get(Cost cost) {
        return ns[cost.ordinal()];
    }

    /** Of the key, one of {@link #keys}. */
    public long get(String key) {
        return ns[KEYS.indexOf(key)];
    }

    /** A batch of pages while {@code reclaimers} (at least 1, itself) work on the same lruvec: they share its lock. */
    public long batchNs(int reclaimers) {
        return get(Cost.BATCH) * Math.max(1, Math.min(reclaimers, MAX_CONTENDERS));
    }

    /** One page. */
    public long compressNs(Algorithm algorithm, Content content) {
        boolean incompressible = content.comprBytes() >= Zsmalloc.HUGE_BYTES;
        return ns[index(algorithm, incompressible ? Act.COMPRESS_RANDOM : Act.COMPRESS)];
    }

    /** One page. */
    public long decompressNs(Algorithm algorithm) {
        return ns[index(algorithm, Act.DECOMPRESS)];
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Costs costs && Arrays.equals(ns, costs.ns);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(ns);
    }

    /** Those that differ from the server's. */
    @Override
    public String toString() {
        StringBuilder out = new StringBuilder("server");
        long[] server = of(Profile.SERVER).ns;
        for (int i = 0; i < ns.length; i++) {
            if (ns[i] != server[i]) {
                out.append(' ').append(KEYS.get(i)).append('=').append(ns[i]);
            }
        }
        return out.toString();
    }
}
