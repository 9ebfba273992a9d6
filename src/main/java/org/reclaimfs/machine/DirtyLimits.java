package org.reclaimfs.machine;

import org.reclaimfs.abi.Units;
import org.reclaimfs.mm.Memory;

/**
 * vm.dirty_*: how much page cache may be dirty, and how long (mm/page-writeback.c global_dirtyable_memory,
 * domain_dirty_limits, 7.2). The two limits are what /proc/vmstat shows; the flusher knows only ages.
 */
public final class DirtyLimits {
    private static final long NS_PER_CENTISECOND = 10_000_000;

    private final Memory ram;
    private int percent = 20;
    private int backgroundPercent = 10;
    private long bytes;
    private long backgroundBytes;
    private long expireCentisecs = 3000;
    private long writebackCentisecs = 500;

    DirtyLimits(Memory ram) {
        this.ram = ram;
    }

    /** nr_dirty_threshold: from here on writers would be slowed down. */
    long thresholdPages() {
        return limit(bytes, percent);
    }

    /** nr_dirty_background_threshold: never as much as the other limit. */
    long backgroundPages() {
        long threshold = thresholdPages();
        long background = limit(backgroundBytes, backgroundPercent);
        return background >= threshold ? threshold / 2 : background;
    }

    /** A share of what could be dirty, in steps of a page a page. */
    private long limit(long limitBytes, int share) {
        return limitBytes != 0
                ? Units.bytesToPagesUp(limitBytes)
                : share * Units.PAGE_SIZE / 100 * ram.dirtyablePages() / Units.PAGE_SIZE;
    }

    /** How long after becoming dirty pages are written: when the flusher first comes by after they expired; -1 for never. */
    long writeAfterNs() {
        if (writebackCentisecs <= 0) {
            return -1;
        }
        long rounds = Math.max(1, (expireCentisecs + writebackCentisecs - 1) / writebackCentisecs);
        return rounds * writebackCentisecs * NS_PER_CENTISECOND;
    }

    // ---- the sysctls ----

    public int percent() {
        return percent;
    }

    /** A change ends a limit in bytes (dirty_ratio_handler). */
    public void setPercent(int value) {
        bytes = value == percent ? bytes : 0;
        percent = value;
    }

    public long bytes() {
        return bytes;
    }

    /** A change ends a limit in percent (dirty_bytes_handler). */
    public void setBytes(long value) {
        percent = value == bytes ? percent : 0;
        bytes = value;
    }

    public int backgroundPercent() {
        return backgroundPercent;
    }

    public void setBackgroundPercent(int value) {
        backgroundPercent = value;
        backgroundBytes = 0;
    }

    public long backgroundBytes() {
        return backgroundBytes;
    }

    public void setBackgroundBytes(long value) {
        backgroundBytes = value;
        backgroundPercent = 0;
    }

    public long expireCentisecs() {
        return expireCentisecs;
    }

    public void setExpireCentisecs(long value) {
        expireCentisecs = value;
    }

    public long writebackCentisecs() {
        return writebackCentisecs;
    }

    public void setWritebackCentisecs(long value) {
        writebackCentisecs = value;
    }
}
