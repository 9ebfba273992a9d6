package org.reclaimfs.zram;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Units;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Costs;
import org.reclaimfs.mm.Memory;
import org.reclaimfs.mm.Zsmalloc;
import org.reclaimfs.swap.ByteStore;

/**
 * What an initialised zram device holds: its table, its pool and their counts (struct zram_stats). Slots are numbered
 * from 0; every change to one goes through here. NOT thread safe.
 */
final class ZramStore {
    /** Bytes that a program wrote, and that compress. */
    private static final Content WRITTEN = Content.ratio(2, "bytes");

    final SlotRuns slots;
    final Contents contents;
    final SlotBytes bytes;
    private final ZramPool pool;
    private final @Nullable Backing backing;
    private final boolean compressedWriteback;

    private long storedPages;
    private long comprBytes;
    private long samePages;
    private long hugePages;
    private long hugePagesSince;

    ZramStore(
            int slots,
            Memory ram,
            Costs.@Nullable Algorithm[] algorithms,
            @Nullable Backing backing,
            boolean compressedWriteback,
            ByteStore byteStore) {
        this.slots = new SlotRuns(slots);
        this.contents = new Contents(algorithms);
        this.bytes = new SlotBytes(byteStore, algorithms);
        this.pool = new ZramPool(ram);
        this.backing = backing;
        this.compressedWriteback = compressedWriteback;
    }

    void setLimitPages(long pages) {
        pool.setLimitPages(pages);
    }

    /** Gives all RAM back; nobody uses the store afterwards. */
    void close() {
        for (int at = 0; bytes.used() && at < slots.slots(); at = slots.runEnd(at)) {
            forgetBytes(slots.state(at), at, slots.runEnd(at));
        }
        pool.close();
    }

    // ---- looking ----

    /** Bytes of the slot's object, also of one that is on the backing device. */
    int objectBytes(long state) {
        return Slot.hasBytes(state) ? Slot.length(state) : contents.bytes(Slot.content(state), Slot.priority(state));
    }

    /** What a slot's page holds, as far as costs care. */
    Content content(long state) {
        if (state == Slot.EMPTY || !Slot.hasBytes(state)) {
            return state == Slot.EMPTY ? Content.RANDOM : contents.content(Slot.content(state));
        }
        return Slot.has(state, Slot.SAME) ? Content.SAME : Slot.has(state, Slot.HUGE) ? Content.RANDOM : WRITTEN;
    }

    /** The page of a slot; one that the model wrote has no bytes, and is zeros. */
    void readPage(int slot, byte[] into) {
        long state = slots.state(slot);
        if (Slot.hasBytes(state)) {
            bytes.read(slot, state, into);
        } else {
            Arrays.fill(into, (byte) 0);
        }
    }

    /** What a block of the backing device holds: with compressed_writeback the object, and zeros behind it. */
    boolean readBlock(int block, byte[] into) {
        int slot = backing == null ? -1 : backing.slotAt(block);
        if (slot >= 0 && compressedWriteback) {
            bytes.readObject(slot, slots.state(slot), into);
        } else if (slot >= 0) {
            readPage(slot, into);
        }
        return slot >= 0;
    }

    /** Whether reading the slot needs a decompressor. */
    boolean compressed(long state) {
        return !Slot.has(state, Slot.SAME) && packed(state) && objectBytes(state) < Units.PAGE_SIZE;
    }

    /** Whether the slot is still as its algorithm left it: not unpacked for the backing device. */
    boolean packed(long state) {
        return compressedWriteback || !Slot.has(state, Slot.WRITTEN_BACK);
    }

    // ---- writing ----

    /**
     * Stores pages in slots; what was there is freed first.
     *
     * @return how many of the first pages were stored; the slot of the next one is empty now
     */
    int write(int slot, int pages, Content content, int node, long seconds) {
        int number = contents.number(content);
        if (content.sameFilled()) {
            free(slot, pages);
            slots.set(slot, slot + pages, Slot.of(number, Slot.SAME, seconds));
            samePages += pages;
            storedPages += pages;
            return pages;
        }
        int bytes = contents.bytes(number, 0);
        boolean huge = bytes == Units.PAGE_SIZE;
        long state = Slot.of(number, huge ? Slot.HUGE : 0, seconds);
        int ok = 0;
        while (ok < pages) {
            // What the first slots hold is freed before the next ones are looked at, as page by page.
            int at = slot + ok;
            int n = 1;
            if (slots.state(at) == Slot.EMPTY) {
                n = slots.runEnd(at, slot + pages) - at;
            } else {
                free(at, 1);
            }
            int taken = pool.add(bytes, n, node);
            slots.set(at, at + taken, state);
            ok += taken;
            if (taken < n) {
                break;
            }
        }
        countStored(bytes, ok);
        return ok;
    }

    private void countStored(int bytes, int count) {
        int huge = bytes == Units.PAGE_SIZE ? count : 0;
        storedPages += count;
        comprBytes += (long) bytes * count;
        hugePages += huge;
        hugePagesSince += huge;
    }

    /** Whether {@link #writeEach} will find room for so many objects, with none of the machine's memory short. */
    boolean roomFor(Content content, int pages) {
        return !content.sameFilled() && pool.roomFor(contents.bytes(contents.number(content), 0), pages);
    }

    /** As {@link #write}, of a page into each of the first {@code count} of some slots. */
    void writeEach(int[] into, int count, Content content, int node, long seconds) {
        int number = contents.number(content);
        int bytes = contents.bytes(number, 0);
        boolean huge = bytes == Units.PAGE_SIZE;
        long state = Slot.of(number, huge ? Slot.HUGE : 0, seconds);
        int allocated = 0;
        if (slots.anyUsed(into, count)) {
            for (int i = 0; i < count; i++) {
                if (slots.state(into[i]) != Slot.EMPTY) {
                    allocated += pool.add(bytes, i - allocated, node);
                    free(into[i], 1);
                }
            }
        }
        allocated += pool.add(bytes, count - allocated, node);
        for (int i = 0; i < count; i++) {
            slots.set(into[i], state);
        }
        if (allocated != count) {
            throw new IllegalStateException("room for " + count + " objects was room for " + allocated);
        }
        countStored(bytes, count);
    }

    /**
     * Stores a page of bytes; what was there is freed first (zram_write_page).
     *
     * @return whether there was memory for it; if not, the slot is empty now
     */
    boolean writePage(int slot, byte[] page, long seconds) {
        free(slot, 1);
        if (SlotBytes.sameFilled(page)) {
            bytes.keepSame(slot, page);
            slots.set(slot, slot + 1, Slot.ofBytes(0, Slot.SAME, seconds));
            samePages++;
            storedPages++;
            return true;
        }
        int length = bytes.compress(page, 0);
        if (pool.add(length, 1, 0) == 0) {
            return false;
        }
        boolean huge = length == Units.PAGE_SIZE;
        slots.set(slot, slot + 1, Slot.ofBytes(length, huge ? Slot.HUGE : 0, seconds));
        countStored(length, 1);
        return keep(slot, length);
    }

    /** Without room for the bytes a slot is emptied again: an error that only this server knows. */
    private boolean keep(int slot, int length) {
        if (bytes.keep(slot, length)) {
            return true;
        }
        free(slot, 1);
        return false;
    }

    /** Empties slots, whatever they hold. */
    void free(int slot, int pages) {
        int end = slot + pages;
        for (int at = slot; at < end; ) {
            int next = slots.runEnd(at, end);
            long state = slots.state(at);
            forgetBytes(state, at, next);
            drop(state, next - at);
            at = next;
        }
        slots.set(slot, end, Slot.EMPTY);
    }

    /** Empties one slot, whose state is known. */
    void freeOne(int slot, long state) {
        forgetBytes(state, slot, slot + 1);
        drop(state, 1);
        slots.set(slot, Slot.EMPTY);
    }

    private void forgetBytes(long state, int from, int to) {
        if (Slot.hasBytes(state)) {
            bytes.drop(from, to, state);
            if (backing != null && Slot.has(state, Slot.WRITTEN_BACK)) {
                backing.vacate(from, to);
            }
        }
    }

    private void drop(long state, int pages) {
        if (state == Slot.EMPTY) {
            return;
        }
        storedPages -= pages;
        if (Slot.has(state, Slot.SAME)) {
            samePages -= pages;
        } else if (!Slot.has(state, Slot.WRITTEN_BACK)) {
            dropObjects(state, pages);
        } else if (backing != null) {
            backing.free(pages);
        }
    }

    private void dropObjects(long state, int pages) {
        int bytes = objectBytes(state);
        comprBytes -= (long) bytes * pages;
        hugePages -= Slot.has(state, Slot.HUGE) ? pages : 0;
        pool.drop(bytes, pages);
    }

    // ---- what happens to slots that are kept ----

    /** Slots were read (zram_accessed). */
    void accessed(int slot, int pages, long seconds) {
        int end = slot + pages;
        for (int at = slot; at < end; ) {
            int next = slots.runEnd(at, end);
            long state = slots.state(at);
            long now = Slot.withSeconds(state & ~Slot.IDLE, seconds);
            if (state != Slot.EMPTY && now != state) {
                slots.set(at, next, now);
            }
            at = next;
        }
    }

    /**
     * Marks slots idle (mark_idle).
     *
     * @param cutoff those last used before this second since boot are idle, the others are not; Long.MAX_VALUE: all are
     */
    void markIdle(long cutoff) {
        for (int at = 0; at < slots.slots(); ) {
            int next = slots.runEnd(at);
            long state = slots.state(at);
            if (Slot.inPool(state)) {
                slots.set(at, next, cutoff > Slot.seconds(state) ? state | Slot.IDLE : state & ~Slot.IDLE);
            }
            at = next;
        }
    }

    /** Slots whose pages the backing device has now; their objects are freed, and when they were used is forgotten. */
    void writtenBack(int slot, int pages) {
        long state = slots.state(slot);
        dropObjects(state, pages);
        for (int at = slot + pages - 1; backing != null && Slot.hasBytes(state) && at >= slot; at--) {
            backing.place(at); // as they were chosen, highest first
        }
        long kept = state & ~(Slot.IDLE | Slot.INCOMPRESSIBLE);
        if (!compressedWriteback) {
            // Bytes stay packed in this server; the kernel has unpacked them, and forgotten with what.
            kept = Slot.hasBytes(state) ? kept & ~Slot.HUGE : Slot.of(Slot.content(state), 0, 0);
        }
        slots.set(slot, slot + pages, Slot.withSeconds(kept, 0) | Slot.WRITTEN_BACK);
    }

    /** An attempt to compress slots anew is over, without a better object. */
    void triedInVain(int slot, int pages, boolean incompressible) {
        long state = slots.state(slot) & ~Slot.IDLE;
        slots.set(slot, slot + pages, incompressible ? state | Slot.INCOMPRESSIBLE : state);
    }

    /**
     * Replaces objects by what another algorithm makes of their pages.
     *
     * @return how many of the first pages there was memory for
     */
    int recompressed(int slot, int pages, int priority) {
        long state = slots.state(slot);
        long after = Slot.withPriority(state & ~(Slot.IDLE | Slot.HUGE), priority);
        return replace(slot, pages, state, after);
    }

    /** The same for one slot with bytes, whose page was just compressed to {@code length}; false without memory. */
    boolean recompressedBytes(int slot, int priority, int length) {
        long state = slots.state(slot);
        long after = Slot.withPriority(state & ~(Slot.IDLE | Slot.HUGE), priority);
        if (replace(slot, 1, state, Slot.withLength(after, length)) == 0) {
            return false;
        }
        bytes.drop(slot, slot + 1, state);
        return keep(slot, length);
    }

    private int replace(int slot, int pages, long state, long after) {
        int bytes = objectBytes(after);
        int done = 0;
        while (done < pages && pool.addInExchange(bytes)) {
            comprBytes += bytes;
            dropObjects(state, 1);
            done++;
        }
        slots.set(slot, slot + done, after);
        return done;
    }

    // ---- statistics ----

    void resetMaxUsed() {
        pool.resetMaxUsed();
    }

    long storedPages() {
        return storedPages;
    }

    long comprBytes() {
        return comprBytes;
    }

    Zsmalloc pool() {
        return pool.objects();
    }

    long poolPages() {
        return pool.pages();
    }

    long maxUsedPages() {
        return pool.maxUsedPages();
    }

    long samePages() {
        return samePages;
    }

    long hugePages() {
        return hugePages;
    }

    long hugePagesSince() {
        return hugePagesSince;
    }

    /** Throws if the counts are not what the table says. Costs time in proportion to the runs. */
    void checkInvariants() {
        slots.checkInvariants();
        ZramBooks.check(this, pool.objects(), backing == null ? 0 : backing.usedBlocks());
    }
}
