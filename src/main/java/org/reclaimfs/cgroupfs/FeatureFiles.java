package org.reclaimfs.cgroupfs;

import static org.reclaimfs.kernfs.FileSpec.ro;
import static org.reclaimfs.kernfs.Shapes.always;
import static org.reclaimfs.kernfs.Shapes.single;

import java.util.List;
import org.reclaimfs.kernfs.FileSpec;
import org.reclaimfs.machine.Machine;

/** /sys/kernel/cgroup: what a container may be handed, and what the kernel can do (cgroup_sysfs_attrs, 7.2; spec/20 section 5). */
final class FeatureFiles {
    private static final List<String> DELEGATED =
            List.of("cgroup.procs", "cgroup.threads", "cgroup.subtree_control", "memory.oom.group", "memory.reclaim");
    private static final List<String> FEATURES = List.of(
            "nsdelegate",
            "favordynmods",
            "memory_localevents",
            "memory_recursiveprot",
            "memory_hugetlb_accounting",
            "pids_localevents");

    private FeatureFiles() {}

    static List<FileSpec<Machine>> rows() {
        return List.of(
                ro("delegate", always(), single(m -> String.join("\n", DELEGATED))),
                ro("features", always(), single(m -> String.join("\n", FEATURES))));
    }
}
