package org.reclaimfs.swap;

import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** Page writes under way, by the time they are done. NOT thread safe. */
public final class IoQueue {
    /**
     * A write of neighbouring pages.
     *
     * @param generation of the page table: the pages may be gone when the write ends
     */
    public record Write(long doneNs, long seq, int table, int generation, int off, int pages)
            implements Comparable<Write> {
        @Override
        public int compareTo(Write other) {
            int byTime = Long.compare(doneNs, other.doneNs);
            return byTime != 0 ? byTime : Long.compare(seq, other.seq);
        }
    }

    private final PriorityQueue<Write> queue = new PriorityQueue<>();
    private long seq;
    private long pendingPages;

    public void add(long doneNs, int table, int generation, int off, int pages) {
        queue.add(new Write(doneNs, seq++, table, generation, off, pages));
        pendingPages += pages;
    }

    /** Pages whose write is under way (NR_ZONE_WRITE_PENDING of swap, all zones). */
    public long pendingPages() {
        return pendingPages;
    }

    /** When at least {@code pages} of those under way now are done, or all of them. */
    public long doneNs(int pages) {
        PriorityQueue<Write> copy = new PriorityQueue<>(queue);
        long atNs = 0;
        int done = 0;
        for (Write w = copy.poll(); w != null && done < pages; w = copy.poll()) {
            atNs = w.doneNs;
            done += w.pages;
        }
        return atNs;
    }

    /** When the next write is done; {@code Long.MAX_VALUE} if none is under way. */
    public long nextNs() {
        Write next = queue.peek();
        return next == null ? Long.MAX_VALUE : next.doneNs;
    }

    /** The next write that is done by {@code nowNs}, or null. */
    public @Nullable Write poll(long nowNs) {
        Write next = queue.peek();
        if (next == null || next.doneNs > nowNs) {
            return null;
        }
        pendingPages -= next.pages;
        return queue.poll();
    }
}
