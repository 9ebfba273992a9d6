package org.reclaimfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.reclaimfs.kernfs.Caller;
import org.reclaimfs.kernfs.Dir;
import org.reclaimfs.kernfs.DirEntry;
import org.reclaimfs.kernfs.FileSet;
import org.reclaimfs.kernfs.FileSpec;
import org.reclaimfs.kernfs.Kernfs;
import org.reclaimfs.kernfs.Node;
import org.reclaimfs.kernfs.Signal;
import org.reclaimfs.scenario.ScenarioParser;
import org.reclaimfs.scenario.Session;

/** What the README says is not modelled is what the stub rows say; {@code -Dreadme.update=true} writes it anew. */
final class ReadmeTest {
    private static final Path README = Path.of("README.md");
    private static final String BEGIN = "<!-- stubs: checked by ReadmeTest against the stub rows -->\n";
    private static final String END = "<!-- /stubs -->";

    @Test
    void listsEveryStubRow() throws Exception {
        String readme = Files.readString(README);
        int from = readme.indexOf(BEGIN) + BEGIN.length();
        int to = readme.indexOf(END);
        String listed = readme.substring(from, to);
        String rows = rows();
        if (Boolean.getBoolean("readme.update")) {
            Files.writeString(README, readme.substring(0, from) + rows + readme.substring(to));
            return;
        }
        assertThat(listed).isEqualTo(rows);
    }

    private static String rows() throws Exception {
        String scenario =
                """
                disks: [{name: vda, size: 1GiB}]
                zswap: {enabled: true}
                zram: [{name: zram0}]
                """;
        try (Session session = new ScenarioFile("readme", ScenarioParser.parse(scenario)).virtualSession()) {
            Kernfs fs = session.kernfs();
            fs.writeText("/sys/fs/cgroup/cgroup.subtree_control", "+memory +cpu +cpuset +io +pids +misc", Signal.NEVER);
            fs.mkdir("/sys/fs/cgroup/c", 0755, Caller.ROOT);
            Map<String, TreeSet<String>> byReason = new TreeMap<>();
            walk(fs.root(), "", byReason);
            return text(byReason);
        }
    }

    private static void walk(Dir dir, String path, Map<String, TreeSet<String>> byReason) throws Exception {
        for (FileSet<?> set : dir.fileSets()) {
            for (FileSpec<?> spec : set.table().rows()) {
                if (spec.stubReason() != null) {
                    byReason.computeIfAbsent(spec.stubReason(), r -> new TreeSet<>())
                            .add(shown(path) + "/" + spec.name());
                }
            }
        }
        for (DirEntry entry : dir.entries()) {
            Node child = dir.child(entry.name());
            if (child instanceof Dir sub) {
                walk(sub, path + "/" + entry.name(), byReason);
            }
        }
    }

    /** The path people use: every cgroup has the same rows, and devices are known by their links in /sys/block. */
    private static String shown(String path) {
        return path.replaceFirst("^/sys/devices/.*/block/", "/sys/block/")
                .replaceFirst("^/sys/fs/cgroup/c$", "/sys/fs/cgroup");
    }

    /** One line a reason; a directory's files are listed together. */
    private static String text(Map<String, TreeSet<String>> byReason) throws IOException {
        StringBuilder out = new StringBuilder();
        byReason.forEach((reason, paths) -> {
            Map<String, StringBuilder> byDir = new TreeMap<>();
            for (String path : paths) {
                int slash = path.lastIndexOf('/');
                StringBuilder names = byDir.computeIfAbsent(path.substring(0, slash), d -> new StringBuilder());
                names.append(names.isEmpty() ? "" : ", ").append(path.substring(slash + 1));
            }
            out.append("- ").append(reason).append(": ");
            String[] between = {""};
            byDir.forEach((dir, names) -> {
                out.append(between[0]).append('`').append(dir).append("/` ").append(names);
                between[0] = "; ";
            });
            out.append(".\n");
        });
        return out.toString();
    }
}
