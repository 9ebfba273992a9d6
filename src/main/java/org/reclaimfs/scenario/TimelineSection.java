package org.reclaimfs.scenario;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/** The keys {@code timeline} and {@code end}. */
final class TimelineSection {
    private final Yaml yaml;
    private final List<Timeline.Entry> entries = new ArrayList<>();
    private long lastNs;
    private long endNs;

    TimelineSection(Yaml yaml) {
        this.yaml = yaml;
    }

    List<Timeline.Entry> entries() {
        return entries;
    }

    long endNs() {
        return endNs;
    }

    void read(@Nullable Node timeline, @Nullable Node end) {
        Long given = end == null ? null : yaml.scalar(end, Quantities.DURATION, Quantities::durationNs);
        endNs = given == null ? Long.MAX_VALUE : given;
        if (timeline != null) {
            for (Node item : yaml.items(timeline, "a list such as [0s: pause]")) {
                entry(item);
            }
        }
        if (end == null) {
            endNs = lastNs + Scenario.DEFAULT_TAIL_NS;
        }
    }

    private void entry(Node item) {
        List<Yaml.Pair> pairs = yaml.pairs(item, "TIME: STEP");
        if (pairs.size() > 1) {
            yaml.error(pairs.get(1).key(), "found a second step, expected one TIME: STEP in each item");
        }
        for (Yaml.Pair pair : pairs.subList(0, Math.min(1, pairs.size()))) {
            Long atNs = yaml.scalar(pair.key(), Quantities.DURATION, this::time);
            Step step = yaml.scalar(pair.value(), "a step", word -> StepParser.parse(word.text()));
            if (atNs != null && step != null) {
                String text = String.valueOf(yaml.text(pair.value(), "a step"));
                entries.add(new Timeline.Entry(atNs, step, text, Yaml.line(pair.value())));
            }
        }
    }

    private long time(Word word) throws BadText {
        long atNs = Quantities.durationNs(word);
        if (atNs < lastNs) {
            throw BadText.found(word, "a time not before the step above");
        }
        if (atNs > endNs) {
            throw BadText.found(word, "a time not after end");
        }
        lastNs = atNs;
        return atNs;
    }
}
