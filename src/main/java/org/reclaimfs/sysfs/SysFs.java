package org.reclaimfs.sysfs;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.kernfs.Caller;
import org.reclaimfs.kernfs.Dir;
import org.reclaimfs.kernfs.FileSpec;
import org.reclaimfs.kernfs.FileTable;
import org.reclaimfs.kernfs.FsKind;
import org.reclaimfs.kernfs.Link;
import org.reclaimfs.kernfs.Shapes;
import org.reclaimfs.machine.BlockDevice;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.swap.Disk;
import org.reclaimfs.zram.ZramDevice;

/** The files of /sys and their place in the tree. */
public final class SysFs {
    private static final int DEBUGFS_MODE = 0700;
    private static final int NODES_MODE = 0600;

    private final Machine machine;
    private final FileTable<BlockDir> blockTable = new FileTable<>(BlockFiles.rows());
    private final FileTable<BlockDir> diskTable = new FileTable<>(BlockFiles.diskRows());
    private final FileTable<BlockDir> queueTable = new FileTable<>(QueueFiles.rows());
    private final FileTable<ZramFiles> zramTable = new FileTable<>(ZramRows.rows());

    private final FileTable<ZramFiles> zramDebugTable = new FileTable<>(BlockState.rows());
    private final FileTable<BdiFiles> bdiTable = new FileTable<>(BdiFiles.rows());
    private final FileTable<BdiFiles> bdiDebugTable = new FileTable<>(BdiFiles.debugRows());
    private final BdiFiles.Promised promised = new BdiFiles.Promised();
    private final ZsmallocFiles zsmalloc = new ZsmallocFiles();

    /** The directory of each shown device; one of a removed zram device goes at the next {@link #refresh}. */
    private final Map<Object, Dir> shown = new LinkedHashMap<>();

    /** What each shown device is called by its number. */
    private final Map<Dir, Numbered> numbers = new LinkedHashMap<>();

    private final Nodes nodes;
    private @Nullable Dir root;
    private @Nullable Dir zswapDebug;
    private int lastDiskseq;

    /**
     * @param number MAJOR:MINOR, the name of its link in dev/block and of its bdi directories
     */
    private record Numbered(String number, BdiFiles bdi) {}

    /** The files that show one machine. */
    public SysFs(Machine machine) {
        this.machine = machine;
        this.nodes = new Nodes(machine, this::renumber);
    }

    /** Adds the file by which real device nodes follow the machine's devices; the gate's lock is held, or no one looks yet. */
    public void mountNodesAt(Dir dir) {
        dir.attach(List.of(FileSpec.raw("nodes", NODES_MODE, Shapes.always(), nodes)), machine);
    }

    /**
     * Adds all files for the devices there are.
     *
     * @param sysRoot a directory of kind {@link FsKind#SYSFS}; fs/ is left to others. The gate's lock is held, or no one
     *     looks yet.
     */
    public void mountAt(Dir sysRoot) {
        root = sysRoot;
        ZswapParameters parameters = new ZswapParameters(machine, this::refresh);
        path(sysRoot, "module", "zswap", "parameters").attach(parameters.rows(), machine);
        path(sysRoot, "class", "zram-control").attach(ZramControl.rows(this::refresh, nodes), machine);
        path(sysRoot, "class", "block");
        path(sysRoot, "class", "bdi");
        path(sysRoot, "dev", "block");
        path(sysRoot, "block");
        Dir kernel = sysRoot.dir("kernel");
        Dir debug = kernel.addDir("debug", FsKind.DEBUGFS, DEBUGFS_MODE, Caller.ROOT);
        debug.attach(LruGenDebug.rows(), machine);
        debug.addDir("zsmalloc");
        KernelMm.mountAt(kernel.dir("mm"), machine);
        path(sysRoot, "bus", "node");
        Dir system = path(sysRoot, "devices", "system");
        NodeFiles.mountAt(system, machine);
        CpuFiles.mountAt(system, machine);
        refresh();
    }

    /**
     * Brings the directories in line with the machine: new disks and zram devices appear, removed ones vanish, and
     * zswap's debugfs directory appears once zswap is set up. Under the gate's lock; hot_add, hot_remove and zswap's
     * {@code enabled} call it, and so does whoever changes devices without writing to a file.
     */
    public void refresh() {
        Dir sys = root;
        if (sys == null) {
            return;
        }
        removeGone(sys);
        for (Disk disk : machine.devices().disks()) {
            if (disk.inRam() && !shown.containsKey(disk)) {
                addRamDisk(sys, disk);
            }
        }
        int index = 0;
        for (Disk disk : machine.devices().disks()) {
            if (!disk.inRam() && !shown.containsKey(disk)) {
                addDisk(sys, disk, index);
            }
            index += disk.inRam() ? 0 : 1;
        }
        for (ZramDevice zram : machine.devices().zrams()) {
            if (!shown.containsKey(zram)) {
                addZram(sys, zram);
            }
        }
        if (zswapDebug == null && machine.zswap().everEnabled()) {
            Dir debug = path(sys, "kernel", "debug").addDir("zswap");
            debug.attach(ZswapParameters.debugRows(), machine.zswap());
            zswapDebug = debug;
        }
        zsmalloc.refresh(path(sys, "kernel", "debug", "zsmalloc"), machine);
    }

    private void removeGone(Dir sys) {
        List<Object> gone = new ArrayList<>(shown.keySet());
        gone.removeAll(machine.devices().disks());
        gone.removeAll(machine.devices().zrams());
        for (Object device : gone) {
            Dir dir = shown.remove(device);
            if (dir != null) {
                if (device instanceof ZramDevice) {
                    path(sys, "kernel", "debug", "zram", dir.name()).remove();
                }
                path(sys, "block").removeLink(dir.name());
                path(sys, "class", "block").removeLink(dir.name());
                Numbered numbered = numbers.remove(dir);
                if (numbered != null) {
                    path(sys, "dev", "block").removeLink(numbered.number);
                    numbered.bdi.forget();
                    hideBdi(sys, numbered.number);
                }
                dir.remove();
            }
        }
    }

    private void addRamDisk(Dir sys, Disk disk) {
        Dir virtual = path(sys, "devices", "virtual", "block");
        shown.put(disk, addBlock(sys, virtual, BlockDir.ofDisk(machine, disk, 0, ++lastDiskseq)));
        path(sys, "kernel", "debug", "ramdisk_pages").attach(List.of(ramDiskPages(disk)), disk);
    }

    private void addDisk(Dir sys, Disk disk, int index) {
        String slot = "0000:00:" + String.format("%02x", index + 1) + ".0";
        Dir home = path(sys, "devices", "pci0000:00", slot, "virtio" + index, "block");
        BlockDir files = BlockDir.ofDisk(machine, disk, index, ++lastDiskseq);
        Dir dir = addBlock(sys, home, files);
        dir.attach(diskTable, files, Caller.ROOT);
        shown.put(disk, dir);
    }

    private void addZram(Dir sys, ZramDevice zram) {
        BlockDir files = BlockDir.ofZram(machine, zram, ++lastDiskseq);
        Dir dir = addBlock(sys, path(sys, "devices", "virtual", "block"), files);
        ZramFiles attributes = new ZramFiles(machine, zram, this::refresh, nodes);
        dir.subject(attributes).attach(zramTable, attributes, Caller.ROOT);
        path(sys, "kernel", "debug", "zram").addDir(zram.name()).attach(zramDebugTable, attributes, Caller.ROOT);
        shown.put(zram, dir);
    }

    private Dir addBlock(Dir sys, Dir home, BlockDir files) {
        BlockDevice now = files.now();
        Dir dir = home.addDir(now.name());
        dir.attach(blockTable, files, Caller.ROOT);
        dir.addDir("queue").attach(queueTable, files, Caller.ROOT);
        dir.addDir("holders");
        dir.addDir("slaves");
        String number = now.major() + ":" + now.minor();
        numbers.put(dir, new Numbered(number, addBdi(sys, number, files)));
        String below = home.path().substring(sys.path().length());
        String toDevices = "../".repeat(below.split("/").length - 1);
        dir.addLink("bdi", (files.isDisk() ? toDevices + "virtual/" : "../../") + "bdi/" + number);
        dir.addLink("subsystem", toDevices + "../class/block");
        path(sys, "block").addLink(now.name(), ".." + below + "/" + now.name());
        path(sys, "dev", "block").addLink(number, "../.." + below + "/" + now.name());
        path(sys, "class", "block").addLink(now.name(), "../.." + below + "/" + now.name());
        return dir;
    }

    private BdiFiles addBdi(Dir sys, String number, BlockDir block) {
        BdiFiles bdi = new BdiFiles(machine, block, promised);
        showBdi(sys, number, bdi);
        return bdi;
    }

    private void showBdi(Dir sys, String number, BdiFiles bdi) {
        Dir dir = path(sys, "devices", "virtual", "bdi").addDir(number);
        dir.attach(bdiTable, bdi, Caller.ROOT);
        dir.addLink("subsystem", "../../../../class/bdi");
        path(sys, "class", "bdi").addLink(number, "../../devices/virtual/bdi/" + number);
        path(sys, "kernel", "debug", "bdi").addDir(number).attach(bdiDebugTable, bdi, Caller.ROOT);
    }

    private static void hideBdi(Dir sys, String number) {
        path(sys, "class", "bdi").removeLink(number);
        path(sys, "devices", "virtual", "bdi", number).remove();
        path(sys, "kernel", "debug", "bdi", number).remove();
    }

    /** A device is shown with another number: what is called by it has to say so, too. */
    private void renumber(String name) {
        Dir sys = root;
        for (Dir dir : sys == null ? List.<Dir>of() : List.copyOf(numbers.keySet())) {
            String now = dir.name().equals(name) ? number(name) : null;
            Numbered before = numbers.get(dir);
            if (sys != null && now != null && before != null && !now.equals(before.number)) {
                numbers.put(dir, new Numbered(now, before.bdi));
                Dir links = path(sys, "dev", "block");
                links.removeLink(before.number);
                links.addLink(now, "../.." + dir.path().substring(sys.path().length()));
                hideBdi(sys, before.number);
                showBdi(sys, now, before.bdi);
                Link bdi = (Link) dir.child("bdi");
                if (bdi != null) {
                    dir.removeLink("bdi");
                    dir.addLink("bdi", bdi.target().substring(0, bdi.target().lastIndexOf('/') + 1) + now);
                }
            }
        }
    }

    private @Nullable String number(String name) {
        for (BlockDevice device : BlockDevice.all(machine)) {
            if (device.name().equals(name)) {
                return device.major() + ":" + device.minor();
            }
        }
        return null;
    }

    /** brd's debugfs file: pages allocated, which are never given back. */
    private static FileSpec<Disk> ramDiskPages(Disk disk) {
        return FileSpec.ro(disk.name(), Shapes.always(), Shapes.unsigned(Disk::poolPages));
    }

    private static Dir path(Dir from, String... names) {
        Dir at = from;
        for (String name : names) {
            at = at.dir(name);
        }
        return at;
    }
}
