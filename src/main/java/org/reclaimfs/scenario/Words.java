package org.reclaimfs.scenario;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a line word by word; words are parted by blanks. */
final class Words {
    private final String line;
    private int at;

    Words(String line) {
        this.line = line;
        skipBlanks();
    }

    private static boolean blank(char c) {
        return c == ' ' || c == '\t';
    }

    private void skipBlanks() {
        while (at < line.length() && blank(line.charAt(at))) {
            at++;
        }
    }

    boolean more() {
        return at < line.length();
    }

    int offset() {
        return at;
    }

    /** The next word, which must be there. */
    Word next(String expected) throws BadText {
        if (!more()) {
            throw new BadText(line.length(), "the step ends here, expected " + expected);
        }
        int from = at;
        while (at < line.length() && !blank(line.charAt(at))) {
            at++;
        }
        Word word = new Word(line.substring(from, at), from);
        skipBlanks();
        return word;
    }

    /** All that is left, without blanks at the end. */
    Word rest() {
        int from = at;
        at = line.length();
        int to = line.length();
        while (to > from && blank(line.charAt(to - 1))) {
            to--;
        }
        return new Word(line.substring(from, to), from);
    }

    void end() throws BadText {
        if (more()) {
            throw BadText.found(next(""), "the end of the step");
        }
    }

    /** The rest of the line as KEY=VALUE, each key at most once; {@code flag} may stand alone. */
    Map<String, Word> options(List<String> keys, @Nullable String flag) throws BadText {
        Map<String, Word> found = new HashMap<>();
        while (more()) {
            Word word = next("");
            int equals = word.text().indexOf('=');
            String key = equals < 0 ? word.text() : word.text().substring(0, equals);
            boolean known = equals < 0 ? key.equals(flag) : keys.contains(key);
            if (!known) {
                String expected = keys.isEmpty() ? "the end of the step" : String.join("=, ", keys) + "=";
                throw BadText.found(word, expected + (flag == null ? "" : " or " + flag));
            }
            Word value = equals < 0 ? word : word.from(equals + 1);
            if (equals >= 0 && value.text().isEmpty()) {
                throw new BadText(value.offset(), "found nothing, expected a value of " + key);
            }
            if (found.put(key, value) != null) {
                throw new BadText(word.offset(), "found '" + key + "' twice, expected it once");
            }
        }
        return found;
    }
}
