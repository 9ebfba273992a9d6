package org.reclaimfs.units;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The settings of one unit; each value has been checked. */
public final class UnitSettings {
    static final UnitSettings NONE = new UnitSettings(new EnumMap<>(Directive.class));

    private static final String KILL = "kill";

    private final Map<Directive, String> values;

    private UnitSettings(Map<Directive, String> values) {
        this.values = values;
    }

    /** No settings, for a unit that is only named. */
    public static UnitSettings none() {
        return NONE;
    }

    /** The same with one more setting; an empty value takes a setting back. */
    public UnitSettings with(Directive directive, String value) throws BadValue {
        if (!value.isEmpty()) {
            directive.check(value);
        }
        Map<Directive, String> more = new EnumMap<>(Directive.class);
        more.putAll(values);
        if (value.isEmpty()) {
            more.remove(directive);
        } else {
            more.put(directive, value);
        }
        return new UnitSettings(more);
    }

    /** These, and of others what is not said here. */
    UnitSettings over(UnitSettings others) {
        Map<Directive, String> all = new EnumMap<>(Directive.class);
        all.putAll(others.values);
        all.putAll(values);
        return new UnitSettings(all);
    }

    /** Slice=, or null. */
    @Nullable
    String slice() {
        return values.get(Directive.SLICE);
    }

    /** What to write to the cgroup's files. */
    Map<String, String> files(long totalBytes) {
        Map<String, String> files = new LinkedHashMap<>();
        values.forEach((directive, value) -> {
            String file = directive.file();
            if (file != null) {
                long bytes = checked(() -> Values.bytes(value, totalBytes));
                files.put(file, bytes == Values.INFINITY ? "max" : Long.toString(bytes));
            }
        });
        if (KILL.equals(values.get(Directive.OOM_POLICY))) {
            files.put("memory.oom.group", "1");
        }
        return files;
    }

    /** The extended attribute that systemd gives the cgroup for ManagedOOMPreference=, or null. */
    @Nullable
    String preferenceAttribute() {
        String preference = values.getOrDefault(Directive.MANAGED_OOM_PREFERENCE, "none");
        return preference.equals("none") ? null : "user.oomd_" + preference;
    }

    /** ManagedOOMSwap=kill. */
    public boolean killsForSwap() {
        return KILL.equals(values.get(Directive.MANAGED_OOM_SWAP));
    }

    /** ManagedOOMMemoryPressure=kill. */
    public boolean killsForPressure() {
        return KILL.equals(values.get(Directive.MANAGED_OOM_MEMORY_PRESSURE));
    }

    /** ManagedOOMMemoryPressureLimit= in parts of 2^32 − 1; 0 for systemd-oomd's default. */
    public long pressureLimit() {
        String limit = values.get(Directive.MANAGED_OOM_MEMORY_PRESSURE_LIMIT);
        return limit == null ? 0 : Values.uint32Scale(checked(() -> Values.permyriad(limit)));
    }

    /** ManagedOOMMemoryPressureDurationSec= in µs; 0 for systemd-oomd's default. */
    public long pressureDurationUs() {
        String span = values.get(Directive.MANAGED_OOM_MEMORY_PRESSURE_DURATION_SEC);
        long us = span == null ? 0 : checked(() -> Values.spanUs(span));
        return us == Values.INFINITY ? 0 : us;
    }

    private interface Read {
        long value() throws BadValue;
    }

    private static long checked(Read read) {
        try {
            return read.value();
        } catch (BadValue e) {
            throw new IllegalStateException("a value that was not checked", e);
        }
    }
}
