package org.reclaimfs.units;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One directory of unit files and drop-in directories, such as /etc/systemd/system, as it was when it was read. */
final class UnitDirectory {
    private static final String DROP_INS = ".d";

    private final Map<String, UnitFile> units = new TreeMap<>();
    private final Map<String, SortedMap<String, UnitFile>> dropIns = new TreeMap<>();

    /**
     * Reads a directory; one that is not there has no files.
     *
     * @param remarks told of settings that are ignored, with file and line
     */
    static UnitDirectory read(Path dir, Consumer<String> remarks) throws IOException {
        UnitDirectory directory = new UnitDirectory();
        for (Path entry : list(dir)) {
            String name = String.valueOf(entry.getFileName());
            String unit = name.endsWith(DROP_INS) ? name.substring(0, name.length() - DROP_INS.length()) : name;
            UnitName.Type type = type(unit);
            if (type == null) {
                continue;
            }
            if (!unit.equals(name) && Files.isDirectory(entry)) {
                SortedMap<String, UnitFile> files = new TreeMap<>();
                for (Path file : list(entry)) {
                    if (file.toString().endsWith(".conf")) {
                        files.put(String.valueOf(file.getFileName()), read(file, type, remarks));
                    }
                }
                directory.dropIns.put(name, files);
            } else if (unit.equals(name) && UnitName.parse(name) != null) {
                directory.units.put(name, read(entry, type, remarks));
            }
        }
        return directory;
    }

    private static List<Path> list(Path dir) throws IOException {
        if (!Files.isDirectory(dir)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(dir)) {
            return entries.sorted().toList();
        }
    }

    /** What a name, or the name of a drop-in directory, is about; null if about nothing that has a cgroup. */
    private static UnitName.@Nullable Type type(String name) {
        for (UnitName.Type type : UnitName.Type.values()) {
            if (("." + name).endsWith(type.suffix())) {
                return type;
            }
        }
        return null;
    }

    private static UnitFile read(Path file, UnitName.Type type, Consumer<String> remarks) throws IOException {
        // A link to /dev/null is the usual mask; one that leads nowhere says nothing either.
        if (!Files.isRegularFile(file)) {
            return new UnitFile(true, List.of());
        }
        try {
            return UnitFile.parse(
                    Files.readString(file),
                    type.section,
                    (line, reason) -> remarks.accept(file + ":" + line + ": " + reason));
        } catch (CharacterCodingException e) {
            remarks.accept(file + " is not UTF-8 text: ignored");
            return new UnitFile(false, List.of());
        }
    }

    @Nullable
    UnitFile unit(UnitName name) {
        return units.get(name.text());
    }

    SortedMap<String, UnitFile> dropIns(String directory) {
        return dropIns.getOrDefault(directory, new TreeMap<>());
    }

    /** Units that are named here; no templates, and no patterns of several names. */
    Set<UnitName> names() {
        Set<UnitName> names = new TreeSet<>();
        Stream<String> dropInUnits =
                dropIns.keySet().stream().map(name -> name.substring(0, name.length() - DROP_INS.length()));
        Stream.concat(units.keySet().stream(), dropInUnits).forEach(text -> {
            UnitName name = UnitName.parse(text);
            if (name != null
                    && !name.isTemplate()
                    && (name.equals(UnitName.ROOT_SLICE) || !name.prefix().endsWith("-"))) {
                names.add(name);
            }
        });
        return names;
    }
}
