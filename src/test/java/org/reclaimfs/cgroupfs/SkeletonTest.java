package org.reclaimfs.cgroupfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.Caller;
import org.reclaimfs.kernfs.DirEntry;
import org.reclaimfs.kernfs.Stat;

/** Which files there are, with which modes and texts, against captures of a real kernel. */
final class SkeletonTest {
    /** Of the captured root these depend on that machine's life or devices. */
    private static final Set<String> ROOT_VALUES = Set.of("cgroup.procs", "cgroup.threads", "io.stat");

    private final CgroupWorld world = new CgroupWorld();

    @BeforeEach
    void makeTheCapturedTree() throws ErrnoException {
        world.write("/cgroup.subtree_control", "+memory +pids +io +cpu +cpuset +misc");
        world.mkdir("/work");
        world.write("/work/cgroup.subtree_control", "+memory +pids");
        world.mkdir("/work/leaf");
        world.mkdir("/work/leaf/kid");
        world.mkdir("/empty");
    }

    @ParameterizedTest(name = "{1} has the files and modes of {0}")
    @CsvSource({
        "child_0_empty, /empty",
        "leaf_0_empty, /work/leaf",
        "kid_of_cgroup_without_subtree_control, /work/leaf/kid",
        "root_2_after_zswap, /"
    })
    void namesAndModes(String capture, String path) throws ErrnoException {
        Map<String, String> expected = new TreeMap<>();
        CgroupWorld.fixture(capture + ".txt").stream()
                .filter(line -> line.startsWith("-"))
                .forEach(line -> expected.put(line.substring(line.lastIndexOf(' ') + 1), line.substring(0, 10)));
        Map<String, String> actual = new TreeMap<>();
        for (DirEntry entry :
                world.fs.opendir(CgroupWorld.ROOT + path, Caller.ROOT).entries()) {
            if (entry.type() == Stat.REGULAR) {
                actual.put(entry.name(), ls(path, entry.name()));
            }
        }
        assertThat(actual).isEqualTo(expected);
    }

    private String ls(String path, String name) throws ErrnoException {
        int mode = world.fs
                .getattr(CgroupWorld.ROOT + path + "/" + name, Caller.ROOT)
                .mode();
        StringBuilder text = new StringBuilder("-");
        for (int bit = 8; bit >= 0; bit--) {
            text.append((mode >> bit & 1) == 0 ? '-' : "xwr".charAt(bit % 3));
        }
        return text.toString();
    }

    @ParameterizedTest(name = "{1} reads as {0}")
    @CsvSource({
        "child_0_empty, /empty",
        "leaf_0_empty, /work/leaf2",
        "kid_of_cgroup_without_subtree_control, /work/leaf/kid"
    })
    void textsOfAnEmptyCgroup(String capture, String path) throws ErrnoException {
        world.mkdir("/work/leaf2");
        for (Map.Entry<String, List<String>> file : texts(capture).entrySet()) {
            assertThat(lines(path + "/" + file.getKey())).as(file.getKey()).isEqualTo(file.getValue());
        }
    }

    @Test
    void keysOfTheRoot() throws ErrnoException {
        for (Map.Entry<String, List<String>> file : texts("root_2_after_zswap").entrySet()) {
            if (!ROOT_VALUES.contains(file.getKey())) {
                assertThat(keys(lines("/" + file.getKey()))).as(file.getKey()).isEqualTo(keys(file.getValue()));
            }
        }
    }

    private List<String> lines(String path) {
        try {
            return world.read(path).lines().toList();
        } catch (ErrnoException e) {
            assertThat(e.errno()).isEqualTo(Errno.EINVAL);
            return List.of("cat: read error: Invalid argument");
        }
    }

    private static List<String> keys(List<String> lines) {
        return lines.stream().map(line -> line.replaceAll("[ =][0-9.].*", "")).toList();
    }

    private static Map<String, List<String>> texts(String capture) {
        Map<String, List<String>> texts = new LinkedHashMap<>();
        List<String> current = new ArrayList<>();
        for (String line : CgroupWorld.fixture(capture + ".txt")) {
            if (line.startsWith("== ")) {
                String path = line.split(" ")[1];
                current = new ArrayList<>();
                texts.put(path.substring(path.lastIndexOf('/') + 1), current);
            } else {
                current.add(line);
            }
        }
        return texts;
    }
}
