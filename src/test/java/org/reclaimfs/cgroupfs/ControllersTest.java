package org.reclaimfs.cgroupfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.Content;
import org.reclaimfs.swap.Disk;

/** What the pids and io controllers count and refuse, what outlasts a removed cgroup, and who is in the root. */
final class ControllersTest {
    private final CgroupWorld world = new CgroupWorld();
    private final Machine machine = world.machine;

    @BeforeEach
    void makeTwoLevels() throws ErrnoException {
        machine.devices().addDisk(new Disk("vda", 512L << 20, Disk.Profile.NVME));
        machine.devices().addDisk(new Disk("vdb", 512L << 20, Disk.Profile.NVME));
        machine.devices().swapon("/dev/vda", -1);
        world.write("/cgroup.subtree_control", "+memory +pids +io");
        world.mkdir("/a");
        world.write("/a/cgroup.subtree_control", "+memory +pids +io");
        world.mkdir("/a/b");
        world.mkdir("/a/c");
    }

    @Test
    void aForkBeyondPidsMaxIsRefusedAndCountedWhereTheLimitIs() throws ErrnoException {
        List<String> log = new ArrayList<>();
        machine.klog().listen(entry -> log.add(entry.text()));
        world.write("/a/pids.max", "2");
        OpenFile events = world.open("/a/pids.events", OpenFile.O_RDONLY);
        assertThat(world.read(events)).isEqualTo("max 0\n");
        machine.spawn("one", "one", "/a/b", 0);
        Task two = machine.spawn("two", "two", "/a/c", 0);
        assertThatThrownBy(() -> machine.spawn("three", "three", "/a/b", 0)).hasMessageContaining("EAGAIN");
        assertThatThrownBy(() -> machine.spawn("four", "four", "/a/b", 0)).hasMessageContaining("EAGAIN");
        assertThat(world.fs.poll(events) & OpenFile.POLLPRI).isNotZero();
        assertThat(world.read("/a/pids.events")).isEqualTo("max 2\n");
        assertThat(world.read("/a/pids.events.local")).isEqualTo("max 2\n");
        assertThat(world.read("/a/b/pids.events")).isEqualTo("max 0\n");
        assertThat(log).containsExactly("cgroup: fork rejected by pids controller in /a/b");
        world.write("/a/b/pids.max", "0");
        world.write("/a/b/cgroup.procs", Integer.toString(two.pid)); // a move is no fork
        assertThat(world.read("/a/b/pids.current")).isEqualTo("2\n");
        assertThatThrownBy(() -> machine.spawn("five", "five", "/a/b", 0)).hasMessageContaining("EAGAIN");
        assertThat(world.read("/a/b/pids.events.local")).isEqualTo("max 1\n");
        assertThat(world.read("/a/pids.events.local")).as("not its limit").isEqualTo("max 2\n");
        assertThat(world.read("/a/pids.events")).as("but below it").isEqualTo("max 3\n");
        machine.exit(two);
        machine.completeExits();
        assertThat(world.read("/a/pids.current")).isEqualTo("1\n");
        assertThat(world.read("/a/pids.peak")).isEqualTo("2\n");
    }

    @Test
    void aControllerSwitchedOnAgainStartsAfresh() throws ErrnoException {
        world.write("/a/b/pids.max", "7");
        machine.spawn("one", "one", "/a/b", 0);
        world.write("/a/cgroup.subtree_control", "-pids");
        world.write("/a/cgroup.subtree_control", "+pids");
        assertThat(world.read("/a/b/pids.max")).isEqualTo("max\n");
        assertThat(world.read("/a/b/pids.peak")).isEqualTo("1\n");
    }

    @Test
    void ioKeepsAMemoryStateWithoutFiles() throws ErrnoException {
        world.hold("t", "/a/b", 8, Content.RANDOM);
        world.write("/a/b/memory.max", "1G");
        world.write("/a/b/memory.oom.group", "1");
        String current = world.read("/a/b/memory.current");
        world.write("/a/cgroup.subtree_control", "-memory");
        assertThatThrownBy(() -> world.read("/a/b/memory.max")).hasMessageContaining("ENOENT");
        assertThat(world.read("/a/b/cgroup.stat")).contains("nr_subsys_memory 1\n");
        world.write("/a/cgroup.subtree_control", "+memory");
        assertThat(world.read("/a/b/memory.current")).isEqualTo(current);
        assertThat(world.read("/a/b/memory.max")).isEqualTo("max\n");
        assertThat(world.read("/a/b/memory.oom.group")).as("is not reset").isEqualTo("1\n");
        world.write("/a/cgroup.subtree_control", "-memory -io");
        assertThat(world.read("/a/b/cgroup.stat")).contains("nr_subsys_memory 0\n");
        world.write("/a/cgroup.subtree_control", "+memory");
        assertThat(world.read("/a/b/memory.current")).as("a fresh one").isEqualTo("0\n");
        assertThat(world.read("/a/b/memory.oom.group")).isEqualTo("0\n");
        machine.checkInvariants();
    }

    @Test
    void ioStatFollowsSwappingUpTheTree() throws ErrnoException {
        Task task = world.hold("t", "/a/b", 8, Content.RANDOM);
        assertThat(world.read("/a/b/io.stat")).isEmpty();
        world.write("/a/b/memory.reclaim", "4M swappiness=max");
        long pages = stat("/a/b", "pswpout");
        assertThat(pages).isPositive();
        String written = "254:0 rbytes=0 wbytes=" + pages * 4096 + " rios=0 wios=" + pages + " dbytes=0 dios=0\n";
        assertThat(world.read("/a/b/io.stat")).isEqualTo(written);
        assertThat(world.read("/a/io.stat")).isEqualTo(written);
        assertThat(world.read("/a/c/io.stat")).isEmpty();
        assertThat(world.read("/io.stat"))
                .matches("(?s)254:16 rbytes=4096 wbytes=0 rios=1 .*\n254:0 rbytes=28672 wbytes=" + (pages + 1) * 4096
                        + " rios=4 wios=.*");
        machine.exit(task);
        machine.completeExits();
        assertThat(world.read("/a/b/io.stat")).isEqualTo(written);
        world.write("/a/cgroup.subtree_control", "-io");
        assertThat(world.read("/a/io.stat")).isEqualTo(written);
    }

    @Test
    void aRemovedCgroupDiesWithTheLastSwapEntryChargedToIt() throws ErrnoException {
        Task task = world.hold("t", "/a/b", 8, Content.RANDOM);
        world.write("/a/b/memory.reclaim", "4M swappiness=max");
        world.write("/a/c/cgroup.procs", Integer.toString(task.pid));
        world.rmdir("/a/b");
        assertThat(world.read("/a/cgroup.stat"))
                .contains("nr_descendants 1\n", "nr_dying_descendants 1\n", "nr_dying_subsys_memory 1\n")
                .contains("nr_subsys_memory 2\n", "nr_dying_subsys_io 0\n");
        assertThat(world.read("/cgroup.stat")).contains("nr_dying_descendants 1\n");
        assertThat(world.read("/a/c/cgroup.stat")).contains("nr_dying_descendants 0\n");
        machine.exit(task);
        machine.completeExits();
        assertThat(world.read("/a/cgroup.stat")).contains("nr_dying_descendants 0\n", "nr_dying_subsys_memory 0\n");
    }

    @Test
    void initIsAMemberThatNothingKills() throws ErrnoException {
        assertThat(world.read("/cgroup.procs")).isEqualTo("1\n2\n");
        world.write("/a/b/cgroup.procs", "1");
        assertThat(world.read("/a/b/cgroup.procs")).isEqualTo("1\n");
        assertThat(world.read("/a/b/cgroup.events")).startsWith("populated 1\n");
        world.write("/a/cgroup.kill", "1");
        machine.completeExits();
        assertThat(world.read("/a/b/cgroup.threads")).isEqualTo("1\n");
        assertThatThrownBy(() -> world.rmdir("/a/b")).hasMessageContaining("EBUSY");
        assertThatThrownBy(() -> world.write("/a/b/cgroup.procs", "2")).hasMessageContaining("EINVAL");
        world.write("/cgroup.procs", "1");
        world.rmdir("/a/b");
        assertThat(machine.kills()).isEmpty();
    }

    private long stat(String cgroup, String key) throws ErrnoException {
        for (String line : world.read(cgroup + "/memory.stat").split("\n")) {
            if (line.startsWith(key + " ")) {
                return Long.parseLong(line.substring(key.length() + 1));
            }
        }
        throw new AssertionError("no " + key);
    }
}
