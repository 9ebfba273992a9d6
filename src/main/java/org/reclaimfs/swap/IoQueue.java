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

    public void add(long doneNs, int table, int generation, int off, int pages) {
        queue.add(new Write(doneNs, seq++, table, generation, off, pages));
    }

    /** When the next write is done; {@code Long.MAX_VALUE} if none is under way. */
    public long nextNs() {
        Write next = queue.peek();
        return next == null ? Long.MAX_VALUE : next.doneNs;
    }

    /** The next write that is done by {@code nowNs}, or null. */
    public @Nullable Write poll(long nowNs) {
        Write next = queue.peek();
        return next == null || next.doneNs > nowNs ? null : queue.poll();
    }
}
