package org.reclaimfs.zram;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Units;
import org.reclaimfs.mm.Costs;
import org.reclaimfs.mm.Zsmalloc;
import org.reclaimfs.swap.ByteStore;
import org.reclaimfs.swap.PageHandles;

/**
 * The objects of slots whose pages programs wrote: real bytes, compressed with the real algorithm. Each slot's handle
 * belongs to a piece in the machine's {@link ByteStore}; a same-filled slot has its word there instead. NOT thread safe.
 */
final class SlotBytes {
    private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final ByteStore store;
    private final Costs.@Nullable Algorithm[] algorithms;
    private final PageHandles handles = new PageHandles();
    private final Map<Costs.Algorithm, Codec> codecs = new EnumMap<>(Costs.Algorithm.class);
    private final byte[] object = new byte[Codec.MAX_BYTES];
    private final byte[] page = new byte[Units.PAGE_SIZE];
    private boolean used;

    /** @param algorithms by priority, null where none is configured */
    SlotBytes(ByteStore store, Costs.@Nullable Algorithm[] algorithms) {
        this.store = store;
        this.algorithms = algorithms;
    }

    /** Whether any slot ever had bytes. */
    boolean used() {
        return used;
    }

    // ---- making objects ----

    /** Whether a page repeats one word of eight bytes (page_same_filled). */
    static boolean sameFilled(byte[] page) {
        long word = (long) WORDS.get(page, 0);
        for (int at = Units.PAGE_SIZE - Long.BYTES; at > 0; at -= Long.BYTES) {
            if ((long) WORDS.get(page, at) != word) {
                return false;
            }
        }
        return true;
    }

    /** Compresses a page; returns the length of its object, which is all of the page if that is not worth it. */
    int compress(byte[] from, int priority) {
        int length = codec(priority).compress(from, object);
        if (length < Zsmalloc.HUGE_BYTES) {
            return length;
        }
        System.arraycopy(from, 0, object, 0, Units.PAGE_SIZE);
        return Units.PAGE_SIZE;
    }

    /** Compresses a slot's page with another algorithm; returns as {@link #compress(byte[], int)}. */
    int compress(int slot, long state, int priority) {
        read(slot, state, page);
        return compress(page, priority);
    }

    private Codec codec(int priority) {
        Costs.Algorithm algorithm = algorithms[priority];
        if (algorithm == null) {
            throw new IllegalStateException("no algorithm of priority " + priority);
        }
        return codecs.computeIfAbsent(algorithm, Codec::of);
    }

    // ---- keeping them ----

    /** Gives an empty slot the object just compressed; false if the store is full. */
    boolean keep(int slot, int length) {
        used = true;
        long handle = store.put(object, length);
        handles.set(slot, handle);
        return handle != ByteStore.NONE;
    }

    /** Gives an empty slot the word that its page repeats. */
    void keepSame(int slot, byte[] from) {
        used = true;
        handles.set(slot, (long) WORDS.get(from, 0));
    }

    /** Forgets the objects of slots in this state. */
    void drop(int from, int to, long state) {
        boolean same = Slot.has(state, Slot.SAME);
        handles.takeAll(from, to, handle -> {
            if (!same) {
                store.drop(handle, Slot.length(state));
            }
        });
    }

    // ---- reading ----

    /** The page of a slot that has bytes. */
    void read(int slot, long state, byte[] into) {
        long handle = handles.get(slot);
        int length = Slot.length(state);
        if (Slot.has(state, Slot.SAME)) {
            fill(into, handle);
        } else if (length == Units.PAGE_SIZE) {
            store.get(handle, into, length);
        } else {
            byte[] from = new byte[length];
            store.get(handle, from, length);
            codec(Slot.priority(state)).expand(from, length, into);
        }
    }

    /** The object of a slot that has bytes, and zeros up to a page. */
    void readObject(int slot, long state, byte[] into) {
        Arrays.fill(into, 0, Units.PAGE_SIZE, (byte) 0);
        store.get(handles.get(slot), into, Slot.length(state));
    }

    private static void fill(byte[] into, long word) {
        if (word == 0) {
            Arrays.fill(into, 0, Units.PAGE_SIZE, (byte) 0);
            return;
        }
        for (int at = 0; at < Units.PAGE_SIZE; at += Long.BYTES) {
            WORDS.set(into, at, word);
        }
    }
}
