package org.reclaimfs.scenario;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.machine.MachineConfig;
import org.reclaimfs.mm.Costs;
import org.reclaimfs.scenario.Scenario.DiskSpec;
import org.reclaimfs.scenario.Scenario.Setup;
import org.reclaimfs.swap.Disk;
import org.reclaimfs.swap.SwapDevices;
import org.reclaimfs.swap.SwapDiscard;
import org.snakeyaml.engine.v2.nodes.Node;

/** A YAML text into a {@link Scenario}, or into every error it has. The shape is DESIGN section 3's. */
public final class ScenarioParser {
    private static final List<String> KEYS =
            List.of("kernel", "machine", "disks", "zswap", "zram", "swap", "sysctl", "cgroups", "timeline", "end");
    private static final List<String> ZSWAP =
            List.of("enabled", "compressor", "max_pool_percent", "accept_threshold_percent", "shrinker_enabled");

    private static final long MAX_ZRAM_BYTES = 1L << 44;

    private final Yaml yaml = new Yaml();
    private final List<DiskSpec> disks = new ArrayList<>();
    private final List<Setup> setup = new ArrayList<>();
    private final Set<String> devices = new LinkedHashSet<>();
    private int zrams;

    private ScenarioParser() {}

    /** @throws ScenarioException with every error */
    public static Scenario parse(String text) throws ScenarioException {
        ScenarioParser parser = new ScenarioParser();
        Node root = parser.yaml.compose(text);
        Scenario scenario = root == null ? Scenario.none() : parser.scenario(root);
        if (!parser.yaml.problems().isEmpty()) {
            throw new ScenarioException(parser.yaml.problems());
        }
        return scenario;
    }

    private Scenario scenario(Node root) {
        Map<String, Node> sections = new LinkedHashMap<>(yaml.section(root, KEYS));
        sections.values().removeIf(Yaml::empty);
        MachineSection machineSection = new MachineSection(yaml);
        MachineConfig machine = machineSection.read(sections.get("kernel"), sections.get("machine"));
        sections.forEach((key, node) -> {
            switch (key) {
                case "disks" -> yaml.items(node, "a list of disks").forEach(this::disk);
                case "zram" -> yaml.items(node, "a list of zram devices").forEach(this::zram);
                default -> {
                    // in the order below, whatever the file's
                }
            }
        });
        ifThere(sections, "zswap", this::zswap);
        ifThere(sections, "sysctl", this::sysctl);
        ifThere(sections, "swap", node -> swap(yaml.items(node, "a list of swap devices")));
        ifThere(sections, "cgroups", node -> new CgroupSection(yaml, setup).read(node));
        TimelineSection timeline = new TimelineSection(yaml);
        timeline.read(sections.get("timeline"), sections.get("end"));
        return new Scenario(
                machineSection.kernel(), machine, disks, zrams, setup, timeline.entries(), timeline.endNs());
    }

    private interface Section {
        void read(Node node);
    }

    private static void ifThere(Map<String, Node> sections, String key, Section section) {
        Node node = sections.get(key);
        if (node != null) {
            section.read(node);
        }
    }

    private void write(Node at, String path, String text) {
        setup.add(new Setup(Yaml.line(at), Yaml.column(at), new Step.Write(path, text + "\n")));
    }

    private boolean declared(Node at, String device) {
        if (!devices.add(device)) {
            yaml.error(at, "found " + device + " again, expected each device once");
            return false;
        }
        return true;
    }

    private void disk(Node node) {
        Map<String, Node> keys = yaml.section(node, List.of("name", "size", "profile"));
        Node nameNode = required(node, keys, "name", "a name for the disk");
        Node sizeNode = required(node, keys, "size", Quantities.SIZE);
        if (nameNode == null || sizeNode == null) {
            return;
        }
        Map<String, Disk.Profile> profiles = new LinkedHashMap<>();
        for (Disk.Profile profile : Disk.Profile.values()) {
            profiles.put(profile.key(), profile);
        }
        Node profileNode = keys.get("profile");
        Disk.Profile profile = profileNode == null ? Disk.Profile.NVME : yaml.choice(profileNode, profiles);
        String name = yaml.scalar(nameNode, "a name for the disk", word -> {
            boolean inRam = profile == Disk.Profile.RAM;
            if (inRam != word.text().matches("ram(0|[1-9]\\d{0,2})")
                    && (inRam || word.text().matches("ram\\d+"))) {
                throw BadText.found(word, "ram0, ram1, … for a disk of profile ram, and only for one");
            }
            if (!word.text().matches("[a-z][a-z0-9]{0,30}") || word.text().matches("zram\\d+")) {
                throw BadText.found(word, "a name of small letters and digits, such as vda (not of a zram device)");
            }
            return word.text();
        });
        Long bytes = yaml.scalar(sizeNode, Quantities.SIZE, word -> atLeast(word, 4096));
        if (name != null && declared(nameNode, "/dev/" + name) && bytes != null && profile != null) {
            disks.add(new DiskSpec(name, bytes, profile));
        }
    }

    private static long atLeast(Word word, long low) throws BadText {
        long size = Quantities.size(word);
        if (size < low) {
            throw BadText.found(word, "at least " + low + " bytes");
        }
        return size;
    }

    private @Nullable Node required(Node at, Map<String, Node> keys, String key, String expected) {
        Node node = keys.get(key);
        if (node == null) {
            yaml.error(at, "found no " + key + ", expected " + key + ": " + expected);
        }
        return node;
    }

    private void zram(Node node) {
        Map<String, Node> keys = yaml.section(
                node, List.of("name", "disksize", "algorithm", "recomp_algorithm", "backing_dev", "mem_limit"));
        String expected = "zram" + zrams++;
        declared(node, "/dev/" + expected);
        Node name = keys.get("name");
        if (name != null) {
            yaml.choice(name, Map.of(expected, expected));
        }
        String files = "/sys/block/" + expected + "/";
        Map<String, String> algorithms = new LinkedHashMap<>();
        for (Costs.Algorithm algorithm : Costs.Algorithm.values()) {
            algorithms.put(algorithm.key(), algorithm.key());
        }
        Node algorithm = keys.get("algorithm");
        if (algorithm != null && yaml.choice(algorithm, algorithms) != null) {
            write(algorithm, files + "comp_algorithm", String.valueOf(yaml.text(algorithm, "")));
        }
        Node others = keys.get("recomp_algorithm");
        int priority = 1;
        for (Node other : others == null ? List.<Node>of() : yaml.items(others, "a list of up to 3 algorithms")) {
            if (yaml.choice(other, algorithms) != null) {
                write(other, files + "recomp_algorithm", "algo=" + yaml.text(other, "") + " priority=" + priority++);
            }
        }
        Node backing = keys.get("backing_dev");
        String path = backing == null ? null : yaml.text(backing, "a disk such as /dev/vdb");
        if (backing != null && path != null) {
            write(backing, files + "backing_dev", path);
        }
        for (String size : List.of("disksize", "mem_limit")) {
            Node value = keys.get(size);
            Long bytes = value == null ? null : yaml.scalar(value, Quantities.SIZE, ScenarioParser::zramSize);
            if (value != null && bytes != null) {
                write(value, files + size, Long.toString(bytes));
            }
        }
    }

    private static long zramSize(Word word) throws BadText {
        long bytes = Quantities.size(word);
        if (bytes > MAX_ZRAM_BYTES) {
            throw BadText.found(word, "at most 16TiB, what a device can address");
        }
        return bytes;
    }

    private void zswap(Node node) {
        Map<String, Node> keys = yaml.section(node, ZSWAP);
        // Enabled last: the pool is then made with the compressor asked for.
        for (int i = ZSWAP.size() - 1; i >= 0; i--) {
            String key = ZSWAP.get(i);
            Node value = keys.get(key);
            String text = value == null ? null : yaml.scalar(value, "a value of " + key, word -> zswapValue(key, word));
            boolean asItIs = key.equals("enabled") && "N".equals(text); // a write would set zswap up, as in the kernel
            if (value != null && text != null && !asItIs) {
                write(value, "/sys/module/zswap/parameters/" + key, text);
            }
        }
    }

    private static String zswapValue(String key, Word word) throws BadText {
        switch (key) {
            case "enabled", "shrinker_enabled" -> {
                if (!Set.of("true", "false", "Y", "N", "1", "0").contains(word.text())) {
                    throw BadText.found(word, "true or false");
                }
                return Set.of("true", "Y", "1").contains(word.text()) ? "Y" : "N";
            }
            case "compressor" -> {
                for (Costs.Algorithm algorithm : Costs.Algorithm.values()) {
                    if (algorithm.key().equals(word.text())) {
                        return word.text();
                    }
                }
                throw BadText.found(word, "a compressor known here, such as lz4, zstd or lzo");
            }
            default -> {
                return Integer.toString(Quantities.integer(word, 0, 100));
            }
        }
    }

    private void sysctl(Node node) {
        for (Yaml.Pair pair : yaml.pairs(node, "a map such as {vm.swappiness: 60}")) {
            String key = pair.key().getValue();
            String value = yaml.text(pair.value(), "a value of " + key);
            if (!key.matches("[a-z][a-z0-9_-]*(\\.[a-z0-9_-]+)+")) {
                yaml.error(pair.key(), "found '" + key + "', expected a sysctl such as vm.swappiness");
            } else if (value != null) {
                write(pair.key(), "/proc/sys/" + key.replace('.', '/'), value);
            }
        }
    }

    private void swap(List<Node> items) {
        Set<String> used = new LinkedHashSet<>();
        for (Node item : items) {
            Map<String, Node> keys =
                    yaml.section(item, List.of("device", "file", "size", "disk", "priority", "discard"));
            Node priorityNode = keys.get("priority");
            Integer priority = priorityNode == null
                    ? Integer.valueOf(SwapDevices.DEFAULT_PRIORITY)
                    : yaml.scalar(priorityNode, "0 to 32767", word -> Quantities.integer(word, 0, 32767));
            Map<String, SwapDiscard> discards = new LinkedHashMap<>();
            for (SwapDiscard kind : SwapDiscard.values()) {
                discards.put(kind.key(), kind);
            }
            Node discardNode = keys.get("discard");
            SwapDiscard discard = discardNode == null ? SwapDiscard.NONE : yaml.choice(discardNode, discards);
            Node fileNode = keys.get("file");
            Node at = fileNode == null ? required(item, keys, "device", "a device such as /dev/vda") : fileNode;
            String area = at == null ? null : fileNode == null ? swapDevice(at, used) : swapFile(at, keys, used);
            if (at != null && area != null && priority != null && discard != null) {
                setup.add(new Setup(Yaml.line(at), Yaml.column(at), new Step.SwapOn(area, priority, discard)));
            }
        }
    }

    private @Nullable String swapDevice(Node node, Set<String> used) {
        return yaml.scalar(node, "a device such as /dev/vda", word -> {
            if (!devices.contains(word.text())) {
                String known =
                        devices.isEmpty() ? "a device from disks or zram" : "one of " + String.join(", ", devices);
                throw BadText.found(word, known);
            }
            return once(word, used);
        });
    }

    private static String once(Word word, Set<String> used) throws BadText {
        if (!used.add(word.text())) {
            throw new BadText(0, "found " + word.text() + " again, expected each device once");
        }
        return word.text();
    }

    /** A file, which is made first; its path, or null after an error. */
    private @Nullable String swapFile(Node node, Map<String, Node> keys, Set<String> used) {
        Node device = keys.get("device");
        if (device != null) {
            yaml.error(device, "found a device, too, expected either device or file");
        }
        Node sizeNode = required(node, keys, "size", Quantities.SIZE);
        Node diskNode = required(node, keys, "disk", "the name of the disk that its file system is on");
        Long bytes = sizeNode == null ? null : yaml.scalar(sizeNode, Quantities.SIZE, word -> atLeast(word, 8192));
        String disk = diskNode == null
                ? null
                : yaml.scalar(diskNode, "the name of a disk", word -> {
                    if (disks.stream().noneMatch(known -> known.name().equals(word.text()))) {
                        throw BadText.found(word, "one of disks");
                    }
                    return word.text();
                });
        String path = yaml.scalar(node, "the path of a file such as /swapfile", word -> {
            if (!word.text().startsWith("/") || word.text().startsWith("/dev/")) {
                throw BadText.found(word, "the path of a file such as /swapfile");
            }
            return once(word, used);
        });
        if (bytes == null || disk == null || path == null) {
            return null;
        }
        Step step = new Step.MakeSwapFile(path, bytes, disk);
        setup.add(new Setup(Yaml.line(node), Yaml.column(node), step));
        return path;
    }
}
