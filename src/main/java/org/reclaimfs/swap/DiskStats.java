package org.reclaimfs.swap;

import java.util.Arrays;

/**
 * The statistics of a disk with a queue: a merge is counted when it happens, everything else when the request is done
 * (blk_account_io_merge_bio, blk_account_io_completion and blk_account_io_done in block/, 7.2). NOT thread safe.
 */
final class DiskStats {
    private static final int READ = 0;
    private static final int WRITE = 1;

    private final long[] requests = new long[2];
    private final long[] merges = new long[2];
    private final long[] pages = new long[2];
    private final long[] ns = new long[2];
    private long flushes;
    private long flushNs;
    private final BusyTicks busy = new BusyTicks();

    // Requests under way, oldest first; those done by now are taken out when somebody looks or room is short.
    private int count;
    private long[] startNs = new long[Disk.QUEUE_REQUESTS];
    private long[] doneNs = new long[Disk.QUEUE_REQUESTS];
    private int[] inRequest = new int[Disk.QUEUE_REQUESTS];
    private boolean[] writing = new boolean[Disk.QUEUE_REQUESTS];

    /** A request begins; each of its pages came by itself, so all but one were merged. */
    void start(boolean write, int requestPages, long atNs, long untilNs) {
        if (count == startNs.length) {
            makeRoom(atNs);
        }
        merges[op(write)] += requestPages - 1;
        startNs[count] = atNs;
        doneNs[count] = untilNs;
        inRequest[count] = requestPages;
        writing[count++] = write;
        busy.add(atNs, untilNs);
    }

    /** More pages for the request that began last, which is still under way. */
    void join(int morePages, long untilNs) {
        int newest = count - 1;
        merges[op(writing[newest])] += morePages;
        inRequest[newest] += morePages;
        doneNs[newest] = untilNs;
        busy.add(startNs[newest], untilNs);
    }

    /**
     * A request of the kernel's or a tool's own that is done, without merges.
     *
     * @param requestPages 0 for the empty write that asks for a flush
     */
    void note(boolean write, int requestPages, long tookNs) {
        requests[op(write)]++;
        pages[op(write)] += requestPages;
        ns[op(write)] += tookNs;
    }

    /** A flush of the device's cache. */
    void noteFlush(long tookNs) {
        flushes++;
        flushNs += tookNs;
    }

    private static int op(boolean write) {
        return write ? WRITE : READ;
    }

    private void makeRoom(long atNs) {
        settle(atNs);
        if (count > startNs.length / 2) {
            int length = startNs.length * 2;
            startNs = Arrays.copyOf(startNs, length);
            doneNs = Arrays.copyOf(doneNs, length);
            inRequest = Arrays.copyOf(inRequest, length);
            writing = Arrays.copyOf(writing, length);
        }
    }

    /** Counts what is done by {@code nowNs}. */
    void settle(long nowNs) {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (doneNs[i] > nowNs) {
                startNs[kept] = startNs[i];
                doneNs[kept] = doneNs[i];
                inRequest[kept] = inRequest[i];
                writing[kept++] = writing[i];
            } else {
                int op = op(writing[i]);
                requests[op]++;
                pages[op] += inRequest[i];
                ns[op] += doneNs[i] - startNs[i];
            }
        }
        count = kept;
    }

    private int inFlight(boolean write) {
        int found = 0;
        for (int i = 0; i < count; i++) {
            found += writing[i] == write ? 1 : 0;
        }
        return found;
    }

    IoCounts at(long nowNs) {
        settle(nowNs);
        return new IoCounts(
                requests[READ],
                merges[READ],
                pages[READ],
                ns[READ],
                requests[WRITE],
                merges[WRITE],
                pages[WRITE],
                ns[WRITE],
                flushes,
                flushNs,
                inFlight(false),
                inFlight(true),
                busy.busyNs(nowNs));
    }
}
