package org.reclaimfs.zram;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.mm.Costs;

/** What a zram device's files set (struct zram). NOT thread safe. */
public final class ZramSettings {
    /** Priorities of algorithms: the primary one and three for recompression (ZRAM_MAX_COMPS). */
    public static final int PRIORITIES = 4;

    private static final int FIRST_BATCH = 32;
    private static final int MAX_DEFLATE_LEVEL = 9;
    private static final int MIN_WINDOW_BITS = 9;
    private static final int MAX_WINDOW_BITS = 15;

    /** Parameters of an algorithm. Null: not set, so the algorithm's own default. */
    public record Params(@Nullable Integer level, @Nullable Integer windowBits) {
        private static final Params NONE = new Params(null, null);

        /** Whether the algorithm can be set up with them: only deflate refuses (zlib_deflateInit2). */
        boolean fit(Costs.Algorithm algorithm) {
            if (algorithm != Costs.Algorithm.DEFLATE) {
                return true;
            }
            // Negative window bits: a stream without a header.
            int bits = windowBits == null ? MAX_WINDOW_BITS : Math.abs(windowBits);
            boolean goodLevel = level == null || level >= -1 && level <= MAX_DEFLATE_LEVEL;
            return goodLevel && bits >= MIN_WINDOW_BITS && bits <= MAX_WINDOW_BITS;
        }
    }

    private final Costs.Algorithm defaultAlgorithm;
    private final Costs.@Nullable Algorithm[] algorithms = new Costs.Algorithm[PRIORITIES];
    private final Params[] params = new Params[PRIORITIES];
    private long memLimitPages;

    // These survive a reset.
    private long writebackLimitPages;
    private boolean writebackLimited;
    private long writebackBatchSize = FIRST_BATCH;
    private boolean compressedWriteback;

    ZramSettings(Costs.Algorithm defaultAlgorithm) {
        this.defaultAlgorithm = defaultAlgorithm;
        reset();
    }

    /** What a reset of the device sets back. */
    void reset() {
        memLimitPages = 0;
        resetAlgorithms();
    }

    void resetAlgorithms() {
        Arrays.fill(algorithms, null);
        Arrays.fill(params, Params.NONE);
        algorithms[0] = defaultAlgorithm;
    }

    // ---- algorithms ----

    public Costs.Algorithm primary() {
        return algorithms[0] == null ? defaultAlgorithm : algorithms[0];
    }

    /** The algorithm of a priority, or null. */
    public Costs.@Nullable Algorithm algorithm(int priority) {
        return algorithms[priority];
    }

    Costs.@Nullable Algorithm[] algorithms() {
        return algorithms.clone();
    }

    public void setAlgorithm(int priority, Costs.Algorithm algorithm) {
        algorithms[priority] = algorithm;
    }

    public void setParams(int priority, Params value) {
        params[priority] = value;
    }

    /** The first algorithm that cannot work with its parameters, or null. */
    public Costs.@Nullable Algorithm misfit() {
        for (int priority = 0; priority < PRIORITIES; priority++) {
            Costs.Algorithm algorithm = algorithms[priority];
            if (algorithm != null && !params[priority].fit(algorithm)) {
                return algorithm;
            }
        }
        return null;
    }

    // ---- limits and writeback ----

    /** 0: none. */
    public long memLimitPages() {
        return memLimitPages;
    }

    void setMemLimitPages(long pages) {
        memLimitPages = pages;
    }

    /** Pages that writeback may still write while {@link #writebackLimited}; unsigned. */
    public long writebackLimitPages() {
        return writebackLimitPages;
    }

    public void setWritebackLimitPages(long pages) {
        writebackLimitPages = pages;
    }

    public boolean writebackLimited() {
        return writebackLimited;
    }

    public void setWritebackLimited(boolean limited) {
        writebackLimited = limited;
    }

    /** Writes that are under way together. */
    public long writebackBatchSize() {
        return writebackBatchSize;
    }

    public void setWritebackBatchSize(long requests) {
        writebackBatchSize = requests;
    }

    public boolean compressedWriteback() {
        return compressedWriteback;
    }

    public void setCompressedWriteback(boolean compressed) {
        compressedWriteback = compressed;
    }
}
