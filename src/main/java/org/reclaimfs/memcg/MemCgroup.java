package org.reclaimfs.memcg;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.lru.LruVec;
import org.reclaimfs.mm.MemMap;

/**
 * The memory controller's state of one cgroup (struct mem_cgroup). Counters are hierarchical: each includes all
 * descendants, also removed ones. NOT thread safe.
 */
public final class MemCgroup {
    /** MEMCG_CHARGE_BATCH, in pages. */
    public static final int CHARGE_BATCH = 64;

    /** Lines of memory.events, in order. */
    public enum Event {
        LOW,
        HIGH,
        MAX,
        OOM,
        OOM_KILL,
        OOM_GROUP_KILL,
        SOCK_THROTTLED;

        private final String key = name().toLowerCase(Locale.ROOT);

        public String key() {
            return key;
        }
    }

    /** Lines of memory.swap.events, in order. */
    public enum SwapEvent {
        HIGH,
        MAX,
        FAIL;

        private final String key = name().toLowerCase(Locale.ROOT);

        public String key() {
            return key;
        }
    }

    public final int id;
    public final Cgroup cgroup;
    private final LruVec[] lruvecs;
    public final PageCounter memory;
    public final PageCounter swap;
    public final ZswapAccount zswap;
    private final @Nullable MemCgroup parent;
    // Children in the order of their creation; links, so that walks and removal need no search.
    private @Nullable MemCgroup firstChild;
    private @Nullable MemCgroup lastChild;
    private @Nullable MemCgroup prevSibling;
    private @Nullable MemCgroup nextSibling;

    private boolean online = true;
    private boolean oomGroup;
    private final Statistics statistics;
    private final ChargeStocks stocks;

    private final long[] events = new long[Event.values().length];
    private final long[] localEvents = new long[Event.values().length];
    private final long[] swapEvents = new long[SwapEvent.values().length];
    private long eventSeq;
    private long localEventSeq;
    private long swapEventSeq;

    MemCgroup(int id, Cgroup cgroup, @Nullable MemCgroup parent, MemCgroups all, MemMap mem, int nodes) {
        this.id = id;
        this.cgroup = cgroup;
        this.parent = parent;
        this.statistics = new Statistics(parent == null ? null : parent.statistics, all.statistics, nodes);
        this.stocks = all.stocks;
        this.lruvecs = new LruVec[nodes];
        for (int node = 0; node < nodes; node++) {
            lruvecs[node] = new LruVec(mem);
        }
        this.memory = new PageCounter(parent == null ? null : parent.memory);
        this.swap = new PageCounter(parent == null ? null : parent.swap);
        this.zswap = new ZswapAccount(this, parent == null ? null : parent.zswap);
        if (parent != null) {
            prevSibling = parent.lastChild;
            if (parent.lastChild == null) {
                parent.firstChild = this;
            } else {
                parent.lastChild.nextSibling = this;
            }
            parent.lastChild = this;
        }
    }

    public @Nullable MemCgroup parent() {
        return parent;
    }

    public boolean isRoot() {
        return parent == null;
    }

    public boolean online() {
        return online;
    }

    /** Leaves the tree of walks; what is still charged stays charged upwards. */
    void offline() {
        online = false;
        memory.retire();
        swap.retire();
        zswap.retire();
        if (parent == null) {
            return;
        }
        if (prevSibling == null) {
            parent.firstChild = nextSibling;
        } else {
            prevSibling.nextSibling = nextSibling;
        }
        if (nextSibling == null) {
            parent.lastChild = prevSibling;
        } else {
            nextSibling.prevSibling = prevSibling;
        }
    }

    /** The next memcg of {@code root}'s subtree in pre-order, or null after the last; null as {@code at} starts. */
    public static @Nullable MemCgroup next(MemCgroup root, @Nullable MemCgroup at) {
        if (at == null) {
            return root;
        }
        if (at.firstChild != null) {
            return at.firstChild;
        }
        for (MemCgroup m = at; m != null && m != root; m = m.parent) {
            if (m.nextSibling != null && m.nextSibling.online) {
                return m.nextSibling;
            }
        }
        return null;
    }

    public boolean isDescendantOf(MemCgroup ancestor) {
        for (MemCgroup m = this; m != null; m = m.parent) {
            if (m == ancestor) {
                return true;
            }
        }
        return false;
    }

    // ---- statistics ----

    public void add(MemoryStat item, long n) {
        statistics.add(item, 0, n);
    }

    /** Counts pages of a node. */
    public void add(MemoryStat item, int node, long n) {
        statistics.add(item, node, n);
    }

    /** The item on one node, in its own unit; for items that belong to pages. */
    public long stat(MemoryStat item, int node) {
        return statistics.get(item, node);
    }

    /** A list size or activation count as reclaim sees it: as of the last flush. */
    public long flushedStat(MemoryStat item, int node) {
        return statistics.flushed(item, node);
    }

    /** The cgroup's lists on a node. */
    public LruVec lruvec(int node) {
        return lruvecs[node];
    }

    public int nodes() {
        return lruvecs.length;
    }

    /** The item in its own unit; sums are computed. */
    public long stat(MemoryStat item) {
        return statistics.get(item);
    }

    /** What memory.stat prints: bytes, or a count. */
    public long printedStat(MemoryStat item) {
        return item.printed(stat(item));
    }

    /** What memory.numa_stat prints for a node. */
    public long printedStat(MemoryStat item, int node) {
        return item.printed(lruvecs.length == 1 ? stat(item) : stat(item, node));
    }

    // ---- events ----

    /** Counts the event here and in every ancestor below the root. */
    public void event(Event event) {
        event(event, 1);
    }

    public void event(Event event, long n) {
        localEvents[event.ordinal()] += n;
        localEventSeq++;
        for (MemCgroup m = this; m != null && !m.isRoot(); m = m.parent) {
            m.events[event.ordinal()] += n;
            m.eventSeq++;
        }
    }

    public void swapEvent(SwapEvent event, long n) {
        for (MemCgroup m = this; m != null && !m.isRoot(); m = m.parent) {
            m.swapEvents[event.ordinal()] += n;
            m.swapEventSeq++;
        }
    }

    public long events(Event event) {
        return events[event.ordinal()];
    }

    public long localEvents(Event event) {
        return localEvents[event.ordinal()];
    }

    public long swapEvents(SwapEvent event) {
        return swapEvents[event.ordinal()];
    }

    /** Changes whenever memory.events does; for poll. */
    public long eventSeq() {
        return eventSeq;
    }

    public long localEventSeq() {
        return localEventSeq;
    }

    public long swapEventSeq() {
        return swapEventSeq;
    }

    // ---- settings ----

    public boolean oomGroup() {
        return oomGroup;
    }

    public void setOomGroup(boolean on) {
        oomGroup = on;
    }

    // ---- charging ----

    /** Pages that may be charged now, on the present CPU, without hitting a memory.max. */
    public long memoryMargin() {
        return isRoot() ? PageCounter.MAX : stocks.pages(this) + memory.margin();
    }

    /** How many pages may be charged on the present CPU until one is above memory.high or memory.swap.high, that one included. */
    public long pagesUntilHigh() {
        return isRoot() ? PageCounter.MAX : stocks.pagesUntilHigh(this);
    }

    /** What was charged above such a limit, by whomever, since the last call: a debt of the task that charges. */
    public long takeOverHighPages() {
        return stocks.takeOverHighPages();
    }

    /** Charges pages; what of the limits stands in the way the caller has asked, or is in reclaim and may go beyond. */
    public void charge(long pages) {
        if (isRoot() || !online) {
            memory.charge(pages);
        } else {
            stocks.charge(this, (int) pages);
        }
    }

    /** A charge that has just reclaimed a page for itself takes that one, not a batch. */
    public void chargeAfterReclaim() {
        if (!isRoot() && online) {
            stocks.chargeAfterReclaim(this);
        }
    }

    /** Gives pages back that tasks had in memory, at once. */
    public void uncharge(long pages) {
        memory.charge(-pages);
    }

    /** Gives back what CPUs have charged ahead here and below. */
    public void drainStocks() {
        stocks.drainBelow(this);
    }

    /** Charged ahead here and below, but not in use. */
    public long stockedPages() {
        return stocks.pagesBelow(this);
    }

    /** The lowest level whose memory.max leaves no room for one page; null if none. */
    public @Nullable MemCgroup overMax() {
        for (MemCgroup m = this; m != null; m = m.parent) {
            if (m.memory.usage() >= m.memory.max()) {
                return m;
            }
        }
        return null;
    }

    /** Kernel memory is charged in pages; the root's own is not charged at all. */
    public void chargeKernel(MemoryStat item, long pages) {
        if (!isRoot()) {
            add(item, pages);
            chargeKernel(pages);
        }
    }

    /** Charges kernel memory that no item of its own counts; with a negative number, gives back to the present CPU's stock. */
    void chargeKernel(long pages) {
        add(MemoryStat.KERNEL, pages);
        if (pages >= 0 || !online) {
            charge(pages);
        } else {
            stocks.uncharge(this, (int) -pages);
        }
    }

    /** Swap slots this memcg may still take; {@code free} are the machine's free slots. */
    public long swapMargin(long free) {
        return isRoot() ? free : Math.min(free, swap.margin());
    }

    /** How many slots from now on no level of those below memory.swap.high gets above it; MAX if no level is below one. */
    public long swapUntilHigh() {
        long slots = PageCounter.MAX;
        for (MemCgroup m = this; m != null && !m.isRoot(); m = m.parent) {
            long room = m.swap.high() - m.swap.usage();
            slots = room > 0 ? Math.min(slots, room) : slots;
        }
        return slots;
    }

    /** Whether slots kept by pages in memory should be given back (mem_cgroup_swap_full, the memcg's part). */
    public boolean swapHalfFull() {
        for (MemCgroup m = this; m != null && !m.isRoot(); m = m.parent) {
            long usage = m.swap.usage();
            if (usage * 2 >= m.swap.high() || usage * 2 >= m.swap.max()) {
                return true;
            }
        }
        return false;
    }

    /** Computes effective protection for a walk from {@code root}; the walk asks parents before children. */
    public void calculateProtection(MemCgroup root) {
        memory.calculateProtection(root.memory);
    }

    public void checkInvariants() {
        for (LruVec lruvec : lruvecs) {
            lruvec.checkInvariants();
        }
        for (MemoryStat item : MemoryStat.values()) {
            if (item.unit() != MemoryStat.Unit.SUM && statistics.get(item) < 0) {
                throw new IllegalStateException(cgroup.path() + ": " + item.key() + " is " + statistics.get(item));
            }
        }
    }
}
