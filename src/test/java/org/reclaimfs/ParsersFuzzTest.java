package org.reclaimfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.reclaimfs.scenario.ScenarioException;
import org.reclaimfs.scenario.ScenarioParser;
import org.reclaimfs.scenario.StepParser;

/** What people write by hand: any text is understood, or refused with a place and a reason; never a fault. */
final class ParsersFuzzTest {
    private static final long SECONDS = Long.getLong("fuzz.seconds", 0);
    private static final long SEED = Long.getLong("fuzz.seed", 1);
    private static final List<String> STEPS = List.of(
            "task web cgroup=/a oom_score_adj=-5 comm=c",
            "alloc t 5M kind=shmem region=r content=ratio:3.5,zstd:4 rate=1M/s",
            "touch t region=r size=1M pattern=hot:0.1:0.9 rate=1M/s for=250ms write",
            "fork t size=64K rate=5/s",
            "swapon /dev/zram0 priority=10",
            "io /dev/zram0 write 5 10 content=zero",
            "disk vda slow:2.5",
            "write /proc/sys/vm/swappiness \"6\\n\"",
            "expect /proc/vmstat:pswpin >= 1M",
            "expect-errno /proc/sys/vm/swappiness 201 EINVAL",
            "madvise t region=r advice=cold",
            "advance 10s");

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final RandomTexts texts = new RandomTexts(random);

    private interface Parser {
        void parse(String text) throws Exception;
    }

    /** Parses texts; those it refuses must be refused by {@code refusal}, with words. */
    private void fuzz(List<String> known, int inputs, Class<? extends Exception> refusal, Parser parser) {
        long untilNs = System.nanoTime() + SECONDS * 1_000_000_000L / 2;
        long done = 0;
        long refused = 0;
        while (SECONDS > 0 ? System.nanoTime() < untilNs : done < inputs) {
            byte[] bytes = texts.next(known.get(random.nextInt(known.size())));
            String text =
                    new String(bytes, random.nextBoolean() ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
            done++;
            try {
                parser.parse(text);
            } catch (Exception e) {
                if (!refusal.isInstance(e)) {
                    fail("seed " + SEED + ", input " + done + ": '" + text + "'", e);
                }
                refused++;
            }
        }
        System.out.println("parser of " + refusal.getSimpleName() + ", seed " + SEED + ": " + done + " inputs, "
                + refused + " refused");
        assertThat(refused).isBetween(done / 10, done - 1);
    }

    @Test
    void steps() throws Exception {
        // The exception is the scenario room's own.
        Class<? extends Exception> refusal =
                Class.forName("org.reclaimfs.scenario.BadText").asSubclass(Exception.class);
        fuzz(STEPS, 50_000, refusal, StepParser::parse);
    }

    @Test
    void scenarios() throws Exception {
        List<String> known = List.of(
                Files.readString(Path.of("tests/scenarios/workloads.yaml")),
                Files.readString(Path.of("tests/stress/soak.yaml")),
                Files.readString(Path.of("src/main/resources/reference.scenario")));
        fuzz(known, 2_000, ScenarioException.class, ScenarioParser::parse);
    }
}
