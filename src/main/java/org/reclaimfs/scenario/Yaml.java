package org.reclaimfs.scenario;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Reads YAML nodes as what they should be, and notes at their places what they are not. */
final class Yaml {
    /** A key with its value. */
    record Pair(ScalarNode key, Node value) {}

    /** Reads a piece of text; see {@link #scalar}. */
    interface Reader<T> {
        T read(Word word) throws BadText;
    }

    private final List<Problem> problems = new ArrayList<>();

    List<Problem> problems() {
        return problems;
    }

    /** The document's root, or null if it is empty or no YAML. */
    @Nullable
    Node compose(String text) {
        try {
            LoadSettings settings = LoadSettings.builder().setUseMarks(true).build();
            return new Compose(settings).composeString(text).orElse(null);
        } catch (MarkedYamlEngineException e) {
            Mark mark = e.getProblemMark().or(e::getContextMark).orElse(null);
            int line = mark == null ? 1 : mark.getLine() + 1;
            problems.add(new Problem(line, mark == null ? 1 : mark.getColumn() + 1, "not YAML: " + e.getProblem()));
        } catch (YamlEngineException e) {
            problems.add(new Problem(1, 1, "not YAML: " + e.getMessage()));
        } catch (StackOverflowError e) {
            // The composer calls itself for each level, and a file may have a million of them.
            problems.add(new Problem(1, 1, "found lists or maps in each other without end, expected a few levels"));
        }
        return null;
    }

    static int line(Node node) {
        return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
    }

    static int column(Node node) {
        return node.getStartMark().map(mark -> mark.getColumn() + 1).orElse(1);
    }

    void error(Node at, String message) {
        problems.add(new Problem(line(at), column(at), message));
    }

    /** Whether a key has no value, as when all of it is commented out. */
    static boolean empty(Node node) {
        return node instanceof ScalarNode scalar
                && scalar.isPlain()
                && scalar.getValue().isEmpty();
    }

    private static String kind(Node node) {
        if (node instanceof ScalarNode scalar) {
            return empty(node) ? "nothing" : "'" + scalar.getValue() + "'";
        }
        return node instanceof MappingNode ? "a map" : "a list";
    }

    void wrong(Node at, String expected) {
        error(at, "found " + kind(at) + ", expected " + expected);
    }

    /** The pairs of a map, without those whose key is wrong or there twice. */
    List<Pair> pairs(Node node, String expected) {
        if (!(node instanceof MappingNode map)) {
            wrong(node, expected);
            return List.of();
        }
        Map<String, Pair> pairs = new LinkedHashMap<>();
        for (NodeTuple tuple : map.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                wrong(tuple.getKeyNode(), "a key");
                continue;
            }
            Pair first = pairs.putIfAbsent(key.getValue(), new Pair(key, tuple.getValueNode()));
            if (first != null) {
                error(
                        key,
                        "found the key '" + key.getValue() + "' again, expected it once (first in line "
                                + line(first.key()) + ")");
            }
        }
        return List.copyOf(pairs.values());
    }

    /** A map with these keys only. */
    Map<String, Node> section(Node node, List<String> keys) {
        Map<String, Node> values = new LinkedHashMap<>();
        for (Pair pair : pairs(node, "a map of " + String.join(", ", keys))) {
            if (keys.contains(pair.key().getValue())) {
                values.put(pair.key().getValue(), pair.value());
            } else {
                error(
                        pair.key(),
                        "found the key '" + pair.key().getValue() + "', expected one of " + String.join(", ", keys));
            }
        }
        return values;
    }

    List<Node> items(Node node, String expected) {
        if (node instanceof SequenceNode list) {
            return list.getValue();
        }
        wrong(node, expected);
        return List.of();
    }

    /** The text of a scalar, or null after noting that there is none. */
    @Nullable
    String text(Node node, String expected) {
        if (node instanceof ScalarNode scalar && !empty(node)) {
            return scalar.getValue();
        }
        wrong(node, expected);
        return null;
    }

    /** A scalar as {@code reader} reads it, or null after noting what is wrong, at its place in the text. */
    <T> @Nullable T scalar(Node node, String expected, Reader<T> reader) {
        String text = text(node, expected);
        if (text == null) {
            return null;
        }
        try {
            return reader.read(new Word(text, 0));
        } catch (BadText e) {
            Optional<Mark> mark = node.getStartMark();
            boolean plain = node instanceof ScalarNode scalar && scalar.isPlain();
            boolean quoted = node instanceof ScalarNode scalar
                    && (scalar.getScalarStyle() == ScalarStyle.DOUBLE_QUOTED
                            || scalar.getScalarStyle() == ScalarStyle.SINGLE_QUOTED);
            int inside = plain ? e.offset() : quoted ? e.offset() + 1 : 0;
            int column = mark.map(Mark::getColumn).orElse(0) + 1 + inside;
            problems.add(new Problem(line(node), column, String.valueOf(e.getMessage())));
            return null;
        }
    }

    /** One of a few words. */
    <T> @Nullable T choice(Node node, Map<String, T> choices) {
        String expected = String.join(", ", choices.keySet());
        return scalar(node, expected, word -> {
            T value = choices.get(word.text());
            if (value == null) {
                throw BadText.found(word, choices.size() == 1 ? expected : "one of " + expected);
            }
            return value;
        });
    }
}
