package org.reclaimfs.devfs;

import static org.reclaimfs.kernfs.Shapes.always;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.kernfs.Dir;
import org.reclaimfs.kernfs.FileSet;
import org.reclaimfs.kernfs.FileSpec;
import org.reclaimfs.machine.BlockFile;
import org.reclaimfs.machine.Machine;

/** The files of /dev and their place in the tree. */
public final class DevFs {
    private static final int NODE_MODE = 0660;

    private final Machine machine;
    private final Map<String, FileSet<BlockFile>> nodes = new LinkedHashMap<>();
    private @Nullable Dir root;

    public DevFs(Machine machine) {
        this.machine = machine;
    }

    /** Adds the files to an empty directory; the gate's lock is held, or nobody looks yet. */
    public void mountAt(Dir dev) {
        root = dev;
        dev.attach(rows(), machine);
        machine.devices().onChange(this::refresh);
        refresh();
    }

    private static List<FileSpec<Machine>> rows() {
        KmsgFile kmsg = new KmsgFile();
        return List.of(FileSpec.raw("kmsg", 0644, always(), kmsg).polled(kmsg));
    }

    /** A node for each device there is. Under the gate's lock. */
    private void refresh() {
        Dir dev = root;
        if (dev == null) {
            return;
        }
        Map<String, BlockFile> devices = machine.devices().nodes().stream()
                .collect(Collectors.toMap(BlockFile::name, node -> node, (a, b) -> a, LinkedHashMap::new));
        nodes.entrySet().removeIf(node -> {
            boolean gone = !devices.containsKey(node.getKey());
            if (gone) {
                dev.detach(node.getValue());
            }
            return gone;
        });
        devices.forEach((name, device) -> nodes.computeIfAbsent(name, n -> dev.attach(node(name), device)));
    }

    private static List<FileSpec<BlockFile>> node(String name) {
        return List.of(FileSpec.raw(name, NODE_MODE, device -> device.sizeBytes() > 0, new DeviceNode()));
    }
}
