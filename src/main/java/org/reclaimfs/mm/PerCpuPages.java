package org.reclaimfs.mm;

import java.util.SplittableRandom;

/**
 * One CPU's list of free pages of a zone (struct per_cpu_pages; spec/01 section 7). Sizes in pages. It is filled from
 * the zone in growing portions while a task allocates, and given back by {@link Memory#drainPerCpu}. Its pages are free
 * for nobody else, and the watermark tests do not see them: that is why the first allocation of a stall fails early.
 *
 * <p>Not modelled: freed pages go to the zone at once, not to the list of the CPU that frees them.
 */
public final class PerCpuPages {
    private static final int MAX_BATCH = 64;
    private static final int MAX_SCALE = 5;
    /** Pages that a captured guest of 490 MiB had on a list after boot, at most: a quarter of what the list may hold. */
    private static final int BOOT_PAGES = 2000;

    /** Portion of a first refill, and the step by which the list may grow. */
    public final int batch;

    int count;
    private int highMin;
    private int highMax;
    private int high;
    private int scale;

    PerCpuPages(long managedPages) {
        batch = batch(managedPages);
    }

    /** zone_batchsize. */
    static int batch(long managedPages) {
        int b = (int) Math.min(managedPages >> 12, MAX_BATCH);
        return b <= 1 ? 1 : Integer.highestOneBit(b + b / 2) - 1;
    }

    /**
     * zone_highsize: the bounds of the list's length when the low watermark is {@code lowWmark}.
     *
     * @param fraction one in so many of the zone's pages for all lists, whatever the watermark; 0: it is not set
     */
    void setBounds(long lowWmark, long managedPages, int cpusOfNode, long fraction) {
        if (fraction > 0) {
            highMin = (int) Math.max(managedPages / fraction / cpusOfNode, 4L * batch);
            highMax = highMin;
            high = highMin;
            return;
        }
        highMin = (int) Math.max(lowWmark / cpusOfNode, 4L * batch);
        highMax = (int) Math.max(Math.min(managedPages / 8 / cpusOfNode, Integer.MAX_VALUE), 4L * batch);
        highMax = Math.max(highMax, highMin);
        high = Math.min(Math.max(high, highMin), highMax);
    }

    /** Pages on the list. */
    public int count() {
        return count;
    }

    /** Length the list may have at present. */
    public int high() {
        return high;
    }

    public int highMin() {
        return highMin;
    }

    public int highMax() {
        return highMax;
    }

    /** Pages the next refill of the empty list asks for (nr_pcp_alloc). */
    int refillPages(boolean reclaimActive) {
        int limit = reclaimActive ? Math.min(4 * batch, high) : high;
        return Math.min(batch << scale, Math.max(limit - batch, batch));
    }

    /** The list was refilled: the next portion is larger, and the list may grow while the zone has plenty. */
    void refilled(boolean plenty) {
        if (plenty) {
            high = Math.min(high + batch, highMax);
        }
        if (batch << scale <= Math.max(high - batch, batch) && scale < MAX_SCALE) {
            scale++;
        }
    }

    /** The bursts of boot have let the list grow; returns the pages on it. */
    int fillAtBoot(SplittableRandom random) {
        int most = Math.min(highMax / 4, BOOT_PAGES);
        count = most - random.nextInt(most / 2 + 1);
        high = Math.max(high, count);
        return count;
    }

    /** Once a second the list may hold an eighth less (decay_pcp_high); returns the pages it gives back. */
    int decay() {
        if (high > highMin) {
            high = Math.max(Math.max(count - (batch << MAX_SCALE), high - (high >> 3)), highMin);
        }
        int over = Math.max(0, count - high);
        count -= over;
        return over;
    }

    /** The list was emptied: portions start small again. */
    void drained() {
        count = 0;
        scale = 0;
        high = highMin;
    }
}
