package org.reclaimfs.cgroupfs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reclaimfs.abi.ErrnoException;

/** cpu.* and cpuset.*: what the kernel would take, refuse and read back, though nobody is throttled or bound. */
final class CpuSettingsTest {
    private final CgroupWorld world = new CgroupWorld();

    @BeforeEach
    void makeTwoLevels() throws ErrnoException {
        world.write("/cgroup.subtree_control", "+cpu +cpuset");
        world.mkdir("/a");
        world.write("/a/cgroup.subtree_control", "+cpu +cpuset");
        world.mkdir("/a/b");
    }

    private String tryWrite(String path, String text) {
        try {
            world.write(path, text);
            return "OK";
        } catch (ErrnoException e) {
            return e.errno().toString();
        }
    }

    @ParameterizedTest(name = "{0} <- \"{1}\" gives {2} and then reads {3}")
    @CsvSource({
        "cpu.weight, 200, OK, 200",
        "cpu.weight, 0x10, OK, 16",
        "cpu.weight, 1, OK, 1",
        "cpu.weight, 10000, OK, 10000",
        "cpu.weight, 0, ERANGE, 100",
        "cpu.weight, 10001, ERANGE, 100",
        "cpu.weight, -1, EINVAL, 100",
        "cpu.weight, max, EINVAL, 100",
        "cpu.weight, 18446744073709551616, ERANGE, 100",
        "cpu.weight.nice, 5, OK, 5",
        "cpu.weight.nice, -20, OK, -20",
        "cpu.weight.nice, 19, OK, 19",
        "cpu.weight.nice, 20, ERANGE, 0",
        "cpu.weight.nice, x, EINVAL, 0",
        "cpu.idle, 1, OK, 1",
        "cpu.idle, 2, EINVAL, 0",
        "cpu.max, 50000 100000, OK, 50000 100000",
        "cpu.max, 50000, OK, 50000 100000",
        "cpu.max, max 20000, OK, max 20000",
        "cpu.max, max, OK, max 100000",
        "cpu.max, 1000 1000000, OK, 1000 1000000",
        "cpu.max, 999, EINVAL, max 100000",
        "cpu.max, 5000 999, EINVAL, max 100000",
        "cpu.max, 5000 1000001, EINVAL, max 100000",
        "cpu.max, maximum, EINVAL, max 100000",
        "cpu.max, -1, EINVAL, max 100000",
        "cpu.max, 99999999999999, EINVAL, max 100000",
        "cpu.max, '', EINVAL, max 100000",
        "cpu.max.burst, 1000, OK, 1000",
        "cpu.max.burst, x, EINVAL, 0",
        "cpuset.cpus, 0, OK, 0",
        "cpuset.cpus, '0,0-0', OK, 0",
        "cpuset.cpus, 1-0, EINVAL, ''",
        "cpuset.cpus, 4096, EINVAL, ''",
        "cpuset.cpus, a, EINVAL, ''",
        "cpuset.mems, 0, OK, 0",
        "cpuset.mems, 7, EINVAL, ''",
        "cpuset.cpus.partition, member, OK, member",
        "cpuset.cpus.partition, members, EINVAL, member",
        "cpuset.cpus.exclusive, '', OK, ''",
    })
    void takenAndReadBack(String file, String text, String result, String after) throws ErrnoException {
        assertThat(tryWrite("/a/b/" + file, text + "\n")).isEqualTo(result);
        assertThat(world.read("/a/b/" + file)).isEqualTo(after + "\n");
    }

    @Test
    void anIdleCgroupHasTheLeastWeightAndNoOther() throws ErrnoException {
        world.write("/a/cpu.weight", "300");
        assertThat(world.read("/a/cpu.weight.nice")).isEqualTo("-5\n");
        world.write("/a/cpu.idle", "1");
        assertThat(world.read("/a/cpu.weight")).isEqualTo("1\n");
        assertThat(tryWrite("/a/cpu.weight", "100")).isEqualTo("EINVAL");
        world.write("/a/cpu.idle", "0");
        assertThat(world.read("/a/cpu.weight")).isEqualTo("100\n");
    }

    @Test
    void aBurstFitsIntoItsQuota() throws ErrnoException {
        world.write("/a/cpu.max", "20000 50000");
        assertThat(tryWrite("/a/cpu.max.burst", "20001")).isEqualTo("EINVAL");
        assertThat(tryWrite("/a/cpu.max.burst", "20000")).isEqualTo("OK");
        assertThat(tryWrite("/a/cpu.max", "19999")).isEqualTo("EINVAL");
        assertThat(world.read("/a/cpu.max")).isEqualTo("20000 50000\n");
    }

    @Test
    void settingsGoWithTheController() throws ErrnoException {
        world.write("/a/b/cpu.weight", "300");
        world.write("/a/cgroup.subtree_control", "-cpu");
        world.write("/a/cgroup.subtree_control", "+cpu");
        assertThat(world.read("/a/b/cpu.weight")).isEqualTo("100\n");
    }

    /** cpuset: what is asked for, as far as the parent has it, or else all that the parent has. */
    @Test
    void effectiveCpusComeFromAbove() throws ErrnoException {
        int last = world.machine.cpus() - 1;
        assertThat(last).isPositive();
        assertThat(world.read("/cpuset.cpus.effective")).isEqualTo("0-" + last + "\n");
        world.write("/a/cpuset.cpus", "0");
        assertThat(world.read("/a/cpuset.cpus.effective")).isEqualTo("0\n");
        assertThat(world.read("/a/b/cpuset.cpus.effective")).isEqualTo("0\n");
        world.write("/a/b/cpuset.cpus", "" + last);
        assertThat(world.read("/a/b/cpuset.cpus.effective")).isEqualTo("0\n");
        world.write("/a/cpuset.cpus", "\n");
        assertThat(world.read("/a/cpuset.cpus")).isEqualTo("\n");
        assertThat(world.read("/a/b/cpuset.cpus.effective")).isEqualTo(last + "\n");
    }

    @Test
    void thereIsNoMiscResource() throws ErrnoException {
        world.write("/cgroup.subtree_control", "+misc");
        assertThat(tryWrite("/a/misc.max", "res_a max")).isEqualTo("EINVAL");
        assertThat(world.read("/a/misc.max")).isEmpty();
    }
}
