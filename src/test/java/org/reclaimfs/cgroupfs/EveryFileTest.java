package org.reclaimfs.cgroupfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.Dir;
import org.reclaimfs.kernfs.FileSpec;

/** What holds for every row of the cgroup tables. */
final class EveryFileTest {
    private static final Set<String> TAKE_ANYTHING = Set.of("memory.peak", "memory.swap.peak");

    private final CgroupWorld world = new CgroupWorld();

    private List<FileSpec<?>> rows(String path) {
        Dir dir = world.cgroups.directory(world.cgroup(path));
        return dir.fileSets().stream()
                .<FileSpec<?>>flatMap(set -> set.table().rows().stream())
                .toList();
    }

    @TestFactory
    Stream<DynamicTest> everyRow() throws ErrnoException {
        world.write("/cgroup.subtree_control", "+memory +pids +io +cpu +cpuset +misc");
        world.mkdir("/a");
        world.hold("task", "/a", 1, org.reclaimfs.mm.Content.SAME);
        Stream<DynamicTest> child =
                rows("/a").stream().map(row -> DynamicTest.dynamicTest("/a/" + row.name(), () -> check("/a/", row)));
        Stream<DynamicTest> root =
                rows("/").stream().map(row -> DynamicTest.dynamicTest("/" + row.name(), () -> check("/", row)));
        return Stream.concat(child, root);
    }

    private void check(String dir, FileSpec<?> row) throws ErrnoException {
        String path = dir + row.name();
        assertThat(row.show() != null).as("a mode with r has a show").isEqualTo((row.mode() & 0444) != 0);
        assertThat(row.store() != null).as("a mode with w has a store").isEqualTo((row.mode() & 0222) != 0);
        if (!exists(path)) {
            return;
        }
        String text = row.show() == null ? "" : world.read(path);
        assertThat(text)
                .satisfiesAnyOf(t -> assertThat(t).isEmpty(), t -> assertThat(t).endsWith("\n"));
        assertThat(row.show() == null ? "" : world.read(path)).isEqualTo(text);
        if (!TAKE_ANYTHING.contains(row.name())) {
            for (String junk : List.of("junk", "\u0001", "-1x", "10 apples")) {
                assertThatThrownBy(() -> world.write(path, junk)).isInstanceOf(ErrnoException.class);
            }
        }
        assertThat(row.show() == null ? "" : world.read(path)).isEqualTo(text);
    }

    private boolean exists(String path) {
        try {
            world.ino(path);
            return true;
        } catch (ErrnoException e) {
            return false;
        }
    }

    @Test
    void namesAreUniqueInADirectory() {
        Set<String> names = new HashSet<>();
        assertThat(rows("/"))
                .allSatisfy(
                        row -> assertThat(names.add(row.name())).as(row.name()).isTrue());
    }

    @Test
    void everyStubSaysWhy() throws ErrnoException {
        world.write("/cgroup.subtree_control", "+cpu +cpuset +misc +io +pids");
        world.mkdir("/a");
        assertThat(rows("/a").stream().filter(row -> row.stubReason() != null))
                .extracting(FileSpec::name)
                .contains("cpu.max", "cpuset.cpus", "cpu.stat.local")
                .doesNotContain("pids.max", "memory.max", "cgroup.procs");
    }
}
