package org.reclaimfs;

import org.reclaimfs.cgroupfs.CgroupFs;
import org.reclaimfs.cgroupfs.RealProcesses;
import org.reclaimfs.devfs.DevFs;
import org.reclaimfs.kernfs.Dir;
import org.reclaimfs.kernfs.FsKind;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.procfs.ProcFs;
import org.reclaimfs.sysfs.SysFs;

/** Which of the kernel's file systems is mounted where. */
final class Tree {
    private Tree() {}

    static void attach(Dir root, Machine machine) {
        attach(root, machine, RealProcesses.NONE);
    }

    static void attach(Dir root, Machine machine, RealProcesses real) {
        new DevFs(machine).mountAt(root.addDir("dev", FsKind.PLAIN));
        new ProcFs(machine).mountAt(root.addDir("proc", FsKind.PROC));
        Dir sys = root.addDir("sys", FsKind.SYSFS);
        SysFs sysFs = new SysFs(machine);
        sysFs.mountAt(sys);
        sysFs.mountNodesAt(root.dir("reclaimfs"));
        CgroupFs cgroups = new CgroupFs(machine, real);
        cgroups.mountAt(sys.dir("fs").addDir("cgroup", FsKind.CGROUP));
        cgroups.mountFeaturesAt(sys.dir("kernel").addDir("cgroup"));
    }
}
