package org.reclaimfs.scenario;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.reclaimfs.scenario.Scenario.Setup;
import org.snakeyaml.engine.v2.nodes.Node;

/** The key {@code cgroups}: what a shell would do to make them. */
final class CgroupSection {
    private static final Set<String> OTHER_CONTROLLERS = Set.of("pids", "io", "cpu");

    private final Yaml yaml;
    private final List<Setup> setup;
    private final Set<String> made = new HashSet<>();
    private final Set<String> enabled = new HashSet<>();

    CgroupSection(Yaml yaml, List<Setup> setup) {
        this.yaml = yaml;
        this.setup = setup;
        made.add("/");
    }

    void read(Node node) {
        for (Yaml.Pair pair : yaml.pairs(node, "a map such as {/web: {memory.max: 2G}}")) {
            String path = pair.key().getValue();
            if (!path.matches("/|(/[^/\\n]+)+") || path.matches(".*/\\.\\.?(/.*)?")) {
                yaml.error(pair.key(), "found '" + path + "', expected a path below the cgroup mount, such as /web/a");
                continue;
            }
            make(pair.key(), path);
            if (!Yaml.empty(pair.value())) {
                files(path, pair.value());
            }
        }
    }

    private void files(String path, Node node) {
        for (Yaml.Pair file : yaml.pairs(node, "a map such as {memory.max: 2G}")) {
            String name = file.key().getValue();
            if (!name.matches("[a-z][a-z0-9._]*")) {
                yaml.error(file.key(), "found '" + name + "', expected a file of the cgroup, such as memory.max");
                continue;
            }
            String text = yaml.text(file.value(), "the text to write");
            String controller = name.substring(0, Math.max(0, name.indexOf('.')));
            if (OTHER_CONTROLLERS.contains(controller) && !path.equals("/")) {
                enable(file.key(), parent(path), controller);
            }
            if (text != null) {
                add(file.value(), new Step.Write(StepRunner.cgroupPath(path, name), text + "\n"));
            }
        }
    }

    private static String parent(String path) {
        int slash = path.lastIndexOf('/');
        return slash <= 0 ? "/" : path.substring(0, slash);
    }

    private void make(Node at, String path) {
        if (made.add(path)) {
            make(at, parent(path));
            enable(at, parent(path), "memory");
            add(at, new Step.Mkdir(StepRunner.cgroupPath(path, null)));
        }
    }

    private void enable(Node at, String path, String controller) {
        if (enabled.add(path + " " + controller)) {
            if (!path.equals("/")) {
                enable(at, parent(path), controller);
            }
            add(at, new Step.Write(StepRunner.cgroupPath(path, "cgroup.subtree_control"), "+" + controller + "\n"));
        }
    }

    private void add(Node at, Step step) {
        setup.add(new Setup(Yaml.line(at), Yaml.column(at), step));
    }
}
