package org.reclaimfs.swap;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.mm.Effort;

/** Page writes under way, by the time they are done. NOT thread safe. */
public final class IoQueue {
    /** A write of neighbouring pages. */
    public record Write(long doneNs, long seq, Pages run) implements Comparable<Write> {
        @Override
        public int compareTo(Write other) {
            int byTime = Long.compare(doneNs, other.doneNs);
            return byTime != 0 ? byTime : Long.compare(seq, other.seq);
        }
    }

    /**
     * Neighbouring pages of a page table.
     *
     * @param generation of the table: the pages may be gone when the write ends
     * @param node where they are
     */
    public record Pages(int table, int generation, int off, int count, int node) {}

    /** {@link #write}: the device does not know of the write yet. */
    public static final long PLUGGED = Long.MAX_VALUE;

    private final PriorityQueue<Write> queue = new PriorityQueue<>();
    /** By node. */
    private final long[] pendingPages;

    private long seq;
    private @Nullable WritePlug plug;

    public IoQueue(int nodes) {
        this.pendingPages = new long[nodes];
    }

    /** Pages of a node whose write has not ended, held back or under way: a part of NR_ZONE_WRITE_PENDING. */
    public long pendingPages(int node) {
        return pendingPages[node];
    }

    /** Whoever writes from now on holds it back in {@code plug}; null: in none. */
    public void plug(@Nullable WritePlug into) {
        plug = into;
    }

    /** Whether writes are held back at the moment. */
    public boolean plugged() {
        return plug != null;
    }

    /**
     * Starts a write of pages to neighbouring slots of an asynchronous device; the writer sleeps while its queue is full.
     *
     * @return when it is done, or {@link #PLUGGED}
     */
    public long write(SwapBackend device, int slot, Pages pages, Effort effort) {
        pendingPages[pages.node] += pages.count;
        if (plug != null) {
            plug.add(device, slot, pages, this, effort);
            return PLUGGED;
        }
        long doneNs = submit(device, slot, pages.count, effort);
        add(doneNs, pages);
        return doneNs;
    }

    static long submit(SwapBackend device, int slot, int pages, Effort effort) {
        effort.blockUntil(device.queueFreeNs(), true);
        return device.submitNs(true, slot, pages, effort.nowNs());
    }

    void add(long doneNs, Pages pages) {
        queue.add(new Write(doneNs, seq++, pages));
    }

    /**
     * When more than {@code pages} pages of a node, of those that are being written now, will be done; {@code
     * Long.MAX_VALUE} if they are not so many. Costs time in proportion to the writes under way.
     */
    public long doneNs(int node, int pages) {
        List<Write> byTime = new ArrayList<>(queue);
        byTime.sort(Comparator.naturalOrder());
        int done = 0;
        for (Write write : byTime) {
            done += write.run.node == node ? write.run.count : 0;
            if (done > pages) {
                return write.doneNs;
            }
        }
        return Long.MAX_VALUE;
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
        pendingPages[next.run.node] -= next.run.count;
        return queue.poll();
    }

    /** All writes under way, in the order they began: as they end where devices take no time, whichever they go to. */
    public List<Write> pollAll() {
        List<Write> all = new ArrayList<>(queue);
        all.sort(Comparator.comparingLong(Write::seq));
        queue.clear();
        all.forEach(write -> pendingPages[write.run.node] -= write.run.count);
        return all;
    }
}
