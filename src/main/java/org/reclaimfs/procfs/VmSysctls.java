package org.reclaimfs.procfs;

import static org.reclaimfs.kernfs.Shapes.always;
import static org.reclaimfs.procfs.IntRule.INT;
import static org.reclaimfs.procfs.IntRule.NOT_NEGATIVE;
import static org.reclaimfs.procfs.IntRule.SECONDS;
import static org.reclaimfs.procfs.IntRule.UNSIGNED;
import static org.reclaimfs.procfs.IntRule.intIn;
import static org.reclaimfs.procfs.IntRule.unsignedFrom;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.Caller;
import org.reclaimfs.kernfs.ControlInput;
import org.reclaimfs.kernfs.FileSpec;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.SeqFile;
import org.reclaimfs.kernfs.Shapes;
import org.reclaimfs.kernfs.Store;
import org.reclaimfs.kernfs.Work;
import org.reclaimfs.machine.Patch;
import org.reclaimfs.mm.Memory;

/** /proc/sys/vm as captured (vm_table and the tables beside it, 7.2; spec/22 section 7). */
final class VmSysctls {
    private static final String ADMIN = "tasks are root's: what is reserved for root is theirs too";
    private static final String COMPACTION = "all pages are single: there is no compaction";
    private static final String DIRTY = "dirty memory is not limited: only the thresholds in vmstat follow";
    private static final String HUGE = "there are no huge pages";
    private static final String NODE =
            "a full node sends requests to the next one: only a write to a node's reclaim file follows this";
    private static final String SLAB = "slab memory does not shrink";
    private static final String SPACES = "simulated tasks have no address space of their own";

    private static final int SECRET = 0600;

    private VmSysctls() {}

    /** Sets a value that passed its rule. */
    private interface Setter {
        void set(VmSettings settings, long value) throws ErrnoException;
    }

    /** All of them. */
    static List<FileSpec<VmSettings>> rows() {
        List<FileSpec<VmSettings>> rows = new ArrayList<>(reclaimRows());
        rows.addAll(pageRows());
        rows.addAll(otherRows());
        return rows;
    }

    /** Reclaim, writeback and overcommit. */
    private static List<FileSpec<VmSettings>> reclaimRows() {
        return List.of( // spotless:off
            number("swappiness",               intIn(0, 200),   s -> s.sysctls().swappiness(), VmSettings::setSwappiness),
            number("min_free_kbytes",          NOT_NEGATIVE,    s -> s.marks().minFreeKiB(), VmSettings::setMinFreeKiB),
            number("watermark_scale_factor",   intIn(1, 3000),  s -> s.marks().scaleFactor(), VmSettings::setWatermarkScaleFactor),
            FileSpec.<VmSettings>wo("drop_caches", always(), VmSysctls::storeDropCaches),
            number("overcommit_memory",        intIn(0, 2),     s -> s.overcommit().mode(), (s, value) -> s.overcommit().setMode((int) value)),
            number("overcommit_ratio",         INT,             s -> s.overcommit().percent(), (s, value) -> s.overcommit().setPercent((int) value)),
            number("overcommit_kbytes",        UNSIGNED,        s -> s.overcommit().kib(), (s, value) -> s.overcommit().setKiB(value)),
            kept("admin_reserve_kbytes",       UNSIGNED, 0,     ADMIN),
            number("user_reserve_kbytes",      UNSIGNED,        s -> s.overcommit().userReserveKiB(), (s, value) -> s.overcommit().setUserReserveKiB(value)),
            number("dirty_ratio",              intIn(0, 100),   s -> s.dirty().percent(), (s, value) -> s.dirty().setPercent((int) value)).withoutEffect(DIRTY),
            number("dirty_bytes",              unsignedFrom(8192), s -> s.dirty().bytes(), VmSettings::setDirtyBytes).withoutEffect(DIRTY),
            number("dirty_background_ratio",   intIn(0, 100),   s -> s.dirty().backgroundPercent(), (s, value) -> s.dirty().setBackgroundPercent((int) value)).withoutEffect(DIRTY),
            number("dirty_background_bytes",   unsignedFrom(1), s -> s.dirty().backgroundBytes(), VmSettings::setDirtyBackgroundBytes).withoutEffect(DIRTY),
            number("dirty_expire_centisecs",   NOT_NEGATIVE,    s -> s.dirty().expireCentisecs(), (s, value) -> s.dirty().setExpireCentisecs(value)),
            number("dirty_writeback_centisecs", INT,            s -> s.dirty().writebackCentisecs(), (s, value) -> s.dirty().setWritebackCentisecs(value)),
            kept("dirtytime_expire_seconds",   NOT_NEGATIVE, 43200, "files have no time stamps"),
            kept("laptop_mode",                SECONDS, 0,      "deprecated: the kernel ignores it too"));
    } // spotless:on

    /** Compaction, huge pages and address spaces. */
    private static List<FileSpec<VmSettings>> pageRows() {
        return List.of( // spotless:off
            action("compact_memory",           INT,             VmSettings::compact).withoutEffect(COMPACTION),
            kept("compact_unevictable_allowed", intIn(0, 1), 1, COMPACTION),
            kept("compaction_proactiveness",   intIn(0, 100), 20, COMPACTION),
            kept("defrag_mode",                intIn(0, 1), 0,  COMPACTION),
            kept("extfrag_threshold",          intIn(0, 1000), 500, COMPACTION),
            kept("hugetlb_optimize_vmemmap",   intIn(0, 1), 0,  HUGE),
            kept("hugetlb_shm_group",          INT, 0,          HUGE),
            kept("movable_gigantic_pages",     INT, 0,          HUGE),
            number("nr_hugepages",             UNSIGNED,        s -> 0, VmSettings::reserveHugePages).withoutEffect(HUGE),
            number("nr_hugepages_mempolicy",   UNSIGNED,        s -> 0, VmSettings::reserveHugePages).withoutEffect(HUGE),
            kept("nr_overcommit_hugepages",    UNSIGNED, 0,     HUGE),
            kept("legacy_va_layout",           NOT_NEGATIVE, 0, SPACES),
            kept("max_map_count",              NOT_NEGATIVE, 65530, SPACES),
            kept("memfd_noexec",               intIn(0, 2), 0,  SPACES),
            FileSpec.<VmSettings>rw("mmap_min_addr", always(), Shapes.unsigned(s -> s.kept("mmap_min_addr", 4096)), VmSysctls::storeMinAddr).withoutEffect(SPACES),
            kept("mmap_rnd_bits",              intIn(28, 32), 28, SPACES).with(SECRET));
    } // spotless:on

    /** Zones, nodes, the OOM killer and the rest. */
    private static List<FileSpec<VmSettings>> otherRows() {
        return List.of( // spotless:off
            FileSpec.<VmSettings>rw("lowmem_reserve_ratio", always(), VmSysctls::showLowmem, VmSysctls::storeLowmem),
            number("watermark_boost_factor",   NOT_NEGATIVE,    s -> s.marks().boostFactor(), (s, value) -> s.marks().setBoostFactor(value)),
            number("min_slab_ratio",           intIn(0, 100),   s -> s.nodeReclaim().minSlabPercent(), (s, value) -> s.nodeReclaim().setMinSlabPercent((int) value)),
            number("min_unmapped_ratio",       intIn(0, 100),   s -> s.nodeReclaim().minUnmappedPercent(), (s, value) -> s.nodeReclaim().setMinUnmappedPercent((int) value)),
            number("numa_stat",                intIn(0, 1),     s -> s.machine().memory().numaStat() ? 1 : 0, (s, value) -> s.machine().memory().setNumaStat(value == 1)),
            FileSpec.<VmSettings>rw("reclaim_progress_pct", VmSysctls::progressPatch, Shapes.number(s -> s.sysctls().knobs().reclaimProgressPct()), store(intIn(0, 100), (s, value) -> s.sysctls().knobs().setReclaimProgressPct((int) value))),
            FileSpec.<VmSettings>rw("reclaim_efficiency_pct", s -> s.machine().patched(Patch.EFFICIENCY_GATE), Shapes.number(s -> s.sysctls().knobs().reclaimEfficiencyPct()), store(intIn(0, 100), (s, value) -> s.sysctls().knobs().setReclaimEfficiencyPct((int) value))),
            FileSpec.<VmSettings>rw("numa_zonelist_order", always(), Shapes.single(s -> "Node"), VmSysctls::storeZonelistOrder).withoutEffect("nodes are always tried nearest first"),
            number("zone_reclaim_mode",        NOT_NEGATIVE,    s -> s.nodeReclaim().mode(), (s, value) -> s.nodeReclaim().setMode((int) value)).withoutEffect(NODE),
            number("oom_dump_tasks",           INT,             s -> s.oom().dumpTasks(), (s, value) -> s.oom().setDumpTasks(value)),
            number("oom_kill_allocating_task", INT,             s -> s.oom().killAllocatingTask(), (s, value) -> s.oom().setKillAllocatingTask(value)),
            number("panic_on_oom",             intIn(0, 2),     s -> s.oom().panicOnOom(), (s, value) -> s.oom().setPanicOnOom(value)),
            number("page-cluster",             intIn(0, 31),    s -> s.machine().readahead().pageCluster(), VmSettings::setPageCluster),
            kept("page_lock_unfairness",       NOT_NEGATIVE, 5, "nobody waits for a page lock"),
            number("percpu_pagelist_high_fraction", NOT_NEGATIVE, s -> s.marks().perCpuHighFraction(), VmSettings::setHighFraction),
            number("stat_interval",            SECONDS,         s -> s.sysctls().statIntervalSeconds(), (s, value) -> s.sysctls().setStatIntervalSeconds(value)),
            FileSpec.<VmSettings>stub("stat_refresh", SECRET, always(), "", "the counters of zones and nodes are always exact"),
            kept("vfs_cache_pressure",         NOT_NEGATIVE, 100, SLAB),
            kept("vfs_cache_pressure_denom",   intIn(100, Integer.MAX_VALUE), 100, SLAB));
    } // spotless:on

    private static boolean progressPatch(VmSettings settings) {
        return settings.machine().patched(Patch.RECLAIM_PROGRESS)
                || settings.machine().patched(Patch.RECLAIM_PROGRESS_SCANNED);
    }

    private static FileSpec<VmSettings> kept(String name, IntRule rule, long first, String why) {
        return number(name, rule, s -> s.kept(name, first), (s, value) -> s.keep(name, value))
                .withoutEffect(why);
    }

    private static FileSpec<VmSettings> number(String name, IntRule rule, ToLongFunction<VmSettings> get, Setter set) {
        return FileSpec.rw(name, always(), rule.wide() ? Shapes.unsigned(get) : Shapes.number(get), store(rule, set));
    }

    private static Work storeDropCaches(VmSettings settings, ControlInput in, OpenFile file) throws ErrnoException {
        return store(
                        intIn(1, 4),
                        (s, value) -> s.dropCaches(value, file.opener().pid()))
                .store(settings, in, file);
    }

    private static FileSpec<VmSettings> action(String name, IntRule rule, Setter set) {
        return FileSpec.wo(name, always(), store(rule, set));
    }

    /** Takes the first number; what follows it is left for a next write(2), as a short count says. */
    private static Store<VmSettings> store(IntRule rule, Setter set) {
        return (settings, in, file) -> {
            SysctlText text = SysctlText.parse(in, 1);
            set.set(settings, rule.check(text.single()));
            return Work.consumed(text.consumedBytes());
        };
    }

    private static Work storeMinAddr(VmSettings settings, ControlInput in, OpenFile file) throws ErrnoException {
        if (!file.opener().capable(Caller.CAP_SYS_RAWIO)) {
            throw new ErrnoException(Errno.EPERM, "needs CAP_SYS_RAWIO");
        }
        return store(UNSIGNED, (s, value) -> s.keep("mmap_min_addr", value)).store(settings, in, file);
    }

    /** Whatever the first character allows is accepted (numa_zonelist_order_handler). */
    private static Work storeZonelistOrder(VmSettings settings, ControlInput in, OpenFile file) throws ErrnoException {
        if (in.text().isEmpty() || "dDnN".indexOf(in.text().charAt(0)) < 0) {
            throw new ErrnoException(Errno.EINVAL, "only Default and Node were ever left");
        }
        return Work.DONE;
    }

    private static void showLowmem(VmSettings settings, SeqFile out, OpenFile file) {
        for (int zone = 0; zone < Memory.ZONES; zone++) {
            out.text(zone == 0 ? "" : "\t").num(settings.marks().lowmemReserveRatio(zone));
        }
        out.newline();
    }

    /** Sets the leading entries given; errors are not reported (lowmem_reserve_ratio_sysctl_handler). */
    private static Work storeLowmem(VmSettings settings, ControlInput in, OpenFile file) {
        SysctlText text = SysctlText.parse(in, Memory.ZONES);
        for (int zone = 0; zone < text.numbers().size(); zone++) {
            long ratio = text.numbers().get(zone).clamped();
            if (ratio != (int) ratio) {
                return Work.DONE;
            }
            settings.marks().setLowmemReserveRatio(zone, Math.max(0, (int) ratio));
        }
        return text.failed() || text.numbers().isEmpty() ? Work.DONE : Work.consumed(text.consumedBytes());
    }
}
