package org.reclaimfs.policy;

import org.reclaimfs.mm.Flags;
import org.reclaimfs.mm.Memory;
import org.reclaimfs.mm.Zone;

/** A zone, a round and a state of swap, told in the numbers that matter to a test. */
final class Situation {
    final Knobs knobs = new Knobs();
    private final Memory ram = new Memory(256 << 20, 0);
    private long freeSlots = 1;
    private boolean allRamBacked;
    private long pooled;
    private long pool;

    static Round round(long anon, long file, long scannedAnon, long scannedFile, long poolPages) {
        return new Round(anon, file, scannedAnon, scannedFile, poolPages, 0, 0, 0, 0, 0);
    }

    /** Pages on the zone's lists: a third of each type is active. */
    Situation lists(long anon, long file) {
        ram.addLru(Memory.DMA32, Flags.ACTIVE_ANON, anon / 3);
        ram.addLru(Memory.DMA32, Flags.INACTIVE_ANON, anon - anon / 3);
        ram.addLru(Memory.DMA32, Flags.ACTIVE_FILE, file / 3);
        ram.addLru(Memory.DMA32, Flags.INACTIVE_FILE, file - file / 3);
        return this;
    }

    Situation swap(long slots, boolean ramBacked) {
        freeSlots = slots;
        allRamBacked = ramBacked;
        return this;
    }

    /** Pages stored in RAM, and what they take there. */
    Situation pools(long storedPages, long takenPages) {
        pooled = storedPages;
        pool = takenPages;
        return this;
    }

    Zone zone() {
        return ram.zone(Memory.DMA32);
    }

    Outlook outlook() {
        return new Outlook(freeSlots, allRamBacked, pooled, pool, knobs);
    }

    long reclaimable(RetryPolicy policy, Round round) {
        return policy.filePages(zone(), round, outlook()) + policy.anonPages(zone(), round, outlook());
    }

    long progress(RetryPolicy policy, Round round) {
        return policy.progress(round, outlook());
    }
}
