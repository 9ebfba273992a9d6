package org.reclaimfs.fuse;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Handle numbers of open files and directories. A number is never used again: its upper half counts the uses
 * of its slot. Thread safe; look-ups take no lock.
 */
final class OpenFiles {
    /** INVARIANT: immutable, so a reader of the slot sees both fields. */
    private record Entry(long handle, Object open) {}

    private volatile @Nullable Entry[] slots = new Entry[16];
    private int[] generations = new int[16]; // GUARDED_BY(this)
    private int[] free = new int[16]; // GUARDED_BY(this): a stack
    private int freeCount; // GUARDED_BY(this)
    private int used; // GUARDED_BY(this): slots ever handed out

    /** Registers an open file or directory and returns its number, never 0. */
    synchronized long add(Object open) {
        int slot = freeCount > 0 ? free[--freeCount] : nextSlot();
        long handle = (long) ++generations[slot] << 32 | slot;
        set(slot, new Entry(handle, open));
        return handle;
    }

    /** What the number stands for, or null. */
    @Nullable
    Object get(long handle) {
        @Nullable Entry[] all = slots;
        int slot = (int) handle;
        Entry entry = slot >= 0 && slot < all.length ? all[slot] : null;
        return entry != null && entry.handle == handle ? entry.open : null;
    }

    /** Forgets a number and returns what it stood for, or null. */
    synchronized @Nullable Object remove(long handle) {
        Object open = get(handle);
        if (open != null) {
            int slot = (int) handle;
            set(slot, null);
            if (freeCount == free.length) {
                free = Arrays.copyOf(free, free.length * 2);
            }
            free[freeCount++] = slot;
        }
        return open;
    }

    /** Number of open files and directories. */
    synchronized int count() {
        return used - freeCount;
    }

    private int nextSlot() {
        if (used == slots.length) {
            slots = Arrays.copyOf(slots, used * 2);
            generations = Arrays.copyOf(generations, used * 2);
        }
        return used++;
    }

    private void set(int slot, @Nullable Entry entry) {
        @Nullable Entry[] all = slots;
        all[slot] = entry;
        slots = all; // publishes the element
    }
}
