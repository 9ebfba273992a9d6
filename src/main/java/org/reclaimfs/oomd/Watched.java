package org.reclaimfs.oomd;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;

/** What one service manager has told systemd-oomd to watch. Thread safe by its own monitor. */
final class Watched {
    private record Key(String path, ManagedOom.Property property) {}

    private final Map<Key, ManagedOom> kills = new LinkedHashMap<>(); // GUARDED_BY(this)
    private final IntSupplier version;

    /** @param version of systemd-oomd */
    Watched(IntSupplier version) {
        this.version = version;
    }

    /** Takes news over; returns those that change something. */
    synchronized List<ManagedOom> news(Collection<ManagedOom> entries) {
        List<ManagedOom> changes = new ArrayList<>();
        for (ManagedOom entry : entries) {
            Key key = new Key(entry.path(), entry.property());
            ManagedOom before = entry.kill() ? kills.put(key, entry) : kills.remove(key);
            if (!entry.equals(before) && (entry.kill() || before != null)) {
                changes.add(entry);
            }
        }
        return changes;
    }

    synchronized boolean isEmpty() {
        return kills.isEmpty();
    }

    /** The parameters of a message about all that is to be watched now. */
    synchronized String all() {
        return parameters(kills.values());
    }

    String parameters(Collection<ManagedOom> entries) {
        return entries.stream()
                .map(entry -> entry.json(version.getAsInt()))
                .collect(Collectors.joining(",", "{\"cgroups\":[", "]}"));
    }
}
