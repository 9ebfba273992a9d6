package org.reclaimfs.swap;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.mm.Effort;

/**
 * Writes that a round of reclaim holds back, so that neighbours become one request (struct blk_plug; blk_add_rq_to_plug
 * and blk_attempt_plug_merge in block/, 7.2). Until the plug is pulled their pages are under writeback and no device knows
 * of them: none of them can be freed. NOT thread safe.
 */
public final class WritePlug {
    /** Pages of the largest request (max_segments of a disk's queue). */
    static final int REQUEST_PAGES = 254;
    /** A request of this many pages (128 KiB) goes to its device when the next one begins (BLK_PLUG_FLUSH_SIZE). */
    static final int FLUSH_PAGES = 32;
    /** So do this many requests, or twice as many for more than one device (BLK_MAX_REQUEST_COUNT). */
    static final int FLUSH_REQUESTS = 32;

    private static final class Request {
        final SwapBackend device;
        final int slot;
        final List<IoQueue.Pages> pieces = new ArrayList<>();
        int pages;

        Request(SwapBackend device, int slot) {
            this.device = device;
            this.slot = slot;
        }
    }

    private final List<Request> requests = new ArrayList<>();
    private boolean severalDevices;

    /** Takes a write of neighbouring slots; what it is no longer to hold back goes to {@code io} and its device. */
    void add(SwapBackend device, int slot, IoQueue.Pages pages, IoQueue io, Effort effort) {
        int done = 0;
        while (done < pages.count()) {
            Request request = continued(device, slot + done);
            if (request == null) {
                request = begin(device, slot + done, io, effort);
            }
            int n = Math.min(pages.count() - done, REQUEST_PAGES - request.pages);
            request.pieces.add(
                    new IoQueue.Pages(pages.table(), pages.generation(), pages.off() + done, n, pages.node()));
            request.pages += n;
            done += n;
        }
    }

    /** The device's newest request if the slot continues it; nothing older is looked at. */
    private @Nullable Request continued(SwapBackend device, int slot) {
        for (int i = requests.size() - 1; i >= 0; i--) {
            Request request = requests.get(i);
            if (request.device == device) {
                boolean fits = request.slot + request.pages == slot && request.pages < REQUEST_PAGES;
                return fits ? request : null;
            }
        }
        return null;
    }

    private Request begin(SwapBackend device, int slot, IoQueue io, Effort effort) {
        int limit = severalDevices ? 2 * FLUSH_REQUESTS : FLUSH_REQUESTS;
        if (requests.size() >= limit || !requests.isEmpty() && requests.get(requests.size() - 1).pages >= FLUSH_PAGES) {
            pull(io, effort);
        }
        severalDevices |= !requests.isEmpty() && requests.get(0).device != device;
        Request request = new Request(device, slot);
        requests.add(request);
        return request;
    }

    /** Everything goes to the devices (blk_finish_plug). */
    public void pull(IoQueue io, Effort effort) {
        for (Request request : requests) {
            long doneNs = IoQueue.submit(request.device, request.slot, request.pages, effort);
            for (IoQueue.Pages piece : request.pieces) {
                io.add(doneNs, piece);
            }
        }
        requests.clear();
        severalDevices = false;
    }
}
