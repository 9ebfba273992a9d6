package org.reclaimfs.procfs;

import org.reclaimfs.abi.Units;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.SeqFile;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.mm.Flags;
import org.reclaimfs.mm.KernelUse;
import org.reclaimfs.mm.Memory;
import org.reclaimfs.mm.VmStat;
import org.reclaimfs.mm.Zone;
import org.reclaimfs.swap.SwapDevices;

/** /proc/meminfo (fs/proc/meminfo.c meminfo_proc_show, 7.2), lines of the captured configuration. */
final class MemInfo {
    /** What five-level page tables leave to vmalloc, as captured. */
    private static final long VMALLOC_TOTAL_KIB = 13_743_895_347_199L;

    private static final long PMD_KIB = 2048;

    private MemInfo() {}

    static void show(Machine machine, SeqFile out, OpenFile file) {
        Memory ram = machine.memory();
        pages(out, "MemTotal:", ram.totalPages());
        pages(out, "MemFree:", ram.freePages());
        pages(out, "MemAvailable:", ram.availablePages());
        pages(out, "Buffers:", 0);
        pages(out, "Cached:", machine.vmstat(VmStat.NR_FILE_PAGES) - machine.vmstat(VmStat.NR_SWAPCACHED));
        pages(out, "SwapCached:", machine.vmstat(VmStat.NR_SWAPCACHED));
        lists(ram, out);
        swap(machine, out);
        used(machine, out);
        kernel(machine, out);
        pages(out, "CommitLimit:", machine.sysctls().overcommit().limitPages());
        pages(out, "Committed_AS:", machine.sysctls().overcommit().committedPages());
        out.kB("VmallocTotal:", VMALLOC_TOTAL_KIB);
        pages(out, "VmallocUsed:", ram.kernelUsePages(KernelUse.VMALLOC));
        pages(out, "VmallocChunk:", 0);
        pages(out, "Percpu:", ram.kernelUsePages(KernelUse.PERCPU));
        hugePages(out);
        directMap(ram, out);
    }

    private static void pages(SeqFile out, String label, long pages) {
        out.kB(label, Units.pagesToKiB(pages));
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

    /** SwapTotal and SwapFree both count the used part of areas that are being removed (si_swapinfo). */
    private static void swap(Machine machine, SeqFile out) {
        SwapDevices swap = machine.swap();
        long leaving = swap.shownTotalPages() - swap.totalPages();
        pages(out, "SwapTotal:", swap.shownTotalPages());
        pages(out, "SwapFree:", swap.freePages() + leaving);
        pages(out, "Zswap:", machine.zswap().totalPages());
        pages(out, "Zswapped:", machine.zswap().storedPages());
    }

    private static void used(Machine machine, SeqFile out) {
        pages(out, "Dirty:", machine.vmstat(VmStat.NR_DIRTY));
        pages(out, "Writeback:", machine.vmstat(VmStat.NR_WRITEBACK));
        pages(out, "AnonPages:", machine.vmstat(VmStat.NR_ANON_PAGES));
        pages(out, "Mapped:", machine.vmstat(VmStat.NR_MAPPED));
        pages(out, "Shmem:", machine.vmstat(VmStat.NR_SHMEM));
    }

    private static void kernel(Machine machine, SeqFile out) {
        long reclaimable = machine.vmstat(VmStat.NR_SLAB_RECLAIMABLE);
        long unreclaimable = machine.vmstat(VmStat.NR_SLAB_UNRECLAIMABLE);
        pages(out, "KReclaimable:", reclaimable + machine.vmstat(VmStat.NR_KERNEL_MISC_RECLAIMABLE));
        pages(out, "Slab:", reclaimable + unreclaimable);
        pages(out, "SReclaimable:", reclaimable);
        pages(out, "SUnreclaim:", unreclaimable);
        out.kB("KernelStack:", machine.vmstat(VmStat.NR_KERNEL_STACK));
        pages(out, "PageTables:", machine.vmstat(VmStat.NR_PAGE_TABLE_PAGES));
        pages(out, "SecPageTables:", machine.vmstat(VmStat.NR_SEC_PAGE_TABLE_PAGES));
        pages(out, "NFS_Unstable:", 0);
        pages(out, "Bounce:", 0);
        pages(out, "WritebackTmp:", 0);
    }

    /** The model has only pages of 4 KiB. */
    private static void hugePages(SeqFile out) {
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
            out.kB(label, 0);
        }
        for (String label : new String[] {"Total:", "Free:", "Rsvd:", "Surp:"}) {
            out.leftAligned("HugePages_" + label, 16).padded(0, 8).newline();
        }
        out.kB("Hugepagesize:", PMD_KIB);
        out.kB("Hugetlb:", 0);
    }

    private static void directMap(Memory ram, SeqFile out) {
        long presentKiB = Units.pagesToKiB(
                ram.zones().stream().mapToLong(zone -> zone.poolPages).sum());
        out.kB("DirectMap4k:", presentKiB % PMD_KIB);
        out.kB("DirectMap2M:", presentKiB - presentKiB % PMD_KIB);
        out.kB("DirectMap1G:", 0);
    }
}
