package org.reclaimfs.lab;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.machine.MachineConfig;
import org.reclaimfs.machine.Patch;
import org.reclaimfs.mm.Costs;

/**
 * One column of a comparison: what differs from the scenario.
 *
 * @param name as it was written
 * @param machine with the column's patches, CPUs, costs, seed and kernel
 * @param sysctls set before the first step
 * @param killer in user space, or null
 */
public record Column(String name, MachineConfig machine, List<Sysctl> sysctls, PsiKiller.@Nullable Rule killer) {
    /** What a comparison shows when nothing else is asked for. */
    public static final List<String> EVERY_POLICY = List.of(
            "stock",
            "ram_backed_swap",
            "reclaim_progress",
            "net_progress",
            "scaled_anon",
            "efficiency_gate",
            "killer=60%:20s");

    private static final String GRAMMAR = "stock, killer=PERCENT:DURATION, vm.NAME=VALUE, cpus=N, seed=N, version=V,"
            + " kswapd_failures=N, costs.NAME=NS, or NAME[=0|1] with one of ";
    private static final Map<String, Boolean> SWAP_TABLES = Map.of("7.2", true, "6.12", false);
    private static final int MAX_CPUS = 4096;
    private static final long MAX_COST_NS = 1_000_000_000;

    /** A setting of /proc/sys, with the dots of sysctl(8). */
    public record Sysctl(String name, String value) {
        String path() {
            return "/proc/sys/" + name.replace('.', '/');
        }
    }

    /**
     * Reads "NAME[,NAME…]": words joined by commas, each a patch or a setting. Patches that decide retries are off unless
     * named, whatever the scenario says; others are as in the scenario.
     */
    public static Column parse(String text, MachineConfig scenario) throws ColumnException {
        Set<Patch> patches = EnumSet.noneOf(Patch.class);
        scenario.patches().stream().filter(patch -> !patch.decidesRetries()).forEach(patches::add);
        List<Sysctl> sysctls = new ArrayList<>();
        MachineConfig machine = scenario;
        PsiKiller.Rule killer = null;
        for (String word : text.split(",", -1)) {
            int equals = word.indexOf('=');
            String name = equals < 0 ? word : word.substring(0, equals);
            String value = equals < 0 ? "" : word.substring(equals + 1);
            if (name.equals("killer")) {
                killer = PsiKiller.Rule.parse(value);
            } else if (name.startsWith("vm.") && !value.isEmpty()) {
                sysctls.add(new Sysctl(name, value));
            } else if (Set.of("cpus", "seed", "version", "kswapd_failures").contains(name)
                    || name.startsWith("costs.")) {
                machine = with(machine, name, value);
            } else if (!word.equals("stock")) {
                patch(word, name, value, patches);
            }
        }
        return new Column(text, machine.with(machine.seed(), patches), List.copyOf(sysctls), killer);
    }

    private static void patch(String word, String name, String value, Set<Patch> patches) throws ColumnException {
        for (Patch patch : Patch.values()) {
            if (patch.key().equals(name) && (word.equals(name) || value.equals("1"))) {
                patches.add(patch);
                return;
            } else if (patch.key().equals(name) && value.equals("0")) {
                patches.remove(patch);
                return;
            }
        }
        String names = Stream.of(Patch.values()).map(Patch::key).collect(Collectors.joining(", "));
        throw new ColumnException("found '" + word + "', expected " + GRAMMAR + names);
    }

    private static MachineConfig with(MachineConfig m, String name, String value) throws ColumnException {
        int cpus = name.equals("cpus") ? (int) number(name, value, 1, MAX_CPUS) : m.cpus();
        int failures =
                name.equals("kswapd_failures") ? (int) number(name, value, 1, Integer.MAX_VALUE) : m.kswapdFailures();
        long seed = name.equals("seed") ? number(name, value, Long.MIN_VALUE, Long.MAX_VALUE) : m.seed();
        Boolean tables = name.equals("version") ? SWAP_TABLES.get(value) : Boolean.valueOf(m.swapTables());
        if (tables == null) {
            throw new ColumnException("version: found '" + value + "', expected 7.2 or 6.12");
        }
        Costs costs = m.costs();
        if (name.startsWith("costs.")) {
            String cost = name.substring("costs.".length());
            if (!Costs.keys().contains(cost)) {
                throw new ColumnException("found '" + name + "', expected costs. and one of " + Costs.keys());
            }
            costs = costs.with(cost, number(name, value, 0, MAX_COST_NS));
        }
        return new MachineConfig(
                m.memoryBytes(),
                m.reservedBytes(),
                cpus,
                m.nodes(),
                m.hz(),
                tables,
                failures,
                seed,
                m.patches(),
                costs);
    }

    private static long number(String name, String text, long low, long high) throws ColumnException {
        try {
            long value = Long.parseLong(text);
            if (value >= low && value <= high) {
                return value;
            }
        } catch (NumberFormatException e) {
            // told below, with the numbers that are out of range
        }
        throw new ColumnException(name + ": found '" + text + "', expected a whole number"
                + (low == Long.MIN_VALUE ? "" : " from " + low + " to " + high));
    }
}
