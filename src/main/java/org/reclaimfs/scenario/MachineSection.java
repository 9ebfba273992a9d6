package org.reclaimfs.scenario;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.kernfs.KernelVersion;
import org.reclaimfs.machine.MachineConfig;
import org.reclaimfs.machine.Patch;
import org.reclaimfs.mm.Costs;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** The keys {@code kernel} and {@code machine}. */
final class MachineSection {
    private static final long MIN_MEMORY_BYTES = 64L << 20;
    private static final long MAX_MEMORY_BYTES = 16L << 40;
    private static final long MIN_NODE_BYTES = 32L << 20;
    private static final String COST = "ns, or a duration such as 6us";
    /** So that a batch of thousands of pages stays far from overflow. */
    private static final long MAX_COST_NS = 1_000_000_000;

    private static final int MAX_CPUS = 4096;
    private static final int MAX_NODES = 16;
    /** The kernel image and boot take at most this share of RAM. */
    private static final int RESERVED_SHARE = 32;

    private static final List<String> KEYS = List.of("memory", "reserved", "cpus", "nodes", "hz", "costs", "seed");
    /** Versions, and whether swap has table pages there. */
    private static final Map<String, Boolean> VERSIONS = Map.of("7.2", true, "6.12", false);

    private final Yaml yaml;
    private KernelVersion kernel = KernelVersion.MIRRORED;

    MachineSection(Yaml yaml) {
        this.yaml = yaml;
    }

    MachineConfig read(@Nullable Node kernel, @Nullable Node machine) {
        MachineConfig defaults = MachineConfig.defaults();
        Set<Patch> patches = EnumSet.copyOf(defaults.patches());
        boolean swapTables = kernel == null ? defaults.swapTables() : kernel(kernel, patches);
        Map<String, Node> keys = machine == null ? Map.of() : yaml.section(machine, KEYS);
        long memory = orElse(keys.get("memory"), Quantities.SIZE, defaults.memoryBytes(), MachineSection::memory);
        long reserved = orElse(keys.get("reserved"), Quantities.SIZE, defaults.reservedBytes(), word -> {
            long bytes = Quantities.size(word);
            if (bytes > memory / RESERVED_SHARE) {
                throw BadText.found(word, "at most 1/32 of the memory");
            }
            return bytes;
        });
        int cpus =
                orElse(keys.get("cpus"), "a number of CPUs", defaults.cpus(), w -> Quantities.integer(w, 1, MAX_CPUS));
        int nodes = orElse(keys.get("nodes"), "a number of nodes", 1, word -> nodes(word, memory));
        int hz = orElse(keys.get("hz"), "100, 250, 300 or 1000", defaults.hz(), word -> {
            if (!Set.of("100", "250", "300", "1000").contains(word.text())) {
                throw BadText.found(word, "100, 250, 300 or 1000");
            }
            return Integer.parseInt(word.text());
        });
        long seed = orElse(keys.get("seed"), "a whole number", defaults.seed(), MachineSection::seed);
        Node costsNode = keys.get("costs");
        Costs costs = costsNode == null ? defaults.costs() : costs(costsNode);
        return new MachineConfig(
                memory, reserved, cpus, nodes, hz, swapTables, MachineConfig.KSWAPD_FAILURES, seed, patches, costs);
    }

    /** The kernel whose files are shown; known after {@link #read}. */
    KernelVersion kernel() {
        return kernel;
    }

    private static long memory(Word word) throws BadText {
        long bytes = Quantities.size(word);
        if (bytes < MIN_MEMORY_BYTES || bytes > MAX_MEMORY_BYTES) {
            throw BadText.found(word, "64MiB to 16TiB of memory");
        }
        return bytes;
    }

    private static int nodes(Word word, long memory) throws BadText {
        int nodes = Quantities.integer(word, 1, MAX_NODES);
        if (memory / nodes < MIN_NODE_BYTES) {
            throw BadText.found(word, "at most " + memory / MIN_NODE_BYTES + " (a node has 32MiB or more)");
        }
        return nodes;
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

    /** Returns whether this kernel's swap has table pages. */
    private boolean kernel(Node node, Set<Patch> patches) {
        Map<String, Node> keys = yaml.section(node, List.of("version", "patches"));
        Node version = keys.get("version");
        boolean swapTables = orElse(version, "\"7.2\"", true, word -> {
            Boolean known = VERSIONS.get(word.text());
            if (known == null) {
                throw BadText.found(word, "\"7.2\" or \"6.12\" (other versions are not modelled)");
            }
            kernel = KernelVersion.of(word.text());
            return known;
        });
        Node patchNode = keys.get("patches");
        if (patchNode != null) {
            patches(patchNode, patches);
        }
        return swapTables;
    }

    private void patches(Node node, Set<Patch> patches) {
        Map<String, Patch> known = new LinkedHashMap<>();
        for (Patch patch : Patch.values()) {
            known.put(patch.key(), patch);
        }
        yaml.section(node, List.copyOf(known.keySet())).forEach((key, value) -> {
            Patch patch = known.get(key);
            Boolean on = yaml.scalar(value, "0 or 1", MachineSection::patchValue);
            if (patch != null && on != null) {
                if (on) {
                    patches.add(patch);
                } else {
                    patches.remove(patch);
                }
            }
        });
    }

    static boolean patchValue(Word word) throws BadText {
        if (!word.text().equals("0") && !word.text().equals("1")) {
            throw BadText.found(word, "0 or 1");
        }
        return word.text().equals("1");
    }

    /** A profile, or a map of a profile and single costs that differ from it. */
    private Costs costs(Node node) {
        if (node instanceof ScalarNode) {
            return profile(node);
        }
        List<String> names = new ArrayList<>(Costs.keys());
        names.add(0, "profile");
        Map<String, Node> keys = yaml.section(node, names);
        Node profile = keys.remove("profile");
        Costs costs = profile == null ? MachineConfig.defaults().costs() : profile(profile);
        for (Map.Entry<String, Node> entry : keys.entrySet()) {
            Long ns = yaml.scalar(entry.getValue(), COST, MachineSection::costNs);
            costs = ns == null ? costs : costs.with(entry.getKey(), ns);
        }
        return costs;
    }

    private Costs profile(Node node) {
        Map<String, Costs.Profile> known = new LinkedHashMap<>();
        for (Costs.Profile profile : Costs.Profile.values()) {
            known.put(profile.key(), profile);
        }
        Costs.Profile chosen = yaml.choice(node, known);
        return Costs.of(chosen == null ? Costs.Profile.SERVER : chosen);
    }

    private static long costNs(Word word) throws BadText {
        boolean plain = word.text().matches("\\d{1,12}");
        long ns = plain ? Long.parseLong(word.text()) : Quantities.durationNs(word);
        if (ns > MAX_COST_NS) {
            throw BadText.found(word, COST + ", at most 1s");
        }
        return ns;
    }
}
