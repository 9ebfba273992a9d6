package org.reclaimfs.procfs;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.Caller;

/** Captured directories, as sections {@code == PATH MODE} with the text below, and how to compare texts. */
public final class Capture {
    private static final Pattern SECTION = Pattern.compile("== (/\\S+) (\\d+)");
    private static final Pattern NUMBER = Pattern.compile("\\d+");
    private static final Pattern COLUMN = Pattern.compile(" *\\d+");

    /** A captured file. */
    public record Section(String mode, String text) {
        /** What {@code cat} printed, unless it could not. */
        public boolean readable() {
            return !text.startsWith("cat: ") && !text.startsWith("(write-only)");
        }
    }

    private Capture() {}

    /** The files of a fixture, those whose path is wanted. */
    public static Map<String, Section> sections(String fixture, Predicate<String> wanted) {
        Map<String, Section> sections = new LinkedHashMap<>();
        String path = "";
        String mode = "";
        StringBuilder text = new StringBuilder();
        for (String line : (Guest.text(fixture) + "== /end 0").split("(?<=\n)")) {
            Matcher header = SECTION.matcher(line.strip());
            if (header.matches()) {
                if (wanted.test(path)) {
                    sections.put(path, new Section(mode, text.toString()));
                }
                path = header.group(1);
                mode = header.group(2);
                text.setLength(0);
            } else {
                text.append(line);
            }
        }
        return sections;
    }

    /** Mode and text of the same file here, by the capture's spelling. */
    public static Section here(Guest guest, String path, boolean readable) throws ErrnoException {
        String mode = Integer.toOctalString(
                guest.fs.getattr(real(guest, path), Caller.ROOT).mode() & 07777);
        return new Section(mode, readable ? guest.read(path) : "");
    }

    private static String real(Guest guest, String path) throws ErrnoException {
        int slash = path.lastIndexOf('/');
        return guest.fs.resolve(path.substring(0, slash)) instanceof org.reclaimfs.kernfs.Dir dir
                ? dir.path() + path.substring(slash)
                : path;
    }

    /** Numbers replaced, what stands around them kept. */
    public static String masked(String text) {
        return NUMBER.matcher(text).replaceAll("#");
    }

    /** Right-aligned numbers replaced with their blanks, so that columns must end in the same place. */
    public static String columns(String text) {
        return COLUMN.matcher(text).replaceAll(m -> "#".repeat(m.group().length()));
    }
}
