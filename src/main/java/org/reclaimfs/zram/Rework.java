package org.reclaimfs.zram;

import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.mm.Effort;

/**
 * A command that goes over slots of a device and takes its time: they are chosen first, then worked on in slices. While
 * it is at work other commands of the device wait ({@link ZramDevice#reworking}); reads and writes of pages go on, and a
 * chosen slot that they touch is left alone. NOT thread safe.
 */
public abstract class Rework {
    final ZramDevice device;
    final ZramStore store;
    final ChosenSlots chosen = new ChosenSlots();
    private long scannedSlots;
    private @Nullable Errno error;

    Rework(ZramDevice device) {
        this.device = device;
        this.store = device.store();
    }

    /** Chooses slots from {@code from} to before {@code to} that the filter takes. */
    public final void choose(SlotFilter filter, long from, long to) {
        int end = (int) Math.min(to, store.slots.slots());
        for (int at = (int) Math.min(from, end); at < end; ) {
            int next = store.slots.runEnd(at, end);
            long state = store.slots.state(at);
            if (Slot.inPool(state) && filter.takes(state) && suits(state)) {
                chosen.add(at, next - at, state, store.objectBytes(state));
            }
            at = next;
        }
        scannedSlots += to - from;
    }

    /** Whether there is anything to do for a slot in this state. */
    abstract boolean suits(long state);

    /** The device belongs to this work now, until {@link #step} says that it is over. */
    public final void begin() {
        device.setReworking(true);
    }

    /** Works for about {@code sliceNs}; returns whether something is left to do. */
    public final boolean step(Effort effort, long sliceNs) {
        effort.spend(device.costs().scanNs(scannedSlots));
        scannedSlots = 0;
        boolean more = true;
        while (more && effort.goesOn(sliceNs)) {
            more = chosen.any() && workOn(effort);
        }
        if (!more) {
            device.setReworking(false);
        }
        return more;
    }

    /** Works on the next chosen slots; returns false if that ends the command. */
    abstract boolean workOn(Effort effort);

    /** How it ended, once over: null is success. */
    public final @Nullable Errno error() {
        return error;
    }

    /** Notes an error; returns false for {@link #workOn} to end with. */
    final boolean fail(Errno errno) {
        error = errno;
        return false;
    }
}
