package org.reclaimfs.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.machine.BlockIo;
import org.reclaimfs.machine.TouchPattern;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Costs;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.swap.SwapDiscard;

final class StepParserTest {
    private static final long ALL = Long.MAX_VALUE;

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void good(String line, Step step) throws BadText {
        assertThat(StepParser.parse(line)).isEqualTo(step);
    }

    static Stream<Arguments> good() { // spotless:off
        return Stream.of(
            arguments("task web1 cgroup=/web/a", new Step.Spawn("web1", "web1", "/web/a", 0)),
            arguments("  task t cgroup=/ comm=nginx oom_score_adj=-1000 ", new Step.Spawn("t", "nginx", "/", -1000)),
            arguments("task abcdefghijklmnopqrs cgroup=/", new Step.Spawn("abcdefghijklmnopqrs", "abcdefghijklmno", "/", 0)),
            arguments("alloc t 8M", new Step.Alloc("t", 8 << 20, Kind.ANON, null, null, 0)),
            arguments("alloc t 1 kind=file region=r content=ratio:2 rate=4K/s",
                new Step.Alloc("t", 1, Kind.FILE, "r", Content.ratio(2, "ratio:2"), 4096)),
            arguments("alloc t 4K\tcontent=zero", new Step.Alloc("t", 4096, Kind.ANON, null, Content.ZERO, 0)),
            arguments("touch t", new Step.Touch("t", null, ALL, new TouchPattern.Sequential(), 0, 0, false)),
            arguments("touch t region=heap size=4M pattern=zipf:1.1 rate=1M/s for=5s write",
                new Step.Touch("t", "heap", 4 << 20, new TouchPattern.Zipf(1.1), 1 << 20, 5_000_000_000L, true)),
            arguments("touch t pattern=hot:0.1:0.9",
                new Step.Touch("t", null, ALL, new TouchPattern.Hot(0.1, 0.9), 0, 0, false)),
            arguments("fork t", new Step.Fork("t", 256 << 10, 0)),
            arguments("fork t size=1M rate=10/s", new Step.Fork("t", 1 << 20, 10)),
            arguments("mlock t region=a", new Step.Mlock("t", "a", true)),
            arguments("munlock t region=a", new Step.Mlock("t", "a", false)),
            arguments("madvise t region=a advice=dontneed", new Step.Release("t", "a", ALL)),
            arguments("madvise t region=a advice=cold", new Step.Cold("t", "a")),
            arguments("release t region=a size=1M", new Step.Release("t", "a", 1 << 20)),
            arguments("exit t", new Step.Exit("t")),
            arguments("kill t", new Step.KillTask("t", 9)),
            arguments("kill t signal=15", new Step.KillTask("t", 15)),
            arguments("swapon /dev/vda", new Step.SwapOn("/dev/vda", -1)),
            arguments("swapon /dev/vda priority=5", new Step.SwapOn("/dev/vda", 5)),
            arguments("swapon /a/file discard=once", new Step.SwapOn("/a/file", -1, SwapDiscard.ONCE)),
            arguments("swapon /dev/vda discard=both priority=0", new Step.SwapOn("/dev/vda", 0, SwapDiscard.BOTH)),
            arguments("swapfile /a/file 8M disk=vda", new Step.MakeSwapFile("/a/file", 8 << 20, "vda")),
            arguments("swapoff /dev/vda", new Step.SwapOff("/dev/vda")),
            arguments("swapoff /a/file", new Step.SwapOff("/a/file")),
            arguments("io /dev/zram0 read 3 4", new Step.DeviceIo("/dev/zram0", BlockIo.Kind.READ, 3, 4, Content.RANDOM)),
            arguments("io /dev/zram0 discard 0 1", new Step.DeviceIo("/dev/zram0", BlockIo.Kind.DISCARD, 0, 1, Content.RANDOM)),
            arguments("io /dev/zram0 write 0 1 content=ratio:2,zstd:4,lz4:1.5",
                new Step.DeviceIo("/dev/zram0", BlockIo.Kind.WRITE, 0, 1, Content.ratio(2, "ratio:2,zstd:4,lz4:1.5")
                    .with(Costs.Algorithm.ZSTD, 4).with(Costs.Algorithm.LZ4, 1.5))),
            arguments("check", new Step.Check()),
            arguments("disk vda fail", new Step.DiskHealth("vda", true, 1)),
            arguments("disk vda slow:2.5", new Step.DiskHealth("vda", false, 2.5)),
            arguments("disk vda ok", new Step.DiskHealth("vda", false, 1)),
            arguments("write /a/b 10M source=zswap ", new Step.Write("/a/b", "10M source=zswap\n")),
            arguments("write /a \" x\\n\\\"\"", new Step.Write("/a", " x\n\"")),
            arguments("expect /a:b.c >= 4K", new Step.Expect(new Expectation("/a", "b.c", Expectation.Op.GE, "4K"))),
            arguments("expect /a == two words", new Step.Expect(new Expectation("/a", null, Expectation.Op.EQ, "two words"))),
            arguments("expect-errno /a 1 2 EINVAL", new Step.ExpectErrno("/a", "1 2\n", Errno.EINVAL)),
            arguments("expect-errno /a \"\" EINVAL", new Step.ExpectErrno("/a", "", Errno.EINVAL)),
            arguments("advance 10s", new Step.Advance(10_000_000_000L)),
            arguments("pause", new Step.Pause()),
            arguments("resume", new Step.Resume()),
            arguments("speed 0.5", new Step.Speed(0.5)));
    } // spotless:on

    @ParameterizedTest(name = "\"{0}\" is wrong at {1}: {2}")
    @CsvSource(
            quoteCharacter = '`',
            value = { // spotless:off
        "` `                          | 2  | expected a step",
        "tusk t                       | 1  | found 'tusk', expected one of advance",
        "task                         | 5  | expected a name",
        "task t                       | 7  | expected cgroup=",
        "task t cgroup=web            | 15 | found 'web', expected a path",
        "task t cgroup=               | 15 | found nothing, expected a value of cgroup",
        "task t cgroup=/ nice=3       | 17 | found 'nice=3', expected cgroup=, oom_score_adj=, comm=",
        "task t cgroup=/ cgroup=/     | 17 | found 'cgroup' twice",
        "task t cgroup=/ oom_score_adj=1001 | 31 | found '1001', expected a whole number from -1000 to 1000",
        "alloc t 1 content=ratio:2,gzip:3 | 27 | found 'gzip:3', expected ALGORITHM:X",
        "alloc t 1 content=ratio:2,zstd:0 | 32 | found '0', expected how many times smaller",
        "io /dev/zram0 erase 0 1      | 15 | found 'erase', expected read, write or discard",
        "io /dev/zram0 read 0         | 21 | expected a number of pages",
        "io /dev/zram0 read 0 1 content=zero | 24 | found 'content=zero', expected the end",
        "alloc t                      | 8  | expected a size",
        "alloc t 1x                   | 9  | found '1x', expected a size",
        "alloc t 1M kind=heap         | 17 | found 'heap', expected anon, file or shmem",
        "alloc t 1M content=ratio:0.5 | 26 | found '0.5', expected how many times",
        "alloc t 1M content=junk      | 20 | found 'junk', expected zero, same, random or ratio:X",
        "alloc t 1M rate=5M           | 17 | found '5M', expected a rate",
        "alloc t 1M rate=0/s          | 17 | found '0/s', expected a rate",
        "alloc t 1M write             | 12 | found 'write', expected kind=",
        "touch t pattern=hot:0.1      | 17 | found 'hot:0.1', expected seq",
        "touch t pattern=hot:2:0.5    | 21 | found '2', expected a part",
        "touch t pattern=zipf:0       | 22 | found '0', expected an exponent",
        "mlock t                      | 8  | expected region=",
        "madvise t region=r advice=hot | 27 | found 'hot', expected dontneed or cold",
        "kill t signal=0              | 15 | found '0', expected a whole number from 1 to 64",
        "swapon vda                   | 8  | found 'vda', expected a device",
        "swapon /dev/vda priority=-1  | 26 | found '-1'",
        "disk vda broken              | 10 | found 'broken', expected fail, slow:X or ok",
        "disk vda ok now              | 13 | found 'now', expected the end",
        "write proc/x 1               | 7  | found 'proc/x', expected a path",
        "write /x                     | 9  | expected the text",
        "expect /x                    | 10 | expected ==",
        "expect /x: == 1              | 11 | found nothing, expected a key",
        "expect /x > many             | 13 | found 'many', expected a number",
        "expect /x ~ 1                | 11 | found '~', expected ==",
        "expect-errno /x EINVAL       | 23 | expected TEXT and an errno",
        "expect-errno /x 1 EWRONG     | 19 | found 'EWRONG', expected an errno",
        "advance 5                    | 9  | found '5', expected a duration",
        "pause now                    | 7  | found 'now', expected the end",
        "speed 0                      | 7  | found '0', expected a factor"
            }, // spotless:on
            delimiter = '|')
    void bad(String line, int column, String message) {
        assertThatThrownBy(() -> StepParser.parse(line))
                .isInstanceOfSatisfying(
                        BadText.class, e -> assertThat(e.offset() + 1).isEqualTo(column))
                .hasMessageContaining(message);
    }
}
