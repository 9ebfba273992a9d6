package org.reclaimfs.units;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The units that one service manager knows: those of a scenario over those of directories. */
public final class UnitSet {
    /** None of the system. */
    public static final UnitSet NONE = new UnitSet(Manager.SYSTEM, Map.of(), List.of(), Set.of());

    /** None of any user. */
    public static final UnitSet NONE_OF_USERS = new UnitSet(Manager.USER, Map.of(), List.of(), Set.of());

    /** Whose units they are. */
    public enum Manager {
        /** Process 1. */
        SYSTEM,
        /** The manager of each user who is logged in, {@code user@UID.service}. */
        USER;

        private Path directory(Path dir) {
            boolean both = Files.isDirectory(dir.resolve("system")) || Files.isDirectory(dir.resolve("user"));
            return both || this == USER ? dir.resolve(this == SYSTEM ? "system" : "user") : dir;
        }
    }

    private final Manager manager;
    private final Map<UnitName, UnitSettings> own;
    private final List<UnitDirectory> directories;
    private final Set<String> remarks;

    private UnitSet(
            Manager manager, Map<UnitName, UnitSettings> own, List<UnitDirectory> directories, Set<String> remarks) {
        this.manager = manager;
        this.own = own;
        this.directories = directories;
        this.remarks = remarks;
    }

    /** UnitSet as a scenario gives them. */
    public static UnitSet of(Manager manager, Map<UnitName, UnitSettings> own) {
        if (own.isEmpty()) {
            return manager == Manager.SYSTEM ? NONE : NONE_OF_USERS;
        }
        return new UnitSet(manager, new TreeMap<>(own), List.of(), Set.of());
    }

    /**
     * The same with what directories say, which is weaker; of these the first is the strongest. A directory either has
     * unit files, or is like /etc/systemd: with {@code system} and {@code user} below it.
     */
    public UnitSet with(List<Path> dirs) throws IOException {
        List<UnitDirectory> read = new ArrayList<>();
        Set<String> heard = new LinkedHashSet<>();
        for (Path dir : dirs) {
            read.add(UnitDirectory.read(manager.directory(dir), heard::add));
        }
        return new UnitSet(manager, own, read, heard);
    }

    /** Settings that were ignored, with file, line and reason. */
    public Set<String> remarks() {
        return Collections.unmodifiableSet(remarks);
    }

    public boolean isEmpty() {
        return names().isEmpty() && directories.isEmpty() && own.isEmpty();
    }

    /** The units that somebody has named and nobody has masked; no templates. */
    public Set<UnitName> names() {
        Set<UnitName> names = new TreeSet<>();
        own.keySet().stream().filter(name -> !name.isTemplate()).forEach(names::add);
        directories.forEach(directory -> names.addAll(directory.names()));
        names.removeIf(name -> {
            UnitFile file = file(name);
            return file != null && file.masked();
        });
        return names;
    }

    /** What is said about a unit, by whatever speaks of its name, its template or its type. */
    public UnitSettings settings(UnitName name) {
        UnitFile file = file(name);
        UnitSettings settings = file == null ? UnitSettings.NONE : file.over(UnitSettings.NONE);
        for (UnitFile dropIn : dropIns(name).values()) {
            settings = dropIn.over(settings);
        }
        UnitName template = name.template();
        if (template != null && own.containsKey(template)) {
            settings = own.get(template).over(settings);
        }
        return own.getOrDefault(name, UnitSettings.NONE).over(settings);
    }

    private @Nullable UnitFile file(UnitName name) {
        for (UnitDirectory directory : directories) {
            if (directory.unit(name) != null) {
                return directory.unit(name);
            }
        }
        UnitName template = name.template();
        return template == null ? null : file(template);
    }

    /** Of files of the same name the first counts, in all directories; all that count are read in the order of names. */
    private SortedMap<String, UnitFile> dropIns(UnitName name) {
        SortedMap<String, UnitFile> files = new TreeMap<>();
        for (String dropIns : name.dropInDirectories()) {
            for (UnitDirectory directory : directories) {
                directory.dropIns(dropIns).forEach(files::putIfAbsent);
            }
        }
        return files;
    }

    /** Where the unit is below the manager's own cgroup: "" for the root slice, else with a slash before it. */
    public String cgroup(UnitName name) {
        if (name.isSlice()) {
            return name.slicePath();
        }
        String said = settings(name).slice();
        UnitName slice = said == null ? null : UnitName.parse(name.expand(said));
        UnitName in = slice == null ? name.defaultSlice(manager == Manager.USER) : slice;
        return in.slicePath() + "/" + name.text();
    }
}
