package org.reclaimfs.machine;

import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** Activities by the time their next slice is due; equal times in the order they were added. */
final class EventQueue {
    private record Event(long dueNs, long seq, Activity activity) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(dueNs, other.dueNs);
            return byTime != 0 ? byTime : Long.compare(seq, other.seq);
        }
    }

    private final PriorityQueue<Event> queue = new PriorityQueue<>();
    private long seq;

    void add(long dueNs, Activity activity) {
        queue.add(new Event(dueNs, seq++, activity));
    }

    long nextNs() {
        Event next = queue.peek();
        return next == null ? Long.MAX_VALUE : next.dueNs;
    }

    @Nullable
    Activity poll() {
        Event next = queue.poll();
        return next == null ? null : next.activity;
    }
}
