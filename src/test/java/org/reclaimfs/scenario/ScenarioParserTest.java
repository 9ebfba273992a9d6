package org.reclaimfs.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reclaimfs.machine.MachineConfig;
import org.reclaimfs.machine.Patch;
import org.reclaimfs.mm.Costs;
import org.reclaimfs.swap.SwapDiscard;

final class ScenarioParserTest {
    private static List<String> problems(String yaml) {
        ScenarioException e = catchThrowableOfType(ScenarioException.class, () -> ScenarioParser.parse(yaml));
        assertThat(e).as("errors of %s", yaml).isNotNull();
        return e.problems().stream().map(p -> p.in("F")).toList();
    }

    @Test
    void nothingIsTheDefaultMachine() throws ScenarioException {
        assertThat(ScenarioParser.parse("")).isEqualTo(Scenario.none());
        assertThat(ScenarioParser.parse("machine:\ntimeline:\n").machine()).isEqualTo(MachineConfig.defaults());
    }

    @Test
    void readsEverySection() throws ScenarioException {
        Scenario scenario = ScenarioParser.parse(
                """
                kernel:  {version: 7.2, patches: {zswap_proactive_writeback: 0, ram_backed_swap: 1}}
                machine: {memory: 1GiB, cpus: 2, nodes: 1, costs: {profile: server, fault: 1us, copy: 7}, seed: 9}
                swap:    [{device: /dev/vda}, {device: /dev/zram0, priority: 100}]
                disks:   [{name: vda, size: 8GiB, profile: hdd}]
                zram:    [{name: zram0, disksize: 4GiB, algorithm: zstd}]
                zswap:   {enabled: true, compressor: lz4}
                sysctl:  {vm.swappiness: 10}
                cgroups: {/web/a: {memory.max: 2G}, /: {}}
                timeline:
                  - 0s: task t cgroup=/web/a
                  - 1s: "write /x y"
                end: 1m
                """);
        assertThat(scenario.machine().patches()).containsExactly(Patch.RAM_BACKED_SWAP);
        assertThat(scenario.machine().costs())
                .isEqualTo(Costs.of(Costs.Profile.SERVER).with("fault", 1000).with("copy", 7));
        assertThat(scenario.disks()).hasSize(1);
        assertThat(scenario.zrams()).isEqualTo(1);
        assertThat(scenario.endNs()).isEqualTo(60_000_000_000L);
        assertThat(scenario.setup())
                .extracting(Scenario.Setup::step)
                .containsExactly(
                        new Step.Write("/sys/block/zram0/comp_algorithm", "zstd\n"),
                        new Step.Write("/sys/block/zram0/disksize", "4294967296\n"),
                        new Step.Write("/sys/module/zswap/parameters/compressor", "lz4\n"),
                        new Step.Write("/sys/module/zswap/parameters/enabled", "Y\n"),
                        new Step.Write("/proc/sys/vm/swappiness", "10\n"),
                        new Step.SwapOn("/dev/vda", -1),
                        new Step.SwapOn("/dev/zram0", 100),
                        new Step.Write("/sys/fs/cgroup/cgroup.subtree_control", "+memory\n"),
                        new Step.Mkdir("/sys/fs/cgroup/web"),
                        new Step.Write("/sys/fs/cgroup/web/cgroup.subtree_control", "+memory\n"),
                        new Step.Mkdir("/sys/fs/cgroup/web/a"),
                        new Step.Write("/sys/fs/cgroup/web/a/memory.max", "2G\n"));
        assertThat(scenario.timeline()).extracting(Timeline.Entry::line).containsExactly(10, 11);
    }

    @Test
    void aSwapFileIsMadeBeforeItIsUsed() throws ScenarioException {
        Scenario scenario = ScenarioParser.parse(
                """
                disks: [{name: vda, size: 1GiB}]
                swap:
                  - {file: "/mnt/a file", size: 8MiB, disk: vda, priority: 3, discard: pages}
                  - {file: /swapfile, size: 1MiB, disk: vda}
                """);
        assertThat(scenario.setup())
                .extracting(Scenario.Setup::step)
                .containsExactly(
                        new Step.MakeSwapFile("/mnt/a file", 8 << 20, "vda"),
                        new Step.SwapOn("/mnt/a file", 3, SwapDiscard.PAGES),
                        new Step.MakeSwapFile("/swapfile", 1 << 20, "vda"),
                        new Step.SwapOn("/swapfile", -1));
    }

    @Test
    void fiveErrorsAreFive() {
        assertThat(
                        problems(
                                """
                        machine: {memory: 32MiB, cpus: 0}
                        zram: [{algorithm: lz5}]
                        swap: [{device: /dev/vdx}]
                        timeline:
                          - 1s: alloc web 1x
                        """))
                .containsExactly(
                        "F:1:19: found '32MiB', expected 64MiB to 16TiB of memory",
                        "F:1:32: found '0', expected a whole number from 1 to 4096",
                        "F:2:20: found 'lz5', expected one of lzo-rle, lzo, lz4, lz4hc, zstd, deflate",
                        "F:3:17: found '/dev/vdx', expected one of /dev/zram0",
                        "F:5:19: found '1x', expected a size in bytes such as 4096, 64K, 512M or 4GiB");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = { // spotless:off
        "[1]                               | F:1:1: found a list, expected a map of kernel, machine",
        "5                                 | F:1:1: found '5', expected a map of kernel",
        "a: [                              | F:1:5: not YAML",
        "hosts: 5                          | F:1:1: found the key 'hosts', expected one of kernel, machine",
        "{end: 1s, end: 2s}                | F:1:11: found the key 'end' again, expected it once",
        "end: 5                            | F:1:6: found '5', expected a duration",
        "end: [1s]                         | F:1:6: found a list, expected a duration",
        "kernel: {version: '6.1'}          | F:1:20: found '6.1', expected \"7.2\" or \"6.12\" (other",
        "kernel: {version: 8}              | F:1:19: found '8', expected \"7.2\" or",
        "kernel: {patches: {scaled_anon: 2}} | F:1:33: found '2', expected 0 or 1",
        "kernel: {patches: {ram_backed_swap: yes}} | F:1:37: found 'yes', expected 0 or 1",
        "machine: {memory: 64M, nodes: 3}  | F:1:31: found '3', expected at most 2 (a node",
        "machine: {memory: 4GB}            | F:1:19: found '4GB', expected a size",
        "machine: {memory: }               | F:1:18: found nothing, expected a size",
        "machine: {costs: laptop}          | F:1:18: found 'laptop', expected one of server, golden-guest",
        "machine: {costs: {faults: 1}}     | F:1:19: found the key 'faults', expected one of profile, scan_anon",
        "machine: {costs: {fault: 1x}}     | F:1:26: found '1x', expected a duration",
        "machine: {seed: x}                | F:1:17: found 'x', expected a whole number",
        "disks: {}                         | F:1:8: found a map, expected a list of disks",
        "'disks: [{name: vda}]'            | F:1:9: found no size, expected size",
        "'disks: [{name: zram0, size: 1G}]' | F:1:16: found 'zram0', expected a name",
        "'disks: [{name: vda, size: 1G, profile: tape}]' | F:1:40: found 'tape', expected one of optane",
        "'disks: [{name: a, size: 1G}, {name: a, size: 1G}]' | F:1:37: found /dev/a again",
        "'zram: [{name: zram5}]'           | F:1:15: found 'zram5', expected zram0",
        "zswap: {compressor: lz5}          | F:1:21: found 'lz5', expected a compressor",
        "zswap: {enabled: maybe}           | F:1:18: found 'maybe', expected true or false",
        "zswap: {max_pool_percent: 101}    | F:1:27: found '101', expected a whole number from 0 to 100",
        "'swap: [{priority: 1}]'           | F:1:8: found no device",
        "'swap: [{device: /dev/vda}]'      | F:1:17: found '/dev/vda', expected a device from disks or zram",
        "sysctl: {swappiness: 1}           | F:1:10: found 'swappiness', expected a sysctl",
        "cgroups: {web: {}}                | F:1:11: found 'web', expected a path",
        "cgroups: {/a/../b: {}}            | F:1:11: found '/a/../b', expected a path",
        "cgroups: {/a: [1]}                | F:1:15: found a list, expected a map",
        "'timeline: [pause]'               | F:1:12: found 'pause', expected TIME: STEP",
        "'timeline: [{0s: pause, 1s: pause}]' | F:1:24: found a second step",
        "'timeline: [{1s: pause}, {0s: pause}]' | F:1:26: found '0s', expected a time not before",
        "'{end: 1s, timeline: [{2s: pause}]}' | F:1:23: found '2s', expected a time not after end",
        "'timeline: [{0s: \"pawse\"}]'    | F:1:18: found 'pawse', expected one of",
            }) // spotless:on
    void errorsHaveTheirPlace(String yaml, String problem) {
        assertThat(problems(yaml)).singleElement().asString().startsWith(problem);
    }
}
