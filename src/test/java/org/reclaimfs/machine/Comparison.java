package org.reclaimfs.machine;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.reclaimfs.memcg.Cgroup;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.MemoryStat;
import org.reclaimfs.mm.KernelUse;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.mm.MemMap;
import org.reclaimfs.mm.Memory;
import org.reclaimfs.mm.VmStat;
import org.reclaimfs.mm.Zone;
import org.reclaimfs.swap.Disk;
import org.reclaimfs.swap.SwapDevice;
import org.reclaimfs.zram.ZramDevice;
import org.reclaimfs.zswap.Zswap;
import org.reclaimfs.zswap.ZswapCounter;

/** Says in what the fast model and the reference differ, as readable lines. */
final class Comparison {
    private static final int ITEMS = MemoryStat.values().length;
    private static final int[] STAT_OF_LIST = Stream.of(RefList.values())
            .mapToInt(list ->
                    list == RefList.ZSWAP ? -1 : MemoryStat.valueOf(list.name()).ordinal())
            .toArray();

    private static final List<VmStat> VM = List.of(
            VmStat.PGSCAN_KSWAPD,
            VmStat.PGSCAN_DIRECT,
            VmStat.PGSCAN_PROACTIVE,
            VmStat.PGSCAN_ANON,
            VmStat.PGSCAN_FILE,
            VmStat.PGSTEAL_KSWAPD,
            VmStat.PGSTEAL_DIRECT,
            VmStat.PGSTEAL_PROACTIVE,
            VmStat.PGSTEAL_ANON,
            VmStat.PGSTEAL_FILE,
            VmStat.PGREFILL,
            VmStat.PGACTIVATE,
            VmStat.PGDEACTIVATE,
            VmStat.PGFAULT,
            VmStat.PGMAJFAULT,
            VmStat.PGREUSE,
            VmStat.PGROTATED,
            VmStat.PSWPIN,
            VmStat.PSWPOUT,
            VmStat.SWAP_RA,
            VmStat.SWAP_RA_HIT,
            VmStat.SWPIN_ZERO,
            VmStat.SWPOUT_ZERO,
            VmStat.ZSWPIN,
            VmStat.ZSWPOUT,
            VmStat.ZSWPWB,
            VmStat.WORKINGSET_REFAULT_ANON,
            VmStat.WORKINGSET_REFAULT_FILE,
            VmStat.WORKINGSET_ACTIVATE_ANON,
            VmStat.WORKINGSET_ACTIVATE_FILE,
            VmStat.WORKINGSET_RESTORE_ANON,
            VmStat.WORKINGSET_RESTORE_FILE,
            VmStat.NR_VMSCAN_WRITE,
            VmStat.NR_VMSCAN_IMMEDIATE_RECLAIM,
            VmStat.SLABS_SCANNED,
            VmStat.OOM_KILL,
            VmStat.ALLOCSTALL_MOVABLE,
            VmStat.PGSCAN_DIRECT_THROTTLE,
            VmStat.PAGEOUTRUN,
            VmStat.KSWAPD_LOW_WMARK_HIT_QUICKLY,
            VmStat.KSWAPD_HIGH_WMARK_HIT_QUICKLY);

    private final Machine fast;
    private final RefMachine ref;
    private final List<String> differences = new ArrayList<>();

    private Comparison(Machine fast, RefMachine ref) {
        this.fast = fast;
        this.ref = ref;
    }

    /** The differences, none if all is equal. */
    static List<String> differences(Machine fast, RefMachine ref) {
        Comparison c = new Comparison(fast, ref);
        c.machine();
        Map<RefMemcg, long[]> derived = c.derive();
        for (RefMemcg memcg : ref.memcgs.values()) {
            c.memcg(memcg, derived.get(memcg));
        }
        return c.differences;
    }

    private void same(String what, long got, long expected) {
        if (got != expected) {
            differences.add(what + ": " + got + ", reference " + expected);
        }
    }

    private void machine() {
        memory();
        for (VmStat item : VM) {
            same(item.key(), fast.vmstat(item), ref.vm.getOrDefault(item, 0L));
        }
        Zswap zswap = fast.zswap();
        same("zswap pool pages", zswap.totalPages(), ref.zswap.poolPages());
        same("zswap stored", zswap.storedPages(), ref.zswap.stored);
        same("zswap incompressible", zswap.storedIncompressiblePages(), ref.zswap.storedIncompressible);
        for (ZswapCounter counter : ZswapCounter.values()) {
            same("zswap " + counter.key(), zswap.counter(counter), ref.zswap.counters.getOrDefault(counter, 0L));
        }
        same("swap free", fast.swap().freePages(), ref.swap.freePages());
        for (RefDevice device : ref.swap.devices) {
            SwapDevice swap = fast.swap().byPath(device.path);
            same(device.path + " used", swap == null ? -1 : swap.usedPages(), device.usedPages());
            if (swap != null && swap.backend instanceof ZramDevice zram) {
                zram(device, zram);
            } else if (swap != null && swap.backend instanceof Disk disk) {
                same(device.path + " written", disk.writtenPages(), device.writtenPages);
                same(device.path + " read", disk.readPages(), device.readPages);
            }
        }
    }

    private void memory() {
        Memory ram = fast.memory();
        for (RefMemory.Node node : ref.ram.nodes) {
            String name = "node " + node.id;
            Zone zone = ram.node(node.id).zone(Memory.DMA32);
            same(name + " managed", zone.managedPages, node.managed);
            same(name + " min", zone.minWmark(), node.min);
            same(name + " low", zone.lowWmark(), node.low);
            same(name + " high", zone.highWmark(), node.high);
            same(name + " boost", zone.boostPages(), node.boost);
            same(name + " free pages", zone.freePages(), node.free);
            for (int cpu = 0; cpu < node.cpus.size(); cpu++) {
                same(name + " cpu " + cpu + " list", zone.perCpu[cpu].count(), node.cpus.get(cpu).count);
                same(name + " cpu " + cpu + " high", zone.perCpu[cpu].high(), node.cpus.get(cpu).high);
            }
            same(name + " zspages", zone.zspages(), node.zspages);
            for (RefList list : RefList.values()) {
                if (list != RefList.ZSWAP) {
                    same(name + " " + list, zone.lruPages(list.ordinal()), ref.lruPages(node.id, list));
                }
            }
            same(
                    name + " hopeless",
                    fast.hopeless(node.id) ? 1 : 0,
                    ref.kswapds.get(node.id).hopeless() ? 1 : 0);
        }
        same("swap tables", ram.kernelUsePages(KernelUse.SWAP_TABLES), ref.ram.swapTables);
    }

    private void zram(RefDevice device, ZramDevice zram) {
        same(device.path + " orig_data_size", zram.stats().origDataBytes(), (device.storedPages()) * 4096);
        same(device.path + " compr_data_size", zram.stats().comprDataBytes(), device.comprBytes);
        same(device.path + " mem_used_total", zram.poolPages(), device.pool.pages());
        same(device.path + " same_pages", zram.stats().samePages(), device.samePages);
        same(device.path + " huge_pages", zram.stats().hugePages(), device.hugePages);
        same(device.path + " failed_writes", zram.stats().failedWrites(), device.failedWrites);
        same(device.path + " notify_free", zram.stats().notifyFree(), device.notifyFree);
    }

    // ---- memcgs -------------------------------------------------------------------------------------------

    /** What each memcg has, itself and below: events as they were counted, sizes page by page. */
    private Map<RefMemcg, long[]> derive() {
        Map<RefMemcg, long[]> sizes = new IdentityHashMap<>();
        for (RefRegion region : ref.regions) {
            for (RefPage page : region.pages) {
                if (page != null) {
                    state(page, sizes.computeIfAbsent(page.memcg, m -> new long[ITEMS]));
                }
            }
        }
        Map<RefMemcg, long[]> all = new IdentityHashMap<>();
        for (RefMemcg memcg : ref.memcgs.values()) {
            long[] counts = new long[ITEMS];
            memcg.counts.forEach((item, n) -> counts[item.ordinal()] = n);
            all.put(memcg, counts);
        }
        sizes.forEach((owner, own) -> {
            for (RefMemcg m = owner; m != null; m = m.parent) {
                long[] sum = all.get(m);
                for (int item = 0; sum != null && item < ITEMS; item++) {
                    sum[item] += own[item];
                }
            }
        });
        return all;
    }

    private static void state(RefPage page, long[] of) {
        if (page.data == RefPage.Data.ZSWAP && !page.memcg.isRoot()) {
            of[MemoryStat.ZSWAP.ordinal()] += page.bytes();
            of[MemoryStat.ZSWAPPED.ordinal()]++;
            add(of, MemoryStat.ZSWAP_INCOMP, page.bytes() >= 4096);
        }
        if (!page.resident || page.list == null) {
            return;
        }
        of[STAT_OF_LIST[page.list.ordinal()]]++;
        Kind kind = page.region.kind;
        boolean cache = kind == Kind.FILE || kind == Kind.SHMEM && !page.swapcache;
        add(of, MemoryStat.ANON, kind == Kind.ANON && page.mapped);
        add(of, MemoryStat.FILE_MAPPED, kind != Kind.ANON && page.mapped);
        add(of, MemoryStat.FILE, cache);
        add(of, MemoryStat.SHMEM, cache && kind == Kind.SHMEM);
        add(of, MemoryStat.SWAPCACHED, page.swapcache);
        add(of, MemoryStat.FILE_DIRTY, kind == Kind.FILE && page.dirty);
    }

    private static void add(long[] of, MemoryStat item, boolean has) {
        of[item.ordinal()] += has ? 1 : 0;
    }

    private void memcg(RefMemcg memcg, long[] derived) {
        Cgroup cgroup = fast.cgroups().find(memcg.path);
        MemCgroup m = cgroup == null ? null : cgroup.memcg();
        if (m == null) {
            differences.add(memcg + " does not exist");
            return;
        }
        for (MemoryStat item : MemoryStat.values()) {
            if (item.unit() != MemoryStat.Unit.SUM) {
                same(memcg + " " + item.key(), m.stat(item), derived[item.ordinal()]);
            }
        }
        if (!m.isRoot()) {
            same(memcg + " usage", m.memory.usage(), memcg.usage);
            same(memcg + " swap usage", m.swap.usage(), memcg.swapUsage);
        }
        for (MemCgroup.Event event : MemCgroup.Event.values()) {
            same(memcg + " event " + event.key(), m.events(event), memcg.events.getOrDefault(event, 0L));
        }
        for (MemCgroup.SwapEvent event : MemCgroup.SwapEvent.values()) {
            same(memcg + " swap event " + event.key(), m.swapEvents(event), memcg.swapEvents.getOrDefault(event, 0L));
        }
        for (int node = 0; node < m.nodes(); node++) {
            RefMemcg.OnNode on = memcg.on(node);
            same(memcg + " anon cost on " + node, m.lruvec(node).anonCost, on.anonCost);
            same(memcg + " file cost on " + node, m.lruvec(node).fileCost, on.fileCost);
            same(memcg + " nonresident age on " + node, m.lruvec(node).nonresidentAge, on.age);
            for (RefList list : RefList.values()) {
                if (list != RefList.UNEVICTABLE) {
                    order(memcg, m, node, list);
                }
            }
        }
    }

    /** The pages of a list from the oldest on. */
    static List<String> fastOrder(Machine fast, MemCgroup m, int node, RefList list) {
        MemMap mem = fast.core().mem;
        List<String> order = new ArrayList<>();
        for (int run = m.lruvec(node).tail(list.ordinal()); run != MemMap.NIL; run = mem.prev(run)) {
            for (int i = 0; i < mem.len(run); i++) {
                order.add(mem.region(run).name + "[" + (mem.firstPage(run) + i) + "]");
            }
        }
        return order;
    }

    private boolean sameOrder(RefMemcg memcg, MemCgroup m, int node, RefList list) {
        MemMap mem = fast.core().mem;
        Iterator<RefPage> expected = memcg.list(node, list).values().iterator();
        for (int run = m.lruvec(node).tail(list.ordinal()); run != MemMap.NIL; run = mem.prev(run)) {
            String region = mem.region(run).name;
            long first = mem.firstPage(run);
            for (int i = 0; i < mem.len(run); i++) {
                RefPage page = expected.hasNext() ? expected.next() : null;
                if (page == null || page.index != first + i || !page.region.name.equals(region)) {
                    return false;
                }
            }
        }
        return !expected.hasNext();
    }

    private void order(RefMemcg memcg, MemCgroup m, int node, RefList list) {
        if (sameOrder(memcg, m, node, list)) {
            return;
        }
        List<String> got = fastOrder(fast, m, node, list);
        List<String> expected =
                memcg.list(node, list).values().stream().map(RefPage::toString).toList();
        int at = 0;
        while (at < got.size() && at < expected.size() && got.get(at).equals(expected.get(at))) {
            at++;
        }
        differences.add(memcg + " " + list + " on " + node + " from " + at + " of " + got.size() + ": " + slice(got, at)
                + ", reference has " + expected.size() + ": " + slice(expected, at));
    }

    private static List<String> slice(List<String> pages, int at) {
        return pages.subList(at, Math.min(pages.size(), at + 4));
    }
}
