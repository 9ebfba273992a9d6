package org.reclaimfs.machine;

import java.util.ArrayList;
import java.util.List;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.MemCgroups;
import org.reclaimfs.memcg.MemoryStat;
import org.reclaimfs.mm.Flags;
import org.reclaimfs.mm.MemMap;
import org.reclaimfs.mm.Zone;

/** Checks between rooms: the same page must not be counted differently in two of them. */
final class Books {
    private final Core core;

    Books(Core core) {
        this.core = core;
    }

    void check() {
        MemMap mem = core.mem;
        long[] lists = new long[5];
        long zswapped = 0;
        long slots = 0;
        long mapped = 0;
        long cached = 0;
        long writing = 0;
        long writePending = 0;
        for (int run = 0; run < mem.runLimit(); run++) {
            int pages = mem.len(run);
            if (pages == 0) {
                continue;
            }
            int flags = mem.flags(run);
            int list = Flags.list(flags);
            boolean resident = (flags & Flags.RESIDENT) != 0;
            require(resident == list <= Flags.UNEVICTABLE, "run " + run + " resident and its list disagree");
            if (resident) {
                lists[list] += pages;
            }
            // Else reclaim would have to know when a node is congested (vmscan's package-info).
            boolean written = Flags.isFile(flags) && (flags & Flags.WRITEBACK) != 0;
            require(!written, "run " + run + " is of a file and under writeback");
            zswapped += list == Flags.ZSWAP ? pages : 0;
            slots += (flags & Flags.SLOT) != 0 ? pages : 0;
            mapped += (flags & Flags.MAPPED) != 0 && !Flags.isFile(flags) ? pages : 0;
            cached += (flags & Flags.SWAPCACHE) != 0 ? pages : 0;
            writing += (flags & Flags.WRITEBACK) != 0 ? pages : 0;
            boolean dirtyFile = Flags.isFile(flags) && (flags & Flags.DIRTY) != 0;
            writePending += dirtyFile || (flags & Flags.WRITEBACK) != 0 ? pages : 0;
        }
        for (int list = 0; list < lists.length; list++) {
            require(lists[list] == core.ram.lruPages(list), "list " + list + ": " + lists[list] + " pages found");
        }
        require(zswapped == core.zswap.storedPages(), "zswap holds " + zswapped + " entries");
        require(slots == usedSlots(), slots + " slots owned, " + usedSlots() + " in use");
        MemCgroup root = core.rootMemcg();
        require(cached == root.stat(MemoryStat.SWAPCACHED), cached + " pages in the swap cache");
        require(writing == root.stat(MemoryStat.FILE_WRITEBACK), writing + " pages under writeback");
        long counted =
                core.ram.zones().stream().mapToLong(Zone::writePendingPages).sum();
        require(writePending == counted, writePending + " pages dirty or under writeback, counted " + counted);
        checkMemcgs();
    }

    private long usedSlots() {
        return core.swap.active().stream().mapToLong(d -> d.usedPages()).sum();
    }

    private void checkMemcgs() {
        List<MemCgroup> all = new ArrayList<>();
        MemCgroups.preOrder(core.rootMemcg(), all);
        for (MemCgroup memcg : all) {
            memcg.checkInvariants();
            if (!memcg.isRoot()) {
                long lru = memcg.stat(MemoryStat.INACTIVE_ANON)
                        + memcg.stat(MemoryStat.ACTIVE_ANON)
                        + memcg.stat(MemoryStat.INACTIVE_FILE)
                        + memcg.stat(MemoryStat.ACTIVE_FILE)
                        + memcg.stat(MemoryStat.UNEVICTABLE);
                long expected = lru + memcg.stat(MemoryStat.KERNEL) + memcg.stockedPages();
                require(
                        memcg.memory.usage() == expected,
                        memcg.cgroup.path() + " is charged " + memcg.memory.usage() + " for " + expected);
            }
        }
    }

    private static void require(boolean ok, String what) {
        if (!ok) {
            throw new IllegalStateException(what);
        }
    }
}
