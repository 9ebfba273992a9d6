package org.reclaimfs.scenario;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.machine.BlockIo;
import org.reclaimfs.machine.TouchPattern;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Costs;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.swap.SwapDevices;
import org.reclaimfs.swap.SwapDiscard;

/** One line into a {@link Step}. The grammar is DESIGN section 3's. */
public final class StepParser {
    private static final String PATH = "a path from the root of the mount, such as /proc/swaps";
    private static final String TASK = "the name of a task";
    private static final String RATIO = "how many times smaller it compresses, 1 or more";
    private static final int SIGKILL = 9;
    /** What a small static tool writes: heap, stack, data. */
    private static final long CHILD_BYTES = 256L << 10;

    private static final long MAX_CHILD_BYTES = 1L << 30;
    private static final int MAX_PRIORITY = 32767;

    private interface Rule {
        Step parse(Words words) throws BadText;
    }

    private static final Map<String, Rule> RULES = new TreeMap<>(Map.ofEntries(
            Map.entry("task", StepParser::spawn),
            Map.entry("alloc", StepParser::alloc),
            Map.entry("touch", StepParser::touch),
            Map.entry("fork", StepParser::fork),
            Map.entry("mlock", words -> mlock(words, true)),
            Map.entry("munlock", words -> mlock(words, false)),
            Map.entry("madvise", StepParser::madvise),
            Map.entry("release", StepParser::release),
            Map.entry(
                    "exit", words -> last(words, new Step.Exit(words.next(TASK).text()))),
            Map.entry("kill", StepParser::kill),
            Map.entry("swapon", StepParser::swapon),
            Map.entry("swapoff", words -> last(words, new Step.SwapOff(area(words)))),
            Map.entry("swapfile", StepParser::swapfile),
            Map.entry("disk", StepParser::disk),
            Map.entry("io", StepParser::io),
            Map.entry("write", StepParser::write),
            Map.entry("expect", words -> new Step.Expect(Expectation.parse(words))),
            Map.entry("expect-errno", StepParser::expectErrno),
            Map.entry("advance", words -> last(words, new Step.Advance(duration(words)))),
            Map.entry("pause", words -> last(words, new Step.Pause())),
            Map.entry("resume", words -> last(words, new Step.Resume())),
            Map.entry("speed", words -> last(words, new Step.Speed(Quantities.factor(words.next("a factor")))))));

    private StepParser() {}

    /** @throws BadText with the offset in {@code line} and what was expected there */
    public static Step parse(String line) throws BadText {
        Words words = new Words(line);
        Word verb = words.next("a step: " + String.join(", ", RULES.keySet()));
        Rule rule = RULES.get(verb.text());
        if (rule == null) {
            throw BadText.found(verb, "one of " + String.join(", ", RULES.keySet()));
        }
        return rule.parse(words);
    }

    private static Step last(Words words, Step step) throws BadText {
        words.end();
        return step;
    }

    private static long duration(Words words) throws BadText {
        return Quantities.durationNs(words.next(Quantities.DURATION));
    }

    static Word path(Words words) throws BadText {
        Word path = words.next(PATH);
        if (!path.text().startsWith("/")) {
            throw BadText.found(path, PATH);
        }
        return path;
    }

    private static Word required(Words words, Map<String, Word> options, String key) throws BadText {
        Word value = options.get(key);
        if (value == null) {
            throw new BadText(words.offset(), "the step ends here, expected " + key + "=");
        }
        return value;
    }

    private static @Nullable String text(Map<String, Word> options, String key) {
        Word word = options.get(key);
        return word == null ? null : word.text();
    }

    // ---- tasks and their memory ----

    private static Step spawn(Words words) throws BadText {
        String name = words.next("a name for the task").text();
        Map<String, Word> options = words.options(List.of("cgroup", "oom_score_adj", "comm"), null);
        Word cgroup = required(words, options, "cgroup");
        if (!cgroup.text().startsWith("/")) {
            throw BadText.found(cgroup, "a path below the cgroup mount, such as /web");
        }
        Word adj = options.get("oom_score_adj");
        Word comm = options.get("comm");
        if (comm != null && comm.text().length() > 15) {
            throw BadText.found(comm, "at most 15 characters");
        }
        String commText = comm == null ? name.substring(0, Math.min(15, name.length())) : comm.text();
        return new Step.Spawn(name, commText, cgroup.text(), adj == null ? 0 : Quantities.integer(adj, -1000, 1000));
    }

    private static Step alloc(Words words) throws BadText {
        String task = words.next(TASK).text();
        long bytes = Quantities.size(words.next(Quantities.SIZE));
        Map<String, Word> options = words.options(List.of("kind", "region", "content", "rate"), null);
        Word kind = options.get("kind");
        Word content = options.get("content");
        Word rate = options.get("rate");
        return new Step.Alloc(
                task,
                bytes,
                kind == null ? Kind.ANON : kind(kind),
                text(options, "region"),
                content == null ? null : content(content),
                rate == null ? 0 : Quantities.rate(rate));
    }

    private static Kind kind(Word word) throws BadText {
        for (Kind kind : Kind.values()) {
            if (kind.name().toLowerCase(Locale.ROOT).equals(word.text())) {
                return kind;
            }
        }
        throw BadText.found(word, "anon, file or shmem");
    }

    static Content content(Word word) throws BadText {
        switch (word.text()) {
            case "zero":
                return Content.ZERO;
            case "same":
                return Content.SAME;
            case "random":
                return Content.RANDOM;
            default:
        }
        if (!word.text().startsWith("ratio:")) {
            throw BadText.found(word, "zero, same, random or ratio:X");
        }
        int comma = word.text().indexOf(',');
        Word ratio = (comma < 0 ? word : word.to(comma)).from("ratio:".length());
        Content content = Content.ratio(Quantities.decimal(ratio, 1, true, 4096, RATIO), word.text());
        while (comma >= 0) {
            int next = word.text().indexOf(',', comma + 1);
            content = withAlgorithm(content, (next < 0 ? word : word.to(next)).from(comma + 1));
            comma = next;
        }
        return content;
    }

    /** {@code ALGORITHM:X}: how much smaller one algorithm makes it. */
    private static Content withAlgorithm(Content content, Word word) throws BadText {
        int colon = word.text().indexOf(':');
        for (Costs.Algorithm algorithm : Costs.Algorithm.values()) {
            if (colon > 0 && algorithm.key().equals(word.text().substring(0, colon))) {
                return content.with(algorithm, Quantities.decimal(word.from(colon + 1), 1, true, 4096, RATIO));
            }
        }
        throw BadText.found(word, "ALGORITHM:X, such as zstd:4");
    }

    private static Step touch(Words words) throws BadText {
        String task = words.next(TASK).text();
        Map<String, Word> options = words.options(List.of("region", "size", "pattern", "rate", "for"), "write");
        Word size = options.get("size");
        Word pattern = options.get("pattern");
        Word rate = options.get("rate");
        Word time = options.get("for");
        return new Step.Touch(
                task,
                text(options, "region"),
                size == null ? Long.MAX_VALUE : Quantities.size(size),
                pattern == null ? new TouchPattern.Sequential() : pattern(pattern),
                rate == null ? 0 : Quantities.rate(rate),
                time == null ? 0 : Quantities.durationNs(time),
                options.containsKey("write"));
    }

    private static Step fork(Words words) throws BadText {
        String task = words.next(TASK).text();
        Map<String, Word> options = words.options(List.of("size", "rate"), null);
        Word size = options.get("size");
        Word rate = options.get("rate");
        long bytes = size == null ? CHILD_BYTES : Quantities.size(size);
        if (bytes > MAX_CHILD_BYTES) {
            throw BadText.found(size, "at most 1GiB for a child");
        }
        return new Step.Fork(task, bytes, rate == null ? 0 : Quantities.perSecond(rate));
    }

    private static TouchPattern pattern(Word word) throws BadText {
        String text = word.text();
        if (text.equals("seq")) {
            return new TouchPattern.Sequential();
        }
        if (text.equals("uniform")) {
            return new TouchPattern.Uniform();
        }
        if (text.startsWith("zipf:")) {
            return new TouchPattern.Zipf(
                    Quantities.decimal(word.from(5), 0, false, 10, "an exponent above 0, up to 10"));
        }
        int second = text.indexOf(':', 4);
        if (text.startsWith("hot:") && second > 0) {
            String expected = "a part from 0 to 1, not 0";
            double fraction = Quantities.decimal(word.to(second).from(4), 0, false, 1, expected);
            return new TouchPattern.Hot(fraction, Quantities.decimal(word.from(second + 1), 0, false, 1, expected));
        }
        throw BadText.found(word, "seq, uniform, zipf:S or hot:F:P");
    }

    private static Step mlock(Words words, boolean on) throws BadText {
        String task = words.next(TASK).text();
        Map<String, Word> options = words.options(List.of("region"), null);
        return new Step.Mlock(task, required(words, options, "region").text(), on);
    }

    private static Step madvise(Words words) throws BadText {
        String task = words.next(TASK).text();
        Map<String, Word> options = words.options(List.of("region", "advice"), null);
        String region = required(words, options, "region").text();
        Word advice = required(words, options, "advice");
        return switch (advice.text()) {
            case "dontneed" -> new Step.Release(task, region, Long.MAX_VALUE);
            case "cold" -> new Step.Cold(task, region);
            default -> throw BadText.found(advice, "dontneed or cold (no other advice is modelled yet)");
        };
    }

    private static Step release(Words words) throws BadText {
        String task = words.next(TASK).text();
        Map<String, Word> options = words.options(List.of("region", "size"), null);
        String region = required(words, options, "region").text();
        Word size = options.get("size");
        return new Step.Release(task, region, size == null ? Long.MAX_VALUE : Quantities.size(size));
    }

    private static Step kill(Words words) throws BadText {
        String task = words.next(TASK).text();
        Word signal = words.options(List.of("signal"), null).get("signal");
        return new Step.KillTask(task, signal == null ? SIGKILL : Quantities.integer(signal, 1, 64));
    }

    // ---- devices ----

    private static String device(Words words) throws BadText {
        Word device = words.next("a device, such as /dev/zram0");
        if (!device.text().startsWith("/dev/")) {
            throw BadText.found(device, "a device, such as /dev/zram0");
        }
        return device.text();
    }

    /** A device, or a swap file by its path. */
    private static String area(Words words) throws BadText {
        String expected = "a device, such as /dev/zram0, or the path of a swap file";
        Word area = words.next(expected);
        if (!area.text().startsWith("/")) {
            throw BadText.found(area, expected);
        }
        return area.text();
    }

    private static Step swapon(Words words) throws BadText {
        String area = area(words);
        Map<String, Word> options = words.options(List.of("priority", "discard"), null);
        Word priority = options.get("priority");
        Word discard = options.get("discard");
        return new Step.SwapOn(
                area,
                priority == null ? SwapDevices.DEFAULT_PRIORITY : Quantities.integer(priority, 0, MAX_PRIORITY),
                discard == null ? SwapDiscard.NONE : discard(discard));
    }

    private static SwapDiscard discard(Word word) throws BadText {
        return Arrays.stream(SwapDiscard.values())
                .filter(kind -> kind.key().equals(word.text()))
                .findFirst()
                .orElseThrow(() -> BadText.found(word, "none, once, pages or both"));
    }

    private static Step swapfile(Words words) throws BadText {
        Word path = words.next("the path of a file");
        if (!path.text().startsWith("/") || path.text().startsWith("/dev/")) {
            throw BadText.found(path, "the path of a file, such as /swapfile");
        }
        long bytes = Quantities.size(words.next(Quantities.SIZE));
        Word disk = words.options(List.of("disk"), null).get("disk");
        if (disk == null) {
            throw new BadText(words.offset(), "the step ends here, expected disk=NAME");
        }
        return new Step.MakeSwapFile(path.text(), bytes, disk.text());
    }

    private static Step io(Words words) throws BadText {
        String device = device(words);
        String kinds = "read, write or discard";
        Word verb = words.next(kinds);
        BlockIo.Kind kind = Arrays.stream(BlockIo.Kind.values())
                .filter(k -> k.name().toLowerCase(Locale.ROOT).equals(verb.text()))
                .findFirst()
                .orElseThrow(() -> BadText.found(verb, kinds));
        int page = Quantities.integer(words.next("the first page"), 0, Integer.MAX_VALUE);
        int pages = Quantities.integer(words.next("a number of pages"), 1, Integer.MAX_VALUE);
        Word content = words.options(kind == BlockIo.Kind.WRITE ? List.of("content") : List.of(), null)
                .get("content");
        return new Step.DeviceIo(device, kind, page, pages, content == null ? Content.RANDOM : content(content));
    }

    private static Step disk(Words words) throws BadText {
        String name = words.next("the name of a disk").text();
        Word health = words.next("fail, slow:X or ok");
        words.end();
        if (health.text().startsWith("slow:")) {
            return new Step.DiskHealth(name, false, Quantities.factor(health.from(5)));
        }
        return switch (health.text()) {
            case "fail" -> new Step.DiskHealth(name, true, 1);
            case "ok" -> new Step.DiskHealth(name, false, 1);
            default -> throw BadText.found(health, "fail, slow:X or ok");
        };
    }

    // ---- files ----

    private static Step write(Words words) throws BadText {
        String path = path(words).text();
        if (!words.more()) {
            words.next("the text to write");
        }
        return new Step.Write(path, writtenText(words.rest()));
    }

    private static Step expectErrno(Words words) throws BadText {
        String path = path(words).text();
        Word rest = words.rest();
        int blank = Math.max(rest.text().lastIndexOf(' '), rest.text().lastIndexOf('\t'));
        if (blank < 0) {
            throw new BadText(rest.end(), "the step ends here, expected TEXT and an errno such as EINVAL");
        }
        Word name = rest.from(blank + 1);
        Errno errno = Arrays.stream(Errno.values())
                .filter(e -> e.name().equals(name.text()))
                .findFirst()
                .orElseThrow(() -> BadText.found(name, "an errno such as EINVAL"));
        return new Step.ExpectErrno(
                path, writtenText(new Word(rest.text().substring(0, blank).trim(), rest.offset())), errno);
    }

    /** Plain text is written as echo does, with a newline; in double quotes it is written exactly. */
    private static String writtenText(Word word) throws BadText {
        String text = word.text();
        if (!text.startsWith("\"")) {
            return text + "\n";
        }
        StringBuilder out = new StringBuilder();
        int i = 1;
        for (; i < text.length() && text.charAt(i) != '"'; i++) {
            char c = text.charAt(i);
            if (c == '\\' && i + 1 < text.length()) {
                c = switch (text.charAt(++i)) {
                    case 'n' -> '\n';
                    case 't' -> '\t';
                    case '0' -> '\0';
                    case '"' -> '"';
                    case '\\' -> '\\';
                    default -> throw BadText.found(word.from(i - 1).to(2), "\\n, \\t, \\0, \\\" or \\\\");
                };
            }
            out.append(c);
        }
        if (i != text.length() - 1) {
            throw new BadText(word.offset() + Math.min(i + 1, text.length()), "expected one closing quote, at the end");
        }
        return out.toString();
    }
}
