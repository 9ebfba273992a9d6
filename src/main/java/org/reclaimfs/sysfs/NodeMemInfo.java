package org.reclaimfs.sysfs;

import org.reclaimfs.abi.Units;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.SeqFile;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.mm.Flags;
import org.reclaimfs.mm.Memory;
import org.reclaimfs.mm.VmStat;
import org.reclaimfs.mm.Zone;

/** node0/meminfo (drivers/base/node.c node_read_meminfo, 7.2). */
final class NodeMemInfo {
    private NodeMemInfo() {}

    static void show(Machine machine, SeqFile out, OpenFile file) {
        Memory ram = machine.memory();
        pages(out, "MemTotal:", ram.totalPages());
        pages(out, "MemFree:", ram.freePages());
        pages(out, "MemUsed:", ram.totalPages() - ram.freePages());
        item(out, "SwapCached:", machine, VmStat.NR_SWAPCACHED);
        lists(ram, out);
        item(out, "Dirty:", machine, VmStat.NR_DIRTY);
        item(out, "Writeback:", machine, VmStat.NR_WRITEBACK);
        item(out, "FilePages:", machine, VmStat.NR_FILE_PAGES);
        item(out, "Mapped:", machine, VmStat.NR_MAPPED);
        item(out, "AnonPages:", machine, VmStat.NR_ANON_PAGES);
        item(out, "Shmem:", machine, VmStat.NR_SHMEM);
        out.text("Node 0 ").kB("KernelStack:", machine.vmstat(VmStat.NR_KERNEL_STACK));
        item(out, "PageTables:", machine, VmStat.NR_PAGE_TABLE_PAGES);
        item(out, "SecPageTables:", machine, VmStat.NR_SEC_PAGE_TABLE_PAGES);
        pages(out, "NFS_Unstable:", 0);
        pages(out, "Bounce:", 0);
        pages(out, "WritebackTmp:", 0);
        slab(machine, out);
        for (String label : new String[] {
            "AnonHugePages:",
            "ShmemHugePages:",
            "ShmemPmdMapped:",
            "FileHugePages:",
            "FilePmdMapped:",
            "Balloon:",
            "GPUActive:",
            "GPUReclaim:"
        }) {
            pages(out, label, 0);
        }
        for (String label : new String[] {"HugePages_Total:", "HugePages_Free:", "HugePages_Surp:"}) {
            out.text("Node 0 ").leftAligned(label, 16).padded(0, 6).newline();
        }
    }

    private static void pages(SeqFile out, String label, long pages) {
        out.text("Node 0 ").kB(label, Units.pagesToKiB(pages));
    }

    private static void item(SeqFile out, String label, Machine machine, VmStat item) {
        pages(out, label, machine.vmstat(item));
    }

    private static void lists(Memory ram, SeqFile out) {
        long activeAnon = ram.lruPages(Flags.ACTIVE_ANON);
        long inactiveAnon = ram.lruPages(Flags.INACTIVE_ANON);
        long activeFile = ram.lruPages(Flags.ACTIVE_FILE);
        long inactiveFile = ram.lruPages(Flags.INACTIVE_FILE);
        pages(out, "Active:", activeAnon + activeFile);
        pages(out, "Inactive:", inactiveAnon + inactiveFile);
        pages(out, "Active(anon):", activeAnon);
        pages(out, "Inactive(anon):", inactiveAnon);
        pages(out, "Active(file):", activeFile);
        pages(out, "Inactive(file):", inactiveFile);
        pages(out, "Unevictable:", ram.lruPages(Flags.UNEVICTABLE));
        pages(
                out,
                "Mlocked:",
                ram.zones().stream().mapToLong(Zone::mlockedPages).sum());
    }

    private static void slab(Machine machine, SeqFile out) {
        long reclaimable = machine.vmstat(VmStat.NR_SLAB_RECLAIMABLE);
        long unreclaimable = machine.vmstat(VmStat.NR_SLAB_UNRECLAIMABLE);
        pages(out, "KReclaimable:", reclaimable + machine.vmstat(VmStat.NR_KERNEL_MISC_RECLAIMABLE));
        pages(out, "Slab:", reclaimable + unreclaimable);
        pages(out, "SReclaimable:", reclaimable);
        pages(out, "SUnreclaim:", unreclaimable);
    }
}
