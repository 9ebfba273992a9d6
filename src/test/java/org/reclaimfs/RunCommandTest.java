package org.reclaimfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.reclaimfs.Cli.execute;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reclaimfs.Cli.Result;

/** The verbs that need no mount, on real scenarios. */
final class RunCommandTest {
    private static final Path SCENARIOS = Path.of("tests/scenarios");
    private static final Path REFERENCE = Path.of("src/main/resources/reference.scenario");

    @TempDir
    private Path temp = Path.of("");

    private Result run(String yaml, String... more) throws IOException {
        Path file = Files.writeString(temp.resolve("s.yaml"), yaml);
        String[] arguments = new String[more.length + 2];
        arguments[0] = "run";
        System.arraycopy(more, 0, arguments, 1, more.length);
        arguments[more.length + 1] = file.toString();
        return execute(arguments);
    }

    @ParameterizedTest
    @ValueSource(strings = {"zswap.yaml", "zram.yaml", "limits.yaml", "workloads.yaml"})
    void scenariosToStartFromRun(String name) {
        Result result = execute("run", SCENARIOS.resolve(name).toString());
        assertThat(result.status()).as(result.toString()).isZero();
        assertThat(result.out()).contains("failed: 0\n");
    }

    @Test
    void aKillerInUserSpaceSaysWhy() throws IOException {
        String yaml =
                """
                machine: {memory: 1GiB, cpus: 2}
                units: {bloat.service: {MemoryHigh: 3M}, chill.service: {}}
                timeline:
                  - 0s: task chill cgroup=/system.slice/chill.service
                  - 0s: alloc chill 1M
                  - 0s: task bloat cgroup=/system.slice/bloat.service
                  - 1s: alloc bloat 100M rate=50M/s
                end: 20s
                """;
        Result result = run(yaml, "--killer", "psi:20%:2s");
        assertThat(result.status()).as(result.toString()).isZero();
        assertThat(result.out()).contains("kills: 1\n", "bloat in /system.slice/bloat.service by psi-killer");
        assertThat(result.err())
                .contains(
                        "bloat of /system.slice/bloat.service was killed at ", "by psi-killer", " s before: available ")
                .containsPattern("chill .*full pressure 0.00 %");
        assertThat(run(yaml).out()).as("nobody else would").contains("kills: 0\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"60%:20s", "psi:", "psi:60%", "psi:60:fast", "oomd:60%:20s"})
    void aKillerThatMakesNoSenseIsRefused(String killer) throws IOException {
        Result result = run("end: 1s", "--killer", killer);
        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err()).contains("killer: found '", "expected");
    }

    @Test
    void theReferenceIsTheDefaultMachineAndItsExamplesAreRight() throws IOException {
        assertThat(execute("check", REFERENCE.toString()).status()).isZero();
        String withExamples = Files.readString(REFERENCE).replaceAll("(?m)^#:", "  ");
        Result result = run(withExamples);
        assertThat(result.status()).as(result.toString()).isZero();
    }

    @Test
    void theSameSeedGivesTheSameBytes() throws IOException {
        for (String dir : new String[] {"a", "b"}) {
            String out = temp.resolve(dir).toString();
            assertThat(execute(
                                    "run",
                                    "--seed",
                                    "7",
                                    "--out",
                                    out,
                                    SCENARIOS.resolve("zram.yaml").toString())
                            .status())
                    .isZero();
        }
        for (String file : new String[] {"timeline.csv", "trace.jsonl"}) {
            assertThat(temp.resolve("a").resolve(file))
                    .hasSameTextualContentAs(temp.resolve("b").resolve(file));
        }
        assertThat(withoutWallMs("a")).isEqualTo(withoutWallMs("b"));
    }

    private String withoutWallMs(String dir) throws IOException {
        return Files.readString(temp.resolve(dir).resolve("summary.json")).replaceFirst("\"wallMs\": \\d+", "");
    }

    /** A task that outgrows RAM and zram: each part of the story is told, and told alike in trace and summary. */
    @Test
    void aStallIsTraced() throws IOException {
        Path out = temp.resolve("out");
        Result result = run(
                """
                machine: {memory: 128MiB, cpus: 2}
                zram: [{name: zram0, disksize: 512MiB}]
                swap: [{device: /dev/zram0}]
                timeline: [{0s: task hog cgroup=/}, {0s: 'alloc hog 1G content=ratio:2'}]
                end: 300s
                """,
                "--out",
                out.toString());
        assertThat(result.status()).as(result.toString()).isZero();
        String trace = Files.readString(out.resolve("trace.jsonl"));
        assertThat(trace.lines())
                .anyMatch(
                        line -> line.matches(
                                "\\{\"atNs\":\\d+,\"event\":\"direct-reclaim\",\"task\":\"hog\",\"beganNs\":\\d+,\"freePages\":\\d+,"
                                        + "\"perCpuPages\":\\d+,\"reclaimed\":\\d+,\"scanned\":\\d+,\"poolPages\":-?\\d+,\"reclaimedAnon\":\\d+,.*\"refaults\":\\d+}"))
                .anyMatch(line -> line.matches(
                        "\\{\"atNs\":\\d+,\"event\":\"retry\",\"task\":\"hog\",\"node\":0,\"zone\":\"DMA32\",\"order\":0,"
                                + "\"reclaimable\":\\d+,\"available\":\\d+,\"min_wmark\":\\d+,\"no_progress_loops\":\\d+,"
                                + "\"wmark_check\":[01]}"))
                .anyMatch(line -> line.contains("\"event\":\"oom\",\"task\":\"hog\",\"constraint\":\"none\""))
                .anyMatch(line ->
                        line.contains("\"event\":\"kmsg\",\"level\":\"err\",\"text\":\"Out of memory: Killed process"))
                .anyMatch(line -> line.contains("\"event\":\"kill\",\"task\":\"hog\""));
        String summary = Files.readString(out.resolve("summary.json"));
        long calls =
                trace.lines().filter(line -> line.contains("direct-reclaim")).count();
        assertThat(summary).contains("\"reclaim\": {\n    \"calls\": " + calls + ",");
        assertThat(Files.readString(out.resolve("timeline.csv"))
                        .lines()
                        .findFirst()
                        .orElseThrow())
                .contains(
                        ",swap_tables_bytes,slab_bytes,",
                        ",percpu_lists_bytes,watermark_boost_bytes,allocstall_count,");
    }

    @Test
    void aFailedExpectEndsWithOneAndSaysTheValueAndTheTime() throws IOException {
        Result result = run("timeline: [{3s: 'expect /proc/sys/vm/swappiness == 61'}, {4s: 'exit nobody'}]");
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.out())
                .contains("failed: 2")
                .contains("line 1, at 3.000 s: expect /proc/sys/vm/swappiness == 61: found 60")
                .contains("exit nobody: found ESRCH");
    }

    @Test
    void stepsOfOneTimeFollowEachOtherAndSlowOnesGoOnBesideTheNext() throws IOException {
        Result result = run(
                """
                machine: {memory: 512MiB}
                cgroups: {/a: {}, /b: {}}
                timeline:
                  - 0s: task a cgroup=/a
                  - 0s: task b cgroup=/b
                  - 0s: write /sys/fs/cgroup/b/cgroup.freeze 1
                  - 0s: alloc a 64M
                  - 0s: expect /sys/fs/cgroup/a/memory.stat:anon == 64M
                  - 1s: alloc b 1M
                  - 1s: advance 1s
                  - 2s: expect /sys/fs/cgroup/b/memory.stat:anon == 0
                  - 3s: write /sys/fs/cgroup/b/cgroup.freeze 0
                  - 4s: expect /sys/fs/cgroup/b/memory.stat:anon == 1M
                  - 4s: expect-errno /sys/fs/cgroup/b/memory.max -1 EINVAL
                """);
        assertThat(result.status()).as(result.toString()).isZero();
    }

    @Test
    void stepsThatNeverBeginAreFailures() throws IOException {
        Result result = run(
                """
                cgroups: {/a: {cgroup.freeze: 1}}
                timeline: [{0s: task a cgroup=/a}, {0s: alloc a 1M}, {0s: kill a}]
                end: 1s
                """);
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.out()).contains("kill a: found still waiting at the end");
    }

    @Test
    void patchesCanBeSwitched() throws IOException {
        String yaml = "timeline: [{0s: 'expect-errno /sys/fs/cgroup/memory.reclaim 1M source=zswap EINVAL'}]";
        assertThat(run(yaml, "--patch", "zswap_proactive_writeback=0").status()).isZero();
        assertThat(run(yaml).status()).isEqualTo(1);
        assertThat(run(yaml, "--patch", "scaled_anon=2").status()).isEqualTo(2);
        assertThat(run(yaml, "--patch", "typo=1").err()).contains("expected NAME=0 or NAME=1");
    }

    @Test
    void whatTheKernelRefusesHasItsPlaceInTheScenario() throws IOException {
        Path file =
                Files.writeString(temp.resolve("s.yaml"), "sysctl: {vm.nothing: 1}\ncgroups:\n  /a: {memory.max: x}\n");
        Result result = execute("check", file.toString());
        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err().lines())
                .satisfiesExactly(
                        line -> assertThat(line).contains("s.yaml:1:10: ").contains("ENOENT"),
                        line -> assertThat(line).contains("s.yaml:3:20: ").contains("EINVAL"));
    }

    @ParameterizedTest(name = "{0} is wrong usage")
    @ValueSource(
            strings = {
                "",
                "walk",
                "run",
                "check",
                "mount",
                "run --speed 3 x",
                "mount --speed 0 d",
                "mount --manual --speed 2 d",
                "check nowhere.yaml",
                "run --seed x f",
                "compare",
                "compare nowhere.yaml"
            })
    void wrongUsageIsTwo(String line) {
        Result result = execute(line.isEmpty() ? new String[0] : line.split(" "));
        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err()).isNotEmpty();
    }

    @ParameterizedTest(name = "{0} -h")
    @ValueSource(strings = {"mount", "run", "compare", "check", "doctor"})
    void helpIsZero(String verb) {
        Result result = execute(verb, "-h");
        assertThat(result.status()).isZero();
        assertThat(result.out()).contains("Usage: reclaimfs " + verb).contains("Exit status");
    }
}
