package org.reclaimfs.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.reclaimfs.abi.Units;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.memcg.Cgroup;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.mm.KernelUse;
import org.reclaimfs.mm.VmStat;
import org.reclaimfs.mm.Zone;
import org.reclaimfs.psi.PsiGroup;
import org.reclaimfs.psi.PsiResource;
import org.reclaimfs.swap.SwapDevice;

/** What timeline.csv shows: quantities of the machine at a fixed interval of virtual time. */
public final class Series {
    private static final String TIME = "time_ns";

    private record Column(String header, ToLongFunction<Machine> value) {}

    private final List<Column> columns = new ArrayList<>();
    private final List<long[]> rows = new ArrayList<>();

    /**
     * The machine's columns, and two for each cgroup it has now.
     *
     * @param retries how many retry decisions there have been
     */
    Series(Machine machine, LongSupplier retries) {
        columns.add(
                new Column("mem_free_bytes", m -> Units.pagesToBytes(m.memory().freePages())));
        columns.add(new Column(
                "mem_available_bytes", m -> Units.pagesToBytes(m.memory().availablePages())));
        columns.add(new Column("anon_bytes", m -> Units.pagesToBytes(m.vmstat(VmStat.NR_ANON_PAGES))));
        columns.add(new Column("file_bytes", m -> Units.pagesToBytes(m.vmstat(VmStat.NR_FILE_PAGES))));
        columns.add(new Column("swap_used_bytes", Series::swapUsedBytes));
        columns.add(
                new Column("zsmalloc_bytes", m -> Units.pagesToBytes(m.memory().zspages())));
        columns.add(new Column(
                "swap_tables_bytes", m -> Units.pagesToBytes(m.memory().kernelUsePages(KernelUse.SWAP_TABLES))));
        columns.add(new Column("slab_bytes", Series::slabBytes));
        columns.add(new Column("active_anon_bytes", m -> Units.pagesToBytes(m.vmstat(VmStat.NR_ACTIVE_ANON))));
        columns.add(new Column("inactive_anon_bytes", m -> Units.pagesToBytes(m.vmstat(VmStat.NR_INACTIVE_ANON))));
        columns.add(new Column("percpu_lists_bytes", m -> zoneBytes(m, Zone::perCpuPages)));
        columns.add(new Column("watermark_boost_bytes", m -> zoneBytes(m, Zone::boostPages)));
        columns.add(new Column("allocstall_count", Series::allocstall));
        columns.add(new Column("retries_count", m -> retries.getAsLong()));
        columns.add(new Column("zram_orig_bytes", Series::zramOrigBytes));
        columns.add(new Column("psi_memory_some_us", m -> psiUs(m, false)));
        columns.add(new Column("psi_memory_full_us", m -> psiUs(m, true)));
        for (VmStat item : List.of(
                VmStat.PGFAULT,
                VmStat.PGMAJFAULT,
                VmStat.PGSCAN_KSWAPD,
                VmStat.PGSCAN_DIRECT,
                VmStat.PGSCAN_PROACTIVE,
                VmStat.PGSTEAL_KSWAPD,
                VmStat.PGSTEAL_DIRECT,
                VmStat.PGSTEAL_PROACTIVE,
                VmStat.PSWPIN,
                VmStat.PSWPOUT,
                VmStat.ZSWPIN,
                VmStat.ZSWPOUT,
                VmStat.ZSWPWB,
                VmStat.OOM_KILL)) {
            String unit =
                    item == VmStat.OOM_KILL || item == VmStat.PGFAULT || item == VmStat.PGMAJFAULT ? "count" : "pages";
            columns.add(new Column(item.key() + "_" + unit, m -> m.vmstat(item)));
        }
        machine.cgroups().root().children().forEach(this::add);
    }

    private void add(Cgroup cgroup) {
        MemCgroup memcg = cgroup.memcg();
        if (memcg != null) {
            columns.add(new Column(cgroup.path() + "_current_bytes", m -> Units.pagesToBytes(memcg.memory.usage())));
            columns.add(new Column(cgroup.path() + "_swap_bytes", m -> Units.pagesToBytes(memcg.swap.usage())));
        }
        cgroup.children().forEach(this::add);
    }

    private static long slabBytes(Machine machine) {
        return Units.pagesToBytes(
                machine.vmstat(VmStat.NR_SLAB_RECLAIMABLE) + machine.vmstat(VmStat.NR_SLAB_UNRECLAIMABLE));
    }

    private static long zoneBytes(Machine machine, ToLongFunction<Zone> pages) {
        return Units.pagesToBytes(
                machine.memory().zones().stream().mapToLong(pages).sum());
    }

    private static long allocstall(Machine machine) {
        return machine.vmstat(VmStat.ALLOCSTALL_DMA32)
                + machine.vmstat(VmStat.ALLOCSTALL_NORMAL)
                + machine.vmstat(VmStat.ALLOCSTALL_MOVABLE);
    }

    private static long swapUsedBytes(Machine machine) {
        return Units.pagesToBytes(machine.swap().active().stream()
                .mapToLong(SwapDevice::usedPages)
                .sum());
    }

    private static long zramOrigBytes(Machine machine) {
        return machine.devices().zrams().stream()
                .mapToLong(zram -> zram.stats().origDataBytes())
                .sum();
    }

    private static long psiUs(Machine machine, boolean full) {
        PsiGroup psi = machine.cgroups().root().psi();
        psi.update(machine.nowNs());
        return psi.totalUs(PsiResource.MEMORY, full);
    }

    /** Adds a row: the machine as it is now. */
    void record(Machine machine) {
        long[] row = new long[columns.size() + 1];
        row[0] = machine.nowNs();
        for (int i = 0; i < columns.size(); i++) {
            row[i + 1] = columns.get(i).value().applyAsLong(machine);
        }
        rows.add(row);
    }

    /** timeline.csv. */
    String csv() {
        StringBuilder out = new StringBuilder(TIME);
        columns.forEach(column -> out.append(',').append(column.header()));
        out.append('\n');
        for (long[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                out.append(i == 0 ? "" : ",").append(row[i]);
            }
            out.append('\n');
        }
        return out.toString();
    }

    /** Virtual times of the rows so far, in ns. */
    public long[] timesNs() {
        return rows.stream().mapToLong(row -> row[0]).toArray();
    }

    /** The values of a column, one a row; all 0 if there is no such column. */
    public long[] values(String header) {
        int at = 1;
        for (Column column : columns) {
            if (column.header().equals(header)) {
                int found = at;
                return rows.stream().mapToLong(row -> row[found]).toArray();
            }
            at++;
        }
        return new long[rows.size()];
    }
}
