package org.reclaimfs.sysfs;

import org.reclaimfs.abi.Units;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.SeqFile;
import org.reclaimfs.mm.Flags;
import org.reclaimfs.mm.Node;
import org.reclaimfs.mm.VmStat;
import org.reclaimfs.mm.Zone;
import org.reclaimfs.sysfs.NodeFiles.NodeDir;

/** nodeN/meminfo (drivers/base/node.c node_read_meminfo, 7.2). */
final class NodeMemInfo {
    private NodeMemInfo() {}

    static void show(NodeDir dir, SeqFile out, OpenFile file) {
        Node node = dir.node();
        pages(out, dir, "MemTotal:", node.managedPages());
        pages(out, dir, "MemFree:", node.freePages());
        pages(out, dir, "MemUsed:", node.managedPages() - node.freePages());
        item(out, "SwapCached:", dir, VmStat.NR_SWAPCACHED);
        lists(dir, out);
        item(out, "Dirty:", dir, VmStat.NR_DIRTY);
        item(out, "Writeback:", dir, VmStat.NR_WRITEBACK);
        item(out, "FilePages:", dir, VmStat.NR_FILE_PAGES);
        item(out, "Mapped:", dir, VmStat.NR_MAPPED);
        item(out, "AnonPages:", dir, VmStat.NR_ANON_PAGES);
        item(out, "Shmem:", dir, VmStat.NR_SHMEM);
        prefix(out, dir).kB("KernelStack:", dir.machine().nodeVmstat(VmStat.NR_KERNEL_STACK, dir.id()));
        item(out, "PageTables:", dir, VmStat.NR_PAGE_TABLE_PAGES);
        item(out, "SecPageTables:", dir, VmStat.NR_SEC_PAGE_TABLE_PAGES);
        pages(out, dir, "NFS_Unstable:", 0);
        pages(out, dir, "Bounce:", 0);
        pages(out, dir, "WritebackTmp:", 0);
        slab(dir, out);
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
            pages(out, dir, label, 0);
        }
        for (String label : new String[] {"HugePages_Total:", "HugePages_Free:", "HugePages_Surp:"}) {
            prefix(out, dir).leftAligned(label, 16).padded(0, 6).newline();
        }
    }

    private static SeqFile prefix(SeqFile out, NodeDir dir) {
        return out.text("Node ").num(dir.id()).text(" ");
    }

    private static void pages(SeqFile out, NodeDir dir, String label, long pages) {
        prefix(out, dir).kB(label, Units.pagesToKiB(pages));
    }

    private static void item(SeqFile out, String label, NodeDir dir, VmStat item) {
        pages(out, dir, label, dir.machine().nodeVmstat(item, dir.id()));
    }

    private static void lists(NodeDir dir, SeqFile out) {
        Node ram = dir.node();
        long activeAnon = ram.lruPages(Flags.ACTIVE_ANON);
        long inactiveAnon = ram.lruPages(Flags.INACTIVE_ANON);
        long activeFile = ram.lruPages(Flags.ACTIVE_FILE);
        long inactiveFile = ram.lruPages(Flags.INACTIVE_FILE);
        pages(out, dir, "Active:", activeAnon + activeFile);
        pages(out, dir, "Inactive:", inactiveAnon + inactiveFile);
        pages(out, dir, "Active(anon):", activeAnon);
        pages(out, dir, "Inactive(anon):", inactiveAnon);
        pages(out, dir, "Active(file):", activeFile);
        pages(out, dir, "Inactive(file):", inactiveFile);
        pages(out, dir, "Unevictable:", ram.lruPages(Flags.UNEVICTABLE));
        pages(
                out,
                dir,
                "Mlocked:",
                ram.zones().stream().mapToLong(Zone::mlockedPages).sum());
    }

    private static void slab(NodeDir dir, SeqFile out) {
        long reclaimable = dir.machine().nodeVmstat(VmStat.NR_SLAB_RECLAIMABLE, dir.id());
        long unreclaimable = dir.machine().nodeVmstat(VmStat.NR_SLAB_UNRECLAIMABLE, dir.id());
        pages(
                out,
                dir,
                "KReclaimable:",
                reclaimable + dir.machine().nodeVmstat(VmStat.NR_KERNEL_MISC_RECLAIMABLE, dir.id()));
        pages(out, dir, "Slab:", reclaimable + unreclaimable);
        pages(out, dir, "SReclaimable:", reclaimable);
        pages(out, dir, "SUnreclaim:", unreclaimable);
    }
}
