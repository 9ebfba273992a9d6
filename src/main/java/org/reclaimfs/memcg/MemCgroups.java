package org.reclaimfs.memcg;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.lru.LruVec;
import org.reclaimfs.mm.Effort;
import org.reclaimfs.mm.Flags;
import org.reclaimfs.mm.MemMap;

/** All memcgs by their 16-bit id, the way pages and swap slots name them (mem_cgroup_private_id). */
public final class MemCgroups {
    private static final int MAX_ID = 0xffff;
    /** Of the first that is made. */
    private static final int ROOT_ID = 1;

    private static final int FIRST_SWEEP = 64;
    private static final int[] LISTS = {
        Flags.INACTIVE_ANON, Flags.ACTIVE_ANON, Flags.INACTIVE_FILE, Flags.ACTIVE_FILE, Flags.UNEVICTABLE, Flags.ZSWAP
    };

    private final MemMap mem;
    private final int nodes;
    final Statistics.Shared statistics = new Statistics.Shared();
    final ChargeStocks stocks;

    private @Nullable MemCgroup[] byId = new MemCgroup[64];
    private int lastId;
    /** Offline, and perhaps with a charge that is still to be given back; in the order they went. */
    private final List<MemCgroup> charged = new ArrayList<>();

    private int sweepAt = FIRST_SWEEP;

    /** @param effort knows the CPU of the slice under way, which has the stock that a charge takes from */
    public MemCgroups(MemMap mem, int nodes, Effort effort, int cpus, long seed) {
        this.mem = mem;
        this.nodes = nodes;
        this.stocks = new ChargeStocks(effort, cpus, seed);
    }

    /** From now on reclaim sees the statistics as they are now, until the next flush. */
    public void flushStats() {
        statistics.flush();
    }

    /** Makes the memcg of {@code cgroup}; null if no id is left. */
    @Nullable
    MemCgroup create(Cgroup cgroup, @Nullable MemCgroup parent) {
        int id = freeId();
        if (id == 0) {
            return null;
        }
        MemCgroup memcg = new MemCgroup(id, cgroup, parent, this, mem, nodes);
        byId[id] = memcg;
        return memcg;
    }

    private int freeId() {
        for (int tried = 0; tried < MAX_ID; tried++) {
            lastId = lastId == MAX_ID ? 1 : lastId + 1;
            if (lastId >= byId.length) {
                byId = Arrays.copyOf(byId, Math.min(MAX_ID + 1, byId.length * 2));
            }
            MemCgroup holder = byId[lastId];
            if (holder == null || !holder.online() && holder.memory.usage() == 0 && holder.swap.usage() == 0) {
                return lastId;
            }
        }
        return 0;
    }

    /**
     * The memcg of that id; the root in the place of one that is gone. Nothing is charged to such a one: only evicted pages
     * still name it, and the kernel takes the root for them, too (mem_cgroup_from_private_id, workingset_test_recent).
     */
    public MemCgroup get(int id) {
        MemCgroup memcg = byId[id];
        MemCgroup found = memcg == null ? byId[ROOT_ID] : memcg;
        if (found == null) {
            throw new IllegalStateException("no memcg " + id + ", nor a root");
        }
        return found;
    }

    /** The memcg if it can still be asked about refaults: null once it is gone. */
    public @Nullable MemCgroup online(int id) {
        MemCgroup memcg = byId[id];
        return memcg != null && memcg.online() ? memcg : null;
    }

    /** Offlines a memcg: its pages and zswap entries go to the parent's lists; charges stay until given back. */
    void offline(MemCgroup memcg) {
        MemCgroup parent = memcg.parent();
        if (parent == null) {
            throw new IllegalStateException("the root stays");
        }
        for (int node = 0; node < nodes; node++) {
            for (int list : LISTS) {
                moveList(memcg.lruvec(node), parent.lruvec(node), list);
            }
        }
        memcg.drainStocks();
        memcg.offline();
        charged.add(memcg);
        // With time at a standstill nobody else asks. Rarely enough that it costs no more than the removals did.
        if (charged.size() >= sweepAt) {
            letGo();
        }
    }

    /** Lets go of removed memcgs whose last charge is gone; their ids stay out of use until all others have been. */
    public void letGo() {
        charged.removeIf(memcg -> {
            boolean free = memcg.memory.usage() == 0 && memcg.swap.usage() == 0;
            if (free && byId[memcg.id] == memcg) {
                byId[memcg.id] = null;
            }
            return free;
        });
        sweepAt = Math.max(FIRST_SWEEP, 2 * charged.size());
    }

    /** Offline, and perhaps still charged with something. */
    List<MemCgroup> charged() {
        return charged;
    }

    /**
     * The charge stays with the dead memcg, which passes it up: only the lists move, whole, to the old end of the parent's
     * (lruvec_reparent_lru; memcg_reparent_list_lru_one for zswap).
     */
    private static void moveList(LruVec from, LruVec to, int list) {
        for (int run = from.head(list); run != MemMap.NIL; run = from.head(list)) {
            from.del(run);
            to.addTail(list, run);
        }
    }

    /** The list owner of pages that are charged to {@code memcg}: itself, or the nearest living ancestor. */
    public static MemCgroup listOwner(MemCgroup memcg) {
        MemCgroup m = memcg;
        while (!m.online() && m.parent() != null) {
            m = m.parent();
        }
        return m;
    }

    /** Every memcg that ever had this tree's ids and is online, in pre-order. */
    public static void preOrder(MemCgroup root, List<MemCgroup> into) {
        for (MemCgroup m = MemCgroup.next(root, null); m != null; m = MemCgroup.next(root, m)) {
            into.add(m);
        }
    }
}
