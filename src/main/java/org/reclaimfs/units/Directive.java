package org.reclaimfs.units;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The settings of a unit that matter here (man systemd.resource-control, systemd.service). */
public enum Directive {
    SLICE("Slice", Directive::slice),
    MEMORY_MIN("MemoryMin", Directive::memory, "memory.min"),
    MEMORY_LOW("MemoryLow", Directive::memory, "memory.low"),
    MEMORY_HIGH("MemoryHigh", Directive::memory, "memory.high"),
    MEMORY_MAX("MemoryMax", Directive::memory, "memory.max"),
    MEMORY_SWAP_MAX("MemorySwapMax", Directive::memory, "memory.swap.max"),
    MEMORY_ZSWAP_MAX("MemoryZSwapMax", Directive::memory, "memory.zswap.max"),
    /** {@code kill} is memory.oom.group. */
    OOM_POLICY("OOMPolicy", value -> oneOf(value, List.of("continue", "stop", "kill"))),
    MANAGED_OOM_SWAP("ManagedOOMSwap", value -> oneOf(value, List.of("auto", "kill"))),
    MANAGED_OOM_MEMORY_PRESSURE("ManagedOOMMemoryPressure", value -> oneOf(value, List.of("auto", "kill"))),
    MANAGED_OOM_MEMORY_PRESSURE_LIMIT("ManagedOOMMemoryPressureLimit", Values::permyriad),
    MANAGED_OOM_MEMORY_PRESSURE_DURATION_SEC("ManagedOOMMemoryPressureDurationSec", Directive::duration),
    MANAGED_OOM_PREFERENCE("ManagedOOMPreference", value -> oneOf(value, List.of("none", "avoid", "omit")));

    private interface Check {
        void of(String value) throws BadValue;
    }

    private static final long MIN_DURATION_US = 1_000_000;

    private final String key;
    private final Check check;
    private final @Nullable String file;

    Directive(String key, Check check) {
        this(key, check, null);
    }

    Directive(String key, Check check, @Nullable String file) {
        this.key = key;
        this.check = check;
        this.file = file;
    }

    /** As a unit file has it. */
    public String key() {
        return key;
    }

    /** The cgroup's file it is a limit in, or null. */
    @Nullable
    String file() {
        return file;
    }

    /** The setting of this name, or null if it does not matter here. */
    public static @Nullable Directive of(String key) {
        for (Directive directive : values()) {
            if (directive.key.equals(key)) {
                return directive;
            }
        }
        return null;
    }

    void check(String value) throws BadValue {
        check.of(value);
    }

    private static void oneOf(String value, List<String> choices) throws BadValue {
        if (!choices.contains(value)) {
            throw new BadValue(value, "one of " + String.join(", ", choices));
        }
    }

    private static void memory(String value) throws BadValue {
        Values.bytes(value, 1);
    }

    private static void duration(String value) throws BadValue {
        long us = Values.spanUs(value);
        if (us != Values.INFINITY && us < MIN_DURATION_US) {
            throw new BadValue(value, "a time span of at least 1s");
        }
    }

    private static void slice(String value) throws BadValue {
        // Specifiers are replaced when the unit is known.
        UnitName name = UnitName.parse(value.replaceAll("%[nijp]", "x"));
        if (name == null || !name.isSlice()) {
            throw new BadValue(value, "a slice such as system.slice");
        }
    }
}
