package org.reclaimfs.machine;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.MemoryStat;
import org.reclaimfs.memcg.PageCounter;

/** A memcg of the reference model: lists as sorted maps (oldest first), counters as maps. */
final class RefMemcg {
    final String path;
    final @Nullable RefMemcg parent;
    final List<RefMemcg> children = new ArrayList<>();
    private static final int MAX_NODES = 3;

    /** What belongs to a node: lists, clocks and costs, and what the zswap shrinker keeps. */
    static final class OnNode {
        private final Map<RefList, TreeMap<Long, RefPage>> lists = new EnumMap<>(RefList.class);
        long anonCost;
        long fileCost;
        long age;
        long snapshotAnon;
        long snapshotFile;
        long diskSwapins;
        long deferred;
        long activatedAnon;
        long activatedFile;
        /** List sizes here and below, and activations, when the statistics were last flushed. */
        final Map<RefList, Long> flushedSize = new EnumMap<>(RefList.class);

        long flushedActivatedAnon;
        long flushedActivatedFile;

        OnNode() {
            for (RefList list : RefList.values()) {
                lists.put(list, new TreeMap<>());
                flushedSize.put(list, 0L);
            }
        }
    }

    private final List<OnNode> onNodes = new ArrayList<>();
    private long newest;
    private long oldest;
    boolean online = true;
    /** The machine's. */
    final RefStocks stocks;

    long usage;
    long swapUsage;
    long ownZswapBytes;
    long zswapBytes;
    long zswapEntries;
    long max = PageCounter.MAX;
    long high = PageCounter.MAX;
    long min;
    long low;
    long emin;
    long elow;
    long swapMax = PageCounter.MAX;
    long swapHigh = PageCounter.MAX;
    long zswapMax = PageCounter.MAX;
    boolean writeback = true;
    boolean oomGroup;

    final Map<MemoryStat, Long> counts = new EnumMap<>(MemoryStat.class);
    final Map<MemCgroup.Event, Long> events = new EnumMap<>(MemCgroup.Event.class);
    final Map<MemCgroup.SwapEvent, Long> swapEvents = new EnumMap<>(MemCgroup.SwapEvent.class);

    RefMemcg(String path, @Nullable RefMemcg parent, RefStocks stocks) {
        this.path = path;
        this.stocks = stocks;
        this.parent = parent;
        for (int node = 0; node < MAX_NODES; node++) {
            onNodes.add(new OnNode());
        }
        if (parent != null) {
            parent.children.add(this);
        }
    }

    boolean isRoot() {
        return parent == null;
    }

    // ---- lists --------------------------------------------------------------------------------------------

    OnNode on(int node) {
        return onNodes.get(node);
    }

    TreeMap<Long, RefPage> list(int node, RefList list) {
        return on(node).lists.get(list);
    }

    long size(int node, RefList list) {
        return list(node, list).size();
    }

    /** Pages on the list here and below. */
    long sizeBelow(int node, RefList list) {
        long sum = size(node, list);
        for (RefMemcg child : children) {
            sum += child.sizeBelow(node, list);
        }
        return sum;
    }

    /** As {@link #sizeBelow} was when the statistics were last flushed. */
    long flushed(int node, RefList list) {
        return on(node).flushedSize.get(list);
    }

    /** Reclaim sees this memcg as it is now until the next flush. */
    void flush() {
        for (int node = 0; node < MAX_NODES; node++) {
            OnNode on = on(node);
            for (RefList list : RefList.values()) {
                on.flushedSize.put(list, sizeBelow(node, list));
            }
            on.flushedActivatedAnon = on.activatedAnon;
            on.flushedActivatedFile = on.activatedFile;
        }
    }

    /** A refault on the node was activated. */
    void countActivation(int node, boolean file) {
        for (RefMemcg m = this; m != null; m = m.parent) {
            m.on(node).activatedAnon += file ? 0 : 1;
            m.on(node).activatedFile += file ? 1 : 0;
        }
    }

    /** The living memcg whose lists the pages of this one stand on. */
    RefMemcg listOwner() {
        return online || parent == null ? this : parent.listOwner();
    }

    static void addHead(RefPage page, RefList list) {
        RefMemcg owner = page.memcg.listOwner();
        put(page, owner, list, ++owner.newest);
    }

    static void addTail(RefPage page, RefList list) {
        RefMemcg owner = page.memcg.listOwner();
        put(page, owner, list, --owner.oldest);
    }

    private static void put(RefPage page, RefMemcg owner, RefList list, long key) {
        page.list = list;
        page.listOwner = owner;
        page.listKey = key;
        owner.list(page.node, list).put(key, page);
    }

    static void del(RefPage page) {
        if (page.listOwner != null && page.list != null) {
            page.listOwner.list(page.node, page.list).remove(page.listKey);
        }
        page.list = null;
        page.listOwner = null;
    }

    // ---- tree ---------------------------------------------------------------------------------------------

    List<RefMemcg> preOrder() {
        List<RefMemcg> all = new ArrayList<>();
        all.add(this);
        children.forEach(child -> all.addAll(child.preOrder()));
        return all;
    }

    /** The next in pre-order below {@code root}: null after the last, the root itself after null. */
    static @Nullable RefMemcg next(RefMemcg root, @Nullable RefMemcg at) {
        List<RefMemcg> all = root.preOrder();
        int i = at == null ? -1 : all.indexOf(at);
        return i + 1 < all.size() ? all.get(i + 1) : null;
    }

    boolean isBelow(RefMemcg ancestor) {
        return this == ancestor || parent != null && parent.isBelow(ancestor);
    }

    void offline() {
        online = false;
        if (parent == null) {
            throw new IllegalStateException("the root stays");
        }
        stocks.drainBelow(this);
        parent.children.remove(this);
        for (int node = 0; node < MAX_NODES; node++) {
            for (RefList list : RefList.values()) {
                // Newest first, each to the oldest place: all of them are older than the parent's.
                for (RefPage page :
                        new ArrayList<>(list(node, list).descendingMap().values())) {
                    del(page);
                    addTail(page, list);
                }
            }
        }
        max = PageCounter.MAX;
        high = PageCounter.MAX;
        swapMax = PageCounter.MAX;
        swapHigh = PageCounter.MAX;
        zswapMax = PageCounter.MAX;
        min = 0;
        low = 0;
        writeback = true;
    }

    // ---- counting -----------------------------------------------------------------------------------------

    void count(MemoryStat item, long n) {
        for (RefMemcg m = this; m != null; m = m.parent) {
            m.counts.merge(item, n, Long::sum);
        }
    }

    long counted(MemoryStat item) {
        return counts.getOrDefault(item, 0L);
    }

    void event(MemCgroup.Event event) {
        for (RefMemcg m = this; m != null && !m.isRoot(); m = m.parent) {
            m.events.merge(event, 1L, Long::sum);
        }
    }

    void swapEvent(MemCgroup.SwapEvent event) {
        for (RefMemcg m = this; m != null && !m.isRoot(); m = m.parent) {
            m.swapEvents.merge(event, 1L, Long::sum);
        }
    }

    // ---- charging -----------------------------------------------------------------------------------------

    /** Usage, whatever the limits and stocks. */
    void addUsage(long pages) {
        for (RefMemcg m = this; m != null; m = m.parent) {
            m.usage += pages;
        }
    }

    /** One page that somebody needs. */
    void charge() {
        if (isRoot() || !online) {
            addUsage(1);
        } else {
            stocks.charge(this);
        }
    }

    /** Pages of the kernel's, one by one; negative: they go back to the stock. */
    void chargeKernel(long pages) {
        for (long i = 0; i < Math.abs(pages); i++) {
            if (pages > 0) {
                charge();
            } else if (online) {
                stocks.giveBack(this, 1);
            } else {
                addUsage(-1);
            }
        }
        count(MemoryStat.KERNEL, pages);
    }

    void chargeSwap(long pages) {
        for (RefMemcg m = this; m != null; m = m.parent) {
            m.swapUsage += pages;
        }
    }

    /** Compressed bytes; whole pages of them are charged to memory. */
    void chargeZswap(long bytes, long entries) {
        if (isRoot()) {
            return;
        }
        long before = pagesUp(ownZswapBytes);
        ownZswapBytes += bytes;
        for (RefMemcg m = this; m != null; m = m.parent) {
            m.zswapBytes += bytes;
            m.zswapEntries += entries;
        }
        long delta = pagesUp(ownZswapBytes) - before;
        chargeKernel(delta);
    }

    static long pagesUp(long bytes) {
        return (bytes + 4095) / 4096;
    }

    /** What the limits leave. */
    long room() {
        long room = PageCounter.MAX;
        for (RefMemcg m = this; m != null && !m.isRoot(); m = m.parent) {
            room = Math.min(room, m.max - m.usage);
        }
        return Math.max(0, room);
    }

    /** What may be charged on the present CPU without reclaim. */
    long margin() {
        return isRoot() ? PageCounter.MAX : room() + stocks.pages(this);
    }

    @Nullable
    RefMemcg overMax() {
        return withLessThan(1);
    }

    /** The level with room for less than {@code pages} more, besides those in stock. */
    @Nullable
    RefMemcg withLessThanAndStock(long pages) {
        return withLessThan(pages - stocks.pages(this));
    }

    @Nullable
    private RefMemcg withLessThan(long pages) {
        for (RefMemcg m = this; m != null && !m.isRoot(); m = m.parent) {
            if (m.max - m.usage < pages) {
                return m;
            }
        }
        return null;
    }

    long swapMargin() {
        long margin = Long.MAX_VALUE;
        for (RefMemcg m = this; m != null && !m.isRoot(); m = m.parent) {
            margin = Math.min(margin, m.swapMax - m.swapUsage);
        }
        return Math.max(0, margin);
    }

    boolean swapHalfFull() {
        for (RefMemcg m = this; m != null && !m.isRoot(); m = m.parent) {
            if (m.swapUsage * 2 >= m.swapMax || m.swapUsage * 2 >= m.swapHigh) {
                return true;
            }
        }
        return false;
    }

    boolean writebackAllowed() {
        return writeback && (parent == null || parent.writebackAllowed());
    }

    boolean zswapLimited() {
        for (RefMemcg m = this; m != null && !m.isRoot(); m = m.parent) {
            if (m.zswapMax != PageCounter.MAX && m.zswapBytes / 4096 >= m.zswapMax) {
                return true;
            }
        }
        return false;
    }

    // ---- protection ---------------------------------------------------------------------------------------

    void protect(RefMemcg walkRoot) {
        if (this == walkRoot || parent == null || usage == 0) {
            return;
        }
        if (parent == walkRoot) {
            emin = min;
            elow = low;
            return;
        }
        long mins = 0;
        long lows = 0;
        for (RefMemcg sibling : parent.children) {
            mins += Math.min(sibling.usage, sibling.min);
            lows += Math.min(sibling.usage, sibling.low);
        }
        emin = effective(Math.min(usage, min), parent.emin, mins);
        elow = effective(Math.min(usage, low), parent.elow, lows);
    }

    private long effective(long shielded, long parentEffective, long siblings) {
        if (siblings > parentEffective) {
            return shielded * parentEffective / siblings;
        }
        if (parent != null && parentEffective > siblings && parent.usage > siblings && usage > shielded) {
            return shielded + (parentEffective - siblings) * (usage - shielded) / (parent.usage - siblings);
        }
        return shielded;
    }

    @Override
    public String toString() {
        return path;
    }
}
