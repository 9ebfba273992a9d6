package org.reclaimfs.machine;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Activities by the time something is due for them; equal times in the order they were added. An activity has one due
 * time: adding it again replaces it. A binary heap in arrays, since a long run comes through here tens of millions of times.
 */
final class EventQueue {
    private long[] dueNs = new long[64];
    private long[] tickets = new long[64];
    private @Nullable Activity[] activities = new Activity[64];
    private int size;
    private long lastTicket;

    void add(long atNs, Activity activity) {
        if (size == dueNs.length) {
            dueNs = Arrays.copyOf(dueNs, 2 * size);
            tickets = Arrays.copyOf(tickets, 2 * size);
            activities = Arrays.copyOf(activities, 2 * size);
        }
        activity.ticket = ++lastTicket;
        up(size++, atNs, lastTicket, activity);
    }

    long nextNs() {
        return size == 0 ? Long.MAX_VALUE : dueNs[0];
    }

    /** Takes the next activity; null if there is none, or if it has been added again for another time. */
    @Nullable
    Activity poll() {
        if (size == 0) {
            return null;
        }
        Activity first = activities[0];
        boolean stale = first == null || first.ticket != tickets[0];
        size--;
        Activity last = activities[size];
        activities[size] = null;
        if (size > 0 && last != null) {
            down(dueNs[size], tickets[size], last);
        }
        return stale ? null : first;
    }

    private void up(int from, long atNs, long ticket, Activity activity) {
        int at = from;
        while (at > 0) {
            int parent = at - 1 >>> 1;
            if (!before(atNs, ticket, parent)) {
                break;
            }
            move(parent, at);
            at = parent;
        }
        put(at, atNs, ticket, activity);
    }

    private void down(long atNs, long ticket, Activity activity) {
        int at = 0;
        while (2 * at + 1 < size) {
            int child = 2 * at + 1;
            if (child + 1 < size && before(dueNs[child + 1], tickets[child + 1], child)) {
                child++;
            }
            if (before(atNs, ticket, child)) {
                break;
            }
            move(child, at);
            at = child;
        }
        put(at, atNs, ticket, activity);
    }

    private boolean before(long atNs, long ticket, int other) {
        return atNs < dueNs[other] || atNs == dueNs[other] && ticket < tickets[other];
    }

    private void move(int from, int to) {
        dueNs[to] = dueNs[from];
        tickets[to] = tickets[from];
        activities[to] = activities[from];
    }

    private void put(int at, long atNs, long ticket, Activity activity) {
        dueNs[at] = atNs;
        tickets[at] = ticket;
        activities[at] = activity;
    }
}
