package org.reclaimfs.cgroupfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.Caller;
import org.reclaimfs.kernfs.Node;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.Signal;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.mm.Content;
import org.reclaimfs.swap.Disk;

/**
 * Every captured row below /sys/fs/cgroup against one world, in order. The capture is a sample of a script's rows, so
 * what the script did in between is made up for: {@link #prepare} by the row's state, {@link #replay} by its readback.
 */
final class ErrnoReplayTest {
    /** Rows that differ, and why. */
    private static final Map<String, String> DIFFERENT = Map.of(
            "/a/b/cgroup.procs|cgroup.procs input|0",
            "the writer is a real process",
            "/" + "n".repeat(4090) + "|4090 byte path|",
            "the VFS in front of FUSE answers ENAMETOOLONG");

    /** Files whose content is that machine's. */
    private static final Set<String> OTHER_TEXT = Set.of(
            "/memory.stat",
            "/a/b/cgroup.procs",
            "/a/b/cgroup.threads",
            "/a/b/memory.zswap.current",
            "/a/b/memory.peak");

    private final CgroupWorld world = new CgroupWorld();
    private final Machine machine = world.machine;
    private final Set<String> prepared = new HashSet<>();

    @TestFactory
    Stream<DynamicTest> rows() {
        List<String> lines = CgroupWorld.fixture("errno.tsv");
        return lines.stream().skip(1).map(line -> {
            ErrnoRow row = ErrnoRow.parse(line);
            return DynamicTest.dynamicTest(line.replace("\t", " | "), () -> replay(row));
        });
    }

    private void replay(ErrnoRow row) throws ErrnoException {
        if (prepared.add(row.state())) {
            prepare(row);
        }
        String reason = DIFFERENT.get(row.path() + "|" + row.state() + "|" + row.input());
        if (reason != null) {
            assertThat(run(row).result).as("known to differ: " + reason).isNotEqualTo(row.result());
            return;
        }
        if (row.keepsAValue()) {
            world.write(row.path(), row.readback().replace("\\n", "\n"));
        }
        if (row.op().equals("pr@2")) {
            world.write(row.path(), "3M"); // by "split write '12'+'3M'"
        }
        if (row.verb().equals("rmdir") && row.result().equals("OK") && !exists(row.path())) {
            world.mkdir(row.path());
        }
        Outcome outcome = run(row);
        assertThat(outcome.result).as(outcome.reason).isEqualTo(row.result());
        assertThat(OTHER_TEXT.contains(row.path()) && row.verb().equals("r") ? row.bytes() : outcome.bytes)
                .isEqualTo(row.bytes());
        if (!row.readback().equals("-") && !OTHER_TEXT.contains(row.path())) {
            assertThat(outcome.text == null ? readback(row.path()) : ErrnoRow.printed(outcome.text))
                    .isEqualTo(row.readback());
        }
    }

    private boolean exists(String path) {
        try {
            world.ino(path);
            return true;
        } catch (ErrnoException e) {
            return false;
        }
    }

    /** What the script did before the first row of a state, as far as the rows in between are not captured. */
    private void prepare(ErrnoRow row) throws ErrnoException {
        switch (row.state()) {
            case "child of root, memory controller NOT enabled in root" -> world.mkdir("/nomem");
            case "root cgroup" -> world.rmdir("/nomem");
            case "exists" -> {
                world.write("/cgroup.subtree_control", "+memory +pids +io +cpu +cpuset +misc");
                world.mkdir("/a");
            }
            case "rmdir of a file" -> world.write("/a/cgroup.subtree_control", "+memory");
            case "a has subtree_control on: moving proc into a" -> machine.spawn("sleeper", "sleep", "/a/b", 0);
            case "b populated" -> world.write("/a/cgroup.subtree_control", "+memory +pids");
            case "empty thr" -> world.mkdir("/thr");
            case "cgroup.procs input" -> world.rmdir("/thr");
            case "b has 1 sleeper" -> world.write("/cgroup.procs", "1");
            case "a" -> world.write(row.path(), "max");
            case "a: max.descendants=1 and already 1" -> {
                world.write("/a/cgroup.max.depth", "max");
                world.write("/a/cgroup.max.descendants", "1");
            }
            case "cgroup pressure file" -> world.write("/a/cgroup.max.descendants", "max");
            case "cgroup.pressure=0" -> world.write("/a/cgroup.pressure", "0");
            case "empty leaf b" -> world.write("/a/cgroup.pressure", "1");
            case "empty leaf b, zswap disabled, no swap" -> world.write("/a/b/memory.zswap.writeback", "1");
            default -> prepareMemory(row.state());
        }
    }

    private void prepareMemory(String state) throws ErrnoException {
        switch (state) {
            case "zswap enabled, empty leaf" -> {
                machine.devices().addDisk(new Disk("vda", 512L << 20, Disk.Profile.NVME));
                machine.devices().swapon("/dev/vda", -1);
                machine.zswap().setEnabled(true);
            }
            case "leaf b: 24M anon resident, zswap on, nothing in zswap" -> {
                for (String file : List.of("memory.high", "memory.max", "memory.swap.max", "memory.zswap.max")) {
                    world.write("/a/b/" + file, "max");
                }
                world.write("/a/b/memory.min", "0");
                world.write("/a/b/memory.low", "0");
                world.hold("alloc", "/a/b", 24, Content.ratio(4, "compressible"));
            }
            case "leaf b: ~12M anon in zswap" -> world.write("/a/b/memory.reclaim", "12M");
            case "zswap pages present, memory.zswap.writeback=0" -> world.write("/a/b/memory.zswap.writeback", "0");
            case "writeback=0 but zswap module disabled, pages still stored" ->
                machine.zswap().setEnabled(false);
            case "parent writeback=0, own file reads" -> {
                machine.zswap().setEnabled(true);
                world.write("/a/b/memory.zswap.writeback", "1");
                world.write("/a/memory.zswap.writeback", "0");
            }
            case "via parent a" -> {
                world.write("/a/memory.zswap.writeback", "1");
                world.fs.writeText(CgroupWorld.ROOT + "/a/b/memory.reclaim", "0 source=zswap", Signal.NEVER);
                drainSecondChances();
            }
            case "frozen cgroup" -> world.write("/a/b/cgroup.freeze", "1");
            case "leaf b: swap.max=0, anon only" -> {
                world.write("/a/b/cgroup.freeze", "0");
                world.write("/a/b/memory.swap.max", "0");
            }
            case "memory.max below usage: forced reclaim" -> world.write("/a/b/memory.swap.max", "max");
            case "removed" -> {
                world.write("/a/b/cgroup.kill", "1");
                world.rmdir("/a/b");
            }
            default -> {}
        }
    }

    /** The script's four calls before "via parent a": fresh entries get away once. */
    private void drainSecondChances() throws ErrnoException {
        for (int i = 0; i < 4; i++) {
            try {
                world.write("/a/b/memory.reclaim", "100K source=zswap");
            } catch (ErrnoException e) {
                assertThat(e.errno().name()).isEqualTo("EAGAIN");
            }
        }
    }

    private record Outcome(String result, int bytes, String reason, @Nullable String text) {}

    private Outcome run(ErrnoRow row) {
        try {
            if (row.verb().matches("r|pr")) {
                StringBuilder text = new StringBuilder();
                int bytes = pread(row, text);
                return new Outcome("OK", bytes, "", text.toString());
            }
            return new Outcome("OK", row.verb().matches("w.*|rw|pw") ? write(row) : change(row), "", null);
        } catch (ErrnoException e) {
            return new Outcome(e.errno().name(), -1, String.valueOf(e.getMessage()), null);
        }
    }

    private int pread(ErrnoRow row, StringBuilder text) throws ErrnoException {
        OpenFile file = world.open(row.path(), OpenFile.O_RDONLY);
        try {
            return world.fs.read(
                    file,
                    row.at(),
                    64 << 10,
                    (bytes, from, length) -> text.append(new String(bytes, from, length, StandardCharsets.UTF_8)));
        } finally {
            world.fs.release(file);
        }
    }

    private int write(ErrnoRow row) throws ErrnoException {
        if (row.verb().equals("wc") && !exists(row.path())) {
            world.fs.create(CgroupWorld.ROOT + row.path(), Caller.ROOT);
        }
        OpenFile file = world.open(row.path(), row.verb().equals("rw") ? OpenFile.O_RDWR : OpenFile.O_WRONLY);
        byte[] bytes = row.input().getBytes(StandardCharsets.UTF_8);
        try {
            return switch (row.verb()) {
                case "w2" -> {
                    world.fs.write(file, bytes, 0, Signal.NEVER);
                    yield world.fs.write(file, bytes, bytes.length, Signal.NEVER);
                }
                case "wcat" -> {
                    world.write(file, row.input().substring(0, row.at()));
                    yield world.write(file, row.input().substring(row.at()));
                }
                default -> world.fs.write(file, bytes, row.at(), Signal.NEVER);
            };
        } finally {
            world.fs.release(file);
        }
    }

    private int change(ErrnoRow row) throws ErrnoException {
        String path = CgroupWorld.ROOT + row.path();
        switch (row.verb()) {
            case "or" -> world.fs.release(world.open(row.path(), OpenFile.O_RDONLY));
            case "ow" -> world.fs.release(world.open(row.path(), OpenFile.O_WRONLY));
            case "mkdir" -> mkdir(row);
            case "rmdir" -> world.rmdir(row.path());
            case "creat" -> world.fs.create(path, Caller.ROOT);
            case "symlink" -> world.fs.make(path, Caller.ROOT);
            case "link" -> world.fs.make(row.input(), Caller.ROOT);
            case "rename" -> world.fs.rename(path, row.input(), Caller.ROOT);
            case "chmod" -> world.fs.chmod(node(path), Integer.parseInt(row.input(), 8), Caller.ROOT);
            case "chown" -> {
                int id = Integer.parseInt(row.input());
                world.fs.chown(node(path), id, id, Caller.ROOT);
            }
            default -> throw new IllegalArgumentException(row.op());
        }
        return 0;
    }

    private void mkdir(ErrnoRow row) throws ErrnoException {
        if (row.result().equals("OK") && exists(row.path())) {
            world.rmdir(row.path());
        }
        world.mkdir(row.path());
    }

    private Node node(String path) throws ErrnoException {
        return world.fs.lookup(path, Caller.ROOT);
    }

    private String readback(String path) {
        OpenFile file;
        try {
            file = world.open(path, OpenFile.O_RDONLY);
        } catch (ErrnoException e) {
            return "(" + e.errno() + ")";
        }
        try {
            return ErrnoRow.printed(world.read(file));
        } catch (ErrnoException e) {
            return "(read " + e.errno() + ")";
        } finally {
            world.fs.release(file);
        }
    }
}
