package org.reclaimfs.units;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The name of a unit that has a cgroup: {@code web.service}, {@code user@1000.service}, {@code a-b.slice} (man systemd.unit). */
public record UnitName(String text) implements Comparable<UnitName> {
    /** What a unit is; the name of its section in a unit file. */
    enum Type {
        SLICE("Slice"),
        SERVICE("Service"),
        SCOPE("Scope");

        final String section;

        Type(String section) {
            this.section = section;
        }

        String suffix() {
            return "." + name().toLowerCase(Locale.ROOT);
        }
    }

    static final UnitName ROOT_SLICE = new UnitName("-.slice");
    private static final int MAX_LENGTH = 255;
    private static final Pattern FORM = Pattern.compile("[\\w:.\\\\-]+(@[\\w:.\\\\-]*)?\\.(slice|service|scope)");
    /** Each part of a slice's name is a slice itself. */
    private static final Pattern SLICE = Pattern.compile("-|[^-@]+(-[^-@]+)*");

    /** The unit of this name; null if there can be none, or none that has a cgroup. */
    public static @Nullable UnitName parse(String text) {
        if (text.length() > MAX_LENGTH || !FORM.matcher(text).matches()) {
            return null;
        }
        UnitName name = new UnitName(text);
        return name.type() != Type.SLICE || SLICE.matcher(name.stem()).matches() ? name : null;
    }

    Type type() {
        for (Type type : Type.values()) {
            if (text.endsWith(type.suffix())) {
                return type;
            }
        }
        throw new IllegalStateException(text);
    }

    public boolean isSlice() {
        return type() == Type.SLICE;
    }

    private String stem() {
        return text.substring(0, text.length() - type().suffix().length());
    }

    /** What stands before the @, or before the suffix. */
    String prefix() {
        String stem = stem();
        int at = stem.indexOf('@');
        return at < 0 ? stem : stem.substring(0, at);
    }

    /** What stands after the @; empty for a template, null without @. */
    @Nullable
    String instance() {
        int at = stem().indexOf('@');
        return at < 0 ? null : stem().substring(at + 1);
    }

    /** Whether it is only a pattern for units, such as {@code user@.service}. */
    public boolean isTemplate() {
        return "".equals(instance());
    }

    /** The template this is an instance of, or null. */
    @Nullable
    UnitName template() {
        String instance = instance();
        return instance == null || instance.isEmpty() ? null : with(prefix(), "@");
    }

    private UnitName with(String prefix, String rest) {
        return new UnitName(prefix + rest + type().suffix());
    }

    /**
     * The directories of its drop-ins, those that override first: its own, its template's, those of {@code a-.service} for
     * {@code a-b.service}, and the one for all units of its type.
     */
    List<String> dropInDirectories() {
        List<String> names = new ArrayList<>();
        UnitName template = template();
        String instance = instance();
        String prefix = prefix();
        names.add(text);
        if (template != null) {
            names.add(template.text);
        }
        int dash = prefix.lastIndexOf('-');
        while (dash > 0) {
            String shorter = prefix.substring(0, dash + 1);
            names.add(with(shorter, instance == null ? "" : "@" + instance).text);
            if (template != null) {
                names.add(with(shorter, "@").text);
            }
            dash = prefix.lastIndexOf('-', dash - 1);
        }
        names.add(type().suffix().substring(1));
        return names.stream().map(name -> name + ".d").toList();
    }

    /** The cgroup of a slice, "" for the root slice: {@code a-b.slice} is {@code /a.slice/a-b.slice}. */
    String slicePath() {
        if (equals(ROOT_SLICE)) {
            return "";
        }
        StringBuilder path = new StringBuilder();
        String stem = stem();
        for (int dash = stem.indexOf('-'); dash >= 0; dash = stem.indexOf('-', dash + 1)) {
            path.append('/').append(stem, 0, dash).append(".slice");
        }
        return path.append('/').append(text).toString();
    }

    /** The slice it is in if nothing else is said. */
    UnitName defaultSlice(boolean user) {
        if (type() == Type.SCOPE && text.equals("init.scope")) {
            return ROOT_SLICE;
        }
        String instance = instance();
        if (instance != null && prefix().equals("user") && !user) {
            return new UnitName("user-" + instance + ".slice");
        }
        // A dash in the template's own name would be read as a level.
        String template = prefix().replace("-", "\\x2d");
        if (user) {
            return new UnitName(instance == null ? "app.slice" : "app-" + template + ".slice");
        }
        return new UnitName(instance == null ? "system.slice" : "system-" + template + ".slice");
    }

    /** A text with its specifiers replaced: %n, %p, %i and %j. */
    String expand(String pattern) {
        String prefix = prefix();
        String instance = instance();
        return pattern.replace("%n", text)
                .replace("%p", prefix)
                .replace("%i", instance == null ? "" : instance)
                .replace("%j", prefix.substring(prefix.lastIndexOf('-') + 1));
    }

    @Override
    public int compareTo(UnitName other) {
        return text.compareTo(other.text);
    }

    @Override
    public String toString() {
        return text;
    }
}
