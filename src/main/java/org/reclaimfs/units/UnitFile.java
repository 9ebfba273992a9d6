package org.reclaimfs.units;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One unit file or drop-in (man systemd.syntax): sections, {@code KEY=VALUE}, comments, lines that a backslash continues.
 *
 * @param masked it is empty, which switches a unit off
 */
record UnitFile(boolean masked, List<Assignment> assignments) {
    /** One setting; an empty value takes back what was said before. */
    record Assignment(Directive directive, String value) {}

    /**
     * Reads a file's text.
     *
     * @param section the one that belongs to the unit's type
     * @param remarks told of settings that systemd, too, would ignore: line and reason
     */
    static UnitFile parse(String text, String section, BiConsumer<Integer, String> remarks) {
        List<Assignment> assignments = new ArrayList<>();
        String at = "";
        int number = 0;
        int first = 0;
        StringBuilder whole = new StringBuilder();
        for (String line : (text + "\n").split("\n", -1)) {
            number++;
            if (whole.isEmpty()) {
                first = number;
            }
            String stripped = line.strip();
            if (stripped.startsWith("#") || stripped.startsWith(";")) {
                continue;
            }
            if (stripped.endsWith("\\")) {
                whole.append(stripped, 0, stripped.length() - 1).append(' ');
                continue;
            }
            String statement = whole.append(stripped).toString().strip();
            whole.setLength(0);
            if (statement.startsWith("[") && statement.endsWith("]")) {
                at = statement.substring(1, statement.length() - 1);
                continue;
            }
            int line0 = first;
            Assignment assignment =
                    assignment(statement, at.equals(section), section, why -> remarks.accept(line0, why));
            if (assignment != null) {
                assignments.add(assignment);
            }
        }
        return new UnitFile(text.isEmpty(), assignments);
    }

    private interface Remark {
        void because(String reason);
    }

    private static @Nullable Assignment assignment(String statement, boolean here, String section, Remark remark) {
        int equals = statement.indexOf('=');
        Directive directive =
                equals < 0 ? null : Directive.of(statement.substring(0, equals).strip());
        if (directive == null) {
            return null;
        }
        if (!here) {
            remark.because(directive.key() + "= belongs in [" + section + "]: ignored");
            return null;
        }
        String value = statement.substring(equals + 1).strip();
        try {
            UnitSettings.NONE.with(directive, value);
            return new Assignment(directive, value);
        } catch (BadValue e) {
            remark.because(directive.key() + "=: " + e.getMessage() + ": ignored");
            return null;
        }
    }

    UnitSettings over(UnitSettings settings) {
        UnitSettings result = settings;
        for (Assignment assignment : assignments) {
            try {
                result = result.with(assignment.directive(), assignment.value());
            } catch (BadValue e) {
                throw new IllegalStateException("a value that was not checked", e);
            }
        }
        return result;
    }
}
