package org.reclaimfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Impossible machines and workloads: refused with their place before anything is built, run or mounted. */
final class BadScenarioTest {
    @TempDir
    private Path temp = Path.of("");

    private String file(String yaml) throws IOException {
        return Files.writeString(temp.resolve("s.yaml"), yaml).toString();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void isRefusedAtItsPlace(String yaml, String problem) throws IOException {
        String path = file(yaml);
        Cli.Result result = Cli.execute("check", path);
        assertThat(result.status()).as(result.toString()).isEqualTo(2);
        assertThat(result.err()).contains(path + ":" + problem);
        assertThat(result.err()).as("one problem, one line").hasLineCount(1);
    }

    static Stream<Arguments> isRefusedAtItsPlace() { // spotless:off
        String zram = "zram: [{disksize: 1G}]\n";
        return Stream.of(
            // ---- the machine
            arguments("machine: {cpus: 0}", "1:17: found '0', expected a whole number from 1 to 4096"),
            arguments("machine: {cpus: -4}", "1:17: found '-4', expected a whole number from 1"),
            arguments("machine: {cpus: 1e3}", "1:17: found '1e3', expected a whole number"),
            arguments("machine: {cpus: 5000000000}", "1:17: found '5000000000', expected a whole number from 1 to 4096"),
            arguments("machine: {nodes: 0}", "1:18: found '0', expected a whole number from 1 to 16"),
            arguments("machine: {nodes: -1}", "1:18: found '-1', expected a whole number"),
            arguments("machine: {nodes: 17}", "1:18: found '17', expected a whole number from 1 to 16"),
            arguments("machine: {memory: 64M, nodes: 3}", "1:31: found '3', expected at most 2 (a node has 32MiB or more)"),
            arguments("machine: {memory: 0}", "1:19: found '0', expected 64MiB to 16TiB"),
            arguments("machine: {memory: 1M}", "1:19: found '1M', expected 64MiB to 16TiB"),
            arguments("machine: {memory: -1G}", "1:19: found '-1G', expected a size"),
            arguments("machine: {memory: 17TiB}", "1:19: found '17TiB', expected 64MiB to 16TiB"),
            arguments("machine: {memory: 99999999999999999999}", "1:19: found '99999999999999999999', expected less than 8E"),
            arguments("machine: {memory: 1G, reserved: 1G}", "1:33: found '1G', expected at most 1/32 of the memory"),
            arguments("machine: {hz: 0}", "1:15: found '0', expected 100, 250, 300 or 1000"),
            arguments("machine: {hz: 999}", "1:15: found '999', expected 100"),
            arguments("machine: {seed: 1.5}", "1:17: found '1.5', expected a whole number"),
            arguments("machine: {speed: 2}", "1:11: found the key 'speed', expected one of memory"),
            arguments("kernel: {version: \"5.4\"}", "1:20: found '5.4', expected \"7.2\" or \"6.12\""),
            // ---- units
            arguments("units: {web.socket: {}}", "1:9: found 'web.socket', expected a slice, service or scope"),
            arguments("units: {web.service: {MemoryHigh: lots}}", "1:35: found 'lots', expected bytes such as 512M"),
            arguments("units: {web.service: {ExecStart: x}}", "1:23: found the key 'ExecStart', expected one of Slice"),
            arguments("user_units: {a.slice: {ManagedOOMSwap: yes}}", "1:40: found 'yes', expected one of auto, kill"),
            arguments("units: [web.service]", "1:8: found a list, expected a map such as"),
            arguments("oomd: {Limit: 3}", "1:8: found the key 'Limit', expected one of SwapUsedLimit"),
            // ---- costs
            arguments("machine: {costs: laptop}", "1:18: found 'laptop', expected one of server, golden-guest"),
            arguments("machine: {costs: {profile: fast}}", "1:28: found 'fast', expected one of server"),
            arguments("machine: {costs: {fault: -1}}", "1:26: found '-1', expected a duration"),
            arguments("machine: {costs: {fault: NaN}}", "1:26: found 'NaN', expected a duration"),
            arguments("machine: {costs: {fault: 2s}}", "1:26: found '2s', expected ns, or a duration such as 6us, at most 1s"),
            arguments("machine: {costs: {lz5_compress: 1}}", "1:19: found the key 'lz5_compress', expected one of profile"),
            arguments("machine: {costs: [server]}", "1:18: found a list, expected a map of profile"),
            // ---- watermarks
            arguments("machine: {memory: 1G}\nsysctl: {vm.min_free_kbytes: 2000000}", "2:10: write of '2000000' to /proc/sys/vm/min_free_kbytes: the high watermark of zone DMA32 would be "),
            arguments("machine: {memory: 1G}\nsysctl: {vm.min_free_kbytes: 500000, vm.watermark_scale_factor: 3000}", "2:38: write of '3000' to /proc/sys/vm/watermark_scale_factor: the high watermark"),
            arguments("sysctl: {vm.watermark_scale_factor: 10001}", "1:10: write of '10001' to /proc/sys/vm/watermark_scale_factor"),
            arguments("sysctl: {vm.min_free_kbytes: -1}", "1:10: write of '-1' to /proc/sys/vm/min_free_kbytes"),
            arguments("sysctl: {vm.nothing: 1}", "1:10: write of '1' to /proc/sys/vm/nothing"),
            arguments("sysctl: {../kernel: 1}", "1:10: found '../kernel', expected a sysctl"),
            // ---- devices
            arguments("zram: [{disksize: 17TiB}]", "1:19: found '17TiB', expected at most 16TiB"),
            arguments("zram: [{disksize: 0}]", "1:19: write of '0' to /sys/block/zram0/disksize"),
            arguments("zram: [{disksize: -1}]", "1:19: found '-1', expected a size"),
            arguments("machine: {memory: 1G}\nzram: [{disksize: 1T}]", "2:19: write of '1099511627776' to /sys/block/zram0/disksize: ENOMEM: no memory for the table"),
            arguments("machine: {memory: 1G}\nzram: [{disksize: 232G}]", "2:19: write of '249108103168' to /sys/block/zram0/disksize: it leaves "),
            arguments("zram: [{}]\nswap: [{device: /dev/zram0}]", "2:17: swapon /dev/zram0: EINVAL: /dev/zram0 has no room for swap"),
            arguments("swap: [{device: /dev/vda}]", "1:17: found '/dev/vda', expected a device from disks or zram"),
            arguments("swap: [{device: }]", "1:16: found nothing, expected a device"),
            arguments("swap: [{}]", "1:8: found no device"),
            arguments("disks: [{name: vda, size: 8M}]\nswap: [{file: /f, disk: vda}]", "2:15: found no size"),
            arguments("disks: [{name: vda, size: 8M}]\nswap: [{file: /dev/f, size: 1M, disk: vda}]", "2:15: found '/dev/f', expected the path of a file"),
            arguments("disks: [{name: vda, size: 8M}]\nswap: [{file: /f, size: 4K, disk: vda}]", "2:25: found '4K', expected at least 8192 bytes"),
            arguments("swap: [{file: /f, size: 1M, disk: vda}]", "1:35: found 'vda', expected one of disks"),
            arguments("disks: [{name: vda, size: 8M}]\nswap: [{file: /f, size: 1M, disk: vda}, {device: /dev/vda}]", "2:50: swapon /dev/vda: EBUSY: /dev/vda has a file system"),
            arguments(zram + "swap: [{device: /dev/zram0, priority: -5}]", "2:39: found '-5', expected a whole number from 0 to 32767"),
            arguments(zram + "swap: [{device: /dev/zram0}, {device: /dev/zram0}]", "2:39: found /dev/zram0 again"),
            arguments("disks: [{name: vda, size: 1G}, {name: vda, size: 1G}]", "1:39: found /dev/vda again, expected each device once"),
            arguments("disks: [{name: vda, size: 0}]", "1:27: found '0', expected at least 4096 bytes"),
            arguments("disks: [{name: ../x, size: 1G}]", "1:16: found '../x', expected a name"),
            arguments("disks: [{name: vda, size: 9TiB}]\nswap: [{device: /dev/vda}]", "2:17: swapon /dev/vda: EINVAL: /dev/vda is too large"),
            // ---- cgroups
            arguments("cgroups: {/a/../b: {}}", "1:11: found '/a/../b', expected a path"),
            arguments("cgroups: {/a//b: {}}", "1:11: found '/a//b', expected a path"),
            arguments("cgroups: {/a/: {}}", "1:11: found '/a/', expected a path"),
            arguments("cgroups: {a: {}}", "1:11: found 'a', expected a path"),
            arguments("cgroups: {/a: {../memory.max: 1}}", "1:16: found '../memory.max', expected a file of the cgroup"),
            arguments("cgroups: {/a: {memory.max: 1Q}}", "1:28: write of '1Q' to /sys/fs/cgroup/a/memory.max"),
            arguments("cgroups: {/memory.stat: {}}", "1:11: mkdir /sys/fs/cgroup/memory.stat"),
            arguments("cgroups: {/a: &c {memory.max: *c}}", "1:15: found a map, expected the text to write"),
            arguments("cgroups: &c {/a: *c}", "1:14: found '/a', expected a file of the cgroup"),
            // ---- YAML
            arguments("machine: &m {costs: *m}", "1:14: found the key 'costs', expected one of profile"),
            arguments("timeline: &t [0s: *t]", "1:11: found a list, expected a step"),
            arguments("machine: " + "[".repeat(300_000), "1:1: found lists or maps in each other without end"),
            arguments("cgroups: {/a: {memory.max: 1}, /a: {}}", "1:32: found the key '/a' again"),
            // ---- the timeline
            arguments("timeline: [{5s: pause}]\nend: 1s", "1:13: found '5s', expected a time not after end"),
            arguments("timeline: [{-1s: pause}]", "1:13: found '-1s', expected a duration"),
            arguments("end: -1s", "1:6: found '-1s', expected a duration"),
            arguments("end: 1e9h", "1:6: found '1e9h', expected a duration"),
            arguments("end: 9999999999h", "1:6: found '9999999999h', expected less than 70 years"),
            arguments("timeline: [{0s: alloc t 1M rate=-1}]", "1:33: found '-1', expected a rate"),
            arguments("timeline: [{0s: alloc t 1M rate=-1/s}]", "1:33: found '-1', expected a size"),
            arguments("timeline: [{0s: alloc t 1M rate=0/s}]", "1:33: found '0/s', expected a rate"),
            arguments("timeline: [{0s: alloc t 1M rate=0x/s}]", "1:33: found '0x'"),
            arguments("timeline: [{0s: alloc t 1M rate=NaN/s}]", "1:33: found 'NaN', expected a size"),
            arguments("timeline: [{0s: alloc t 1M rate=inf/s}]", "1:33: found 'inf', expected a size"),
            arguments("timeline: [{0s: alloc t -1M}]", "1:25: found '-1M', expected a size"),
            arguments("timeline: [{0s: alloc t 1M content=ratio:0}]", "1:42: found '0', expected how many times smaller"),
            arguments("timeline: [{0s: alloc t 1M content=ratio:0.5}]", "1:42: found '0.5', expected how many times"),
            arguments("timeline: [{0s: alloc t 1M content=ratio:NaN}]", "1:42: found 'NaN', expected how many times"),
            arguments("timeline: [{0s: touch t for=-1s}]", "1:29: found '-1s', expected a duration"),
            arguments("timeline: [{0s: touch t pattern=hot:2:1}]", "1:37: found '2', expected a part from 0 to 1"),
            arguments("timeline: [{0s: touch t pattern=hot:0.1:1.1}]", "1:41: found '1.1', expected a part"),
            arguments("timeline: [{0s: touch t pattern=hot:0.1}]", "1:33: found 'hot:0.1', expected"),
            arguments("timeline: [{0s: touch t pattern=zipf:-1}]", "1:38: found '-1', expected an exponent"),
            arguments("timeline: [{0s: touch t pattern=zipf:NaN}]", "1:38: found 'NaN', expected an exponent"),
            arguments("timeline: [{0s: fork t rate=0/s}]", "1:29: found '0/s', expected a number a second"),
            arguments("timeline: [{0s: fork t size=1T}]", "1:29: found '1T', expected at most 1GiB"),
            arguments("timeline: [{0s: disk vda slow:0}]", "1:31: found '0', expected a factor"),
            arguments("timeline: [{0s: kill t signal=0}]", "1:31: found '0', expected a whole number from 1"),
            arguments("timeline: [{0s: speed -1}]", "1:23: found '-1', expected a factor"),
            arguments("timeline: [{0s: task t cgroup=/ oom_score_adj=1001}]", "1:47: found '1001', expected a whole number"));
    } // spotless:on

    /** Ten lists of ten aliases of the list before: 10^10 items for who expands them. */
    @Test
    void laughsAreFew() throws IOException {
        StringBuilder yaml = new StringBuilder("timeline:\n- &l0 [" + "ha, ".repeat(10) + "]\n");
        for (int level = 1; level <= 10; level++) {
            yaml.append("- &l").append(level).append(" [");
            yaml.append(("*l" + (level - 1) + ", ").repeat(10)).append("]\n");
        }
        Cli.Result result = Cli.execute("check", file(yaml.toString()));
        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err()).hasSizeBetween(1, 2000);
    }

    @Test
    void runAndMountRefuseItAsCheckDoes() throws IOException {
        String path = file("machine: {cpus: 0}");
        Path dir = Files.createDirectory(temp.resolve("mnt"));
        assertThat(Cli.execute("run", path).status()).isEqualTo(2);
        Cli.Result mount = Cli.execute("mount", "--foreground", "--scenario", path, dir.toString());
        assertThat(mount.status()).isEqualTo(2);
        assertThat(mount.err()).contains(":1:17: found '0', expected");
    }
}
