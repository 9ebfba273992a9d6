package org.reclaimfs.scenario;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.machine.MachineConfig;
import org.reclaimfs.machine.Patch;
import org.reclaimfs.mm.Cost;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** The keys {@code kernel} and {@code machine}. */
final class MachineSection {
    private static final long MIN_MEMORY_BYTES = 64L << 20;
    private static final long MAX_MEMORY_BYTES = 16L << 40;
    private static final int MAX_CPUS = 4096;

    private final Yaml yaml;

    MachineSection(Yaml yaml) {
        this.yaml = yaml;
    }

    MachineConfig read(@Nullable Node kernel, @Nullable Node machine) {
        MachineConfig defaults = MachineConfig.defaults();
        Set<Patch> patches = EnumSet.copyOf(defaults.patches());
        if (kernel != null) {
            kernel(kernel, patches);
        }
        Map<String, Node> keys =
                machine == null ? Map.of() : yaml.section(machine, List.of("memory", "cpus", "nodes", "costs", "seed"));
        long memory = orElse(keys.get("memory"), Quantities.SIZE, defaults.memoryBytes(), word -> {
            long bytes = Quantities.size(word);
            if (bytes < MIN_MEMORY_BYTES || bytes > MAX_MEMORY_BYTES) {
                throw BadText.found(word, "64MiB to 16TiB of memory");
            }
            return bytes;
        });
        int cpus =
                orElse(keys.get("cpus"), "a number of CPUs", defaults.cpus(), w -> Quantities.integer(w, 1, MAX_CPUS));
        orElse(keys.get("nodes"), "1", 1, word -> {
            int nodes = Quantities.integer(word, 1, 1024);
            if (nodes != 1) {
                throw BadText.found(word, "1 (more nodes are not modelled yet)");
            }
            return nodes;
        });
        long seed = orElse(keys.get("seed"), "a whole number", defaults.seed(), MachineSection::seed);
        Node costsNode = keys.get("costs");
        Map<Cost, Long> costs = costsNode == null ? defaults.costs() : costs(costsNode);
        return new MachineConfig(memory, defaults.reservedBytes(), cpus, defaults.nodes(), seed, patches, costs);
    }

    private <T> T orElse(@Nullable Node node, String expected, T other, Yaml.Reader<T> reader) {
        T value = node == null ? null : yaml.scalar(node, expected, reader);
        return value == null ? other : value;
    }

    static long seed(Word word) throws BadText {
        try {
            return Long.parseLong(word.text());
        } catch (NumberFormatException e) {
            throw BadText.found(word, "a whole number of at most 64 bits");
        }
    }

    private void kernel(Node node, Set<Patch> patches) {
        Map<String, Node> keys = yaml.section(node, List.of("version", "patches"));
        Node version = keys.get("version");
        if (version != null) {
            yaml.scalar(version, "\"7.2\"", word -> {
                if (word.text().matches("6\\.(1|12)")) {
                    throw BadText.found(word, "\"7.2\" (other versions are not modelled yet)");
                }
                if (!word.text().equals("7.2")) {
                    throw BadText.found(word, "\"7.2\"");
                }
                return word.text();
            });
        }
        Node patchNode = keys.get("patches");
        if (patchNode != null) {
            patches(patchNode, patches);
        }
    }

    private void patches(Node node, Set<Patch> patches) {
        Map<String, Patch> known = new LinkedHashMap<>();
        for (Patch patch : Patch.values()) {
            known.put(patch.key(), patch);
        }
        yaml.section(node, List.copyOf(known.keySet())).forEach((key, value) -> {
            Patch patch = known.get(key);
            Boolean on = yaml.scalar(value, "0 or 1", word -> patchValue(patch, word));
            if (patch != null && on != null) {
                if (on) {
                    patches.add(patch);
                } else {
                    patches.remove(patch);
                }
            }
        });
    }

    static boolean patchValue(@Nullable Patch patch, Word word) throws BadText {
        if (!word.text().equals("0") && !word.text().equals("1")) {
            throw BadText.found(word, "0 or 1");
        }
        boolean on = word.text().equals("1");
        if (on && patch != null && !patch.modelled()) {
            throw BadText.found(word, "0 (this patch is not modelled yet)");
        }
        return on;
    }

    private Map<Cost, Long> costs(Node node) {
        Map<Cost, Long> costs = new EnumMap<>(Cost.class);
        if (node instanceof ScalarNode) {
            profile(node);
            return costs;
        }
        Map<String, Cost> known = new LinkedHashMap<>();
        for (Cost cost : Cost.values()) {
            known.put(cost.name().toLowerCase(Locale.ROOT), cost);
        }
        List<String> names = new ArrayList<>(known.keySet());
        names.add(0, "profile");
        yaml.section(node, names).forEach((key, value) -> {
            Cost cost = known.get(key);
            if (cost == null) {
                profile(value);
                return;
            }
            Long ns = yaml.scalar(value, "ns, or a duration such as 6us", MachineSection::costNs);
            if (ns != null) {
                costs.put(cost, ns);
            }
        });
        return costs;
    }

    private void profile(Node node) {
        yaml.choice(node, Map.of("server", "server"));
    }

    private static long costNs(Word word) throws BadText {
        return word.text().matches("\\d{1,12}") ? Long.parseLong(word.text()) : Quantities.durationNs(word);
    }
}
