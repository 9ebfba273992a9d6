package org.reclaimfs.cgroupfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.EnumSet;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.Caller;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.Signal;
import org.reclaimfs.machine.Patch;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.Content;
import org.reclaimfs.psi.PsiGroup;

/** Directories and descriptors over time: what comes, goes, stays dead, and belongs to one descriptor. */
final class LifecycleTest {
    private static final int ARMED = OpenFile.POLL_DEFAULT;
    private static final int NO_TRIGGER = OpenFile.POLL_DEFAULT | OpenFile.POLLERR | OpenFile.POLLPRI;

    private final CgroupWorld world = new CgroupWorld();

    @BeforeEach
    void makeOneCgroup() throws ErrnoException {
        world.write("/cgroup.subtree_control", "+memory +pids");
        world.mkdir("/a");
    }

    private static void fails(Errno errno, ThrowingCallable call) {
        assertThat(catchThrowableOfType(ErrnoException.class, call))
                .isNotNull()
                .extracting(ErrnoException::errno)
                .isEqualTo(errno);
    }

    @Test
    void descriptorsHeldAcrossRmdirAnswerEnodev() throws ErrnoException {
        OpenFile max = world.open("/a/memory.max", OpenFile.O_WRONLY);
        OpenFile stat = world.open("/a/memory.stat", OpenFile.O_RDONLY);
        world.rmdir("/a");
        fails(Errno.ENODEV, () -> world.write(max, "1M"));
        fails(Errno.ENODEV, () -> world.read(stat));
        assertThat(world.fs.poll(stat)).isEqualTo(NO_TRIGGER);
        world.mkdir("/a");
        fails(Errno.ENODEV, () -> world.read(stat));
        assertThat(world.read("/a/memory.max")).isEqualTo("max\n");
    }

    @Test
    void aControllerSwitchedOffAndOnAgainIsANewOne() throws ErrnoException {
        world.write("/a/memory.max", "1M");
        OpenFile held = world.open("/a/memory.max", OpenFile.O_RDWR);
        long ino = world.ino("/a/memory.max");
        world.write("/cgroup.subtree_control", "-memory");
        fails(Errno.ENOENT, () -> world.read("/a/memory.max"));
        fails(Errno.ENODEV, () -> world.read(held));
        world.write("/cgroup.subtree_control", "+memory");
        assertThat(world.read("/a/memory.max")).isEqualTo("max\n");
        assertThat(world.ino("/a/memory.max")).isGreaterThan(ino);
        fails(Errno.ENODEV, () -> world.read(held));
    }

    @Test
    void cgroupPressureHidesTheSameNodesAndCutsDescriptors() throws ErrnoException {
        OpenFile held = world.open("/a/memory.pressure", OpenFile.O_RDWR);
        world.write(held, "some 150000 1000000");
        long ino = world.ino("/a/memory.pressure");
        world.write("/a/cgroup.pressure", "0");
        fails(Errno.ENOENT, () -> world.read("/a/memory.pressure"));
        assertThat(world.fs.opendir(CgroupWorld.ROOT + "/a", Caller.ROOT).entries())
                .noneMatch(entry -> entry.name().endsWith("y.pressure"));
        fails(Errno.ENODEV, () -> world.read(held));
        world.write("/a/cgroup.pressure", "1");
        assertThat(world.ino("/a/memory.pressure")).isEqualTo(ino);
        fails(Errno.ENODEV, () -> world.read(held));
        assertThat(world.fs.poll(held)).isEqualTo(NO_TRIGGER);
    }

    @Test
    void aPressureTriggerFiresOnceAWindowAndDiesWithItsDescriptor() throws ErrnoException {
        OpenFile file = world.open("/a/memory.pressure", OpenFile.O_RDWR);
        assertThat(world.fs.poll(file)).isEqualTo(NO_TRIGGER);
        world.write(file, "some 100000 1000000");
        fails(Errno.EBUSY, () -> world.write(file, "junk"));
        assertThat(world.fs.poll(file)).isEqualTo(ARMED);
        PsiGroup psi = world.cgroup("/a").psi();
        psi.change(0, world.machine.nowNs(), 0, PsiGroup.MEMSTALL);
        world.machine.advance(world.machine.nowNs() + 200_000_000, Integer.MAX_VALUE);
        assertThat(world.fs.peek(file)).isEqualTo(ARMED | OpenFile.POLLPRI);
        assertThat(world.fs.poll(file)).isEqualTo(ARMED | OpenFile.POLLPRI);
        assertThat(world.fs.poll(file)).isEqualTo(ARMED);
        world.fs.release(file);
        assertThat(psi.hasTriggers()).isFalse();
    }

    @ParameterizedTest(name = "an unprivileged trigger needs a window of whole 2 s, not {0}")
    @ValueSource(strings = {"some 150000 1000000", "full 1 500000"})
    void unprivilegedTriggers(String trigger) throws ErrnoException {
        Caller user = new Caller.Plain(1000, 1000, 7);
        world.fs.chown(world.fs.lookup(CgroupWorld.ROOT + "/a/io.pressure", Caller.ROOT), 1000, 1000, Caller.ROOT);
        OpenFile file = world.fs.open(CgroupWorld.ROOT + "/a/io.pressure", OpenFile.O_RDWR, user);
        fails(Errno.EINVAL, () -> world.write(file, trigger));
        world.write(file, "some 150000 2000000");
    }

    @Test
    void aPeakIsResetForOneDescriptorOnly() throws ErrnoException {
        Task big = world.hold("big", "/a", 8, Content.SAME);
        String allTime = world.read("/a/memory.peak");
        world.machine.exit(big);
        world.machine.completeExits();
        OpenFile reset = world.open("/a/memory.peak", OpenFile.O_RDWR);
        OpenFile other = world.open("/a/memory.peak", OpenFile.O_RDWR);
        world.write(reset, "x");
        assertThat(world.read(reset)).isEqualTo(world.read("/a/memory.current"));
        assertThat(world.read(other)).isEqualTo(allTime);
        world.hold("small", "/a", 2, Content.SAME);
        String now = world.read("/a/memory.current");
        assertThat(world.read(reset)).isEqualTo(now);
        world.write(other, "x");
        assertThat(world.read(reset)).isEqualTo(now);
        assertThat(world.read("/a/memory.peak")).isEqualTo(allTime);
    }

    @Test
    void aWriteWithoutBlockingOnlySetsTheLimit() throws ErrnoException {
        world.hold("hog", "/a", 8, Content.SAME);
        String before = world.read("/a/memory.current");
        OpenFile high = world.open("/a/memory.high", OpenFile.O_WRONLY | OpenFile.O_NONBLOCK);
        world.write(high, "1M");
        OpenFile max = world.open("/a/memory.max", OpenFile.O_WRONLY | OpenFile.O_NONBLOCK);
        world.write(max, "1M");
        assertThat(world.read("/a/memory.current")).isEqualTo(before);
        world.write("/a/memory.max", "1M");
        assertThat(world.read("/a/cgroup.procs")).as("no swap: it is killed").isEmpty();
        assertThat(world.read("/a/memory.events")).contains("oom_kill 1\n");
    }

    @Test
    void aSignalEndsProactiveReclaim() throws ErrnoException {
        world.hold("hog", "/a", 8, Content.SAME);
        fails(Errno.EINTR, () -> world.fs.writeText(CgroupWorld.ROOT + "/a/memory.reclaim", "4M", () -> true));
    }

    @Test
    void simulatedProcessesMoveAndDelegationIsChecked() throws ErrnoException {
        world.mkdir("/a/from");
        world.mkdir("/a/to");
        Task task = world.machine.spawn("t", "t", "/a/from", 0);
        String pid = Integer.toString(task.pid);
        Caller user = new Caller.Plain(1000, 1000, 7);
        for (String file : List.of("/a/from", "/a/to", "/a/to/cgroup.procs")) {
            world.fs.chown(world.fs.lookup(CgroupWorld.ROOT + file, Caller.ROOT), 1000, 1000, Caller.ROOT);
        }
        OpenFile procs = world.fs.open(CgroupWorld.ROOT + "/a/to/cgroup.procs", OpenFile.O_RDWR, user);
        fails(Errno.EACCES, () -> world.write(procs, pid));
        world.fs.chown(world.fs.lookup(CgroupWorld.ROOT + "/a/cgroup.procs", Caller.ROOT), 1000, 1000, Caller.ROOT);
        world.write(procs, pid);
        assertThat(world.read("/a/to/cgroup.procs")).isEqualTo(pid + "\n");
        assertThat(world.read("/a/from/cgroup.events")).startsWith("populated 0\n");
        fails(Errno.ESRCH, () -> world.write("/a/to/cgroup.procs", "0"));
        fails(Errno.EINVAL, () -> world.write("/a/to/cgroup.procs", "99999999999"));
    }

    @Test
    void filesBelongToWhoeverSwitchedTheControllerOn() throws ErrnoException {
        Caller user = new Caller.Plain(1000, 1000, 7);
        for (String file : List.of("/a", "/a/cgroup.subtree_control")) {
            world.fs.chown(world.fs.lookup(CgroupWorld.ROOT + file, Caller.ROOT), 1000, 1000, Caller.ROOT);
        }
        world.fs.mkdir(CgroupWorld.ROOT + "/a/b", 0750, user);
        OpenFile control = world.fs.open(CgroupWorld.ROOT + "/a/cgroup.subtree_control", OpenFile.O_WRONLY, user);
        world.write(control, "+memory");
        assertThat(world.fs
                        .getattr(CgroupWorld.ROOT + "/a/b/memory.max", Caller.ROOT)
                        .uid())
                .isEqualTo(1000);
        assertThat(world.fs.getattr(CgroupWorld.ROOT + "/a/b", Caller.ROOT).mode() & 07777)
                .isEqualTo(0750);
    }

    @Test
    void threadedSubtrees() throws ErrnoException {
        world.write("/cgroup.subtree_control", "+cpu");
        world.mkdir("/a/t");
        world.mkdir("/a/d");
        world.write("/a/t/cgroup.type", "threaded");
        assertThat(world.read("/a/cgroup.type")).isEqualTo("domain threaded\n");
        assertThat(world.read("/a/d/cgroup.type")).isEqualTo("domain invalid\n");
        fails(Errno.EOPNOTSUPP, () -> world.read("/a/t/cgroup.procs"));
        fails(Errno.EOPNOTSUPP, () -> world.write("/a/cgroup.subtree_control", "+memory"));
        Task task = world.machine.spawn("t", "t", "/a", 0);
        fails(Errno.EOPNOTSUPP, () -> world.write("/a/d/cgroup.procs", Integer.toString(task.pid)));
        world.write("/a/cgroup.subtree_control", "+cpu");
        world.write("/a/t/cgroup.threads", Integer.toString(task.pid));
        assertThat(world.read("/a/cgroup.procs")).isEqualTo(task.pid + "\n");
        assertThat(world.read("/a/t/cpu.max")).isEqualTo("max 100000\n");
        fails(Errno.EOPNOTSUPP, () -> world.write("/a/t/cgroup.kill", "1"));
    }

    @Test
    void withoutPatchBThereIsNoSource() throws ErrnoException {
        CgroupWorld stock = new CgroupWorld(EnumSet.noneOf(Patch.class));
        fails(Errno.EINVAL, () -> stock.write("/memory.reclaim", "0 source=zswap"));
        assertThat(stock.read("/memory.stat"))
                .doesNotContain("zswpwb_proactive_b")
                .contains("\nzswap_incomp 0\n");
        assertThat(world.read("/memory.stat")).contains("zswap_incomp 0\nzswpwb_proactive_b 0\n");
    }

    @Test
    void unmodelledSettingsAreRefused() throws ErrnoException {
        world.write("/cgroup.subtree_control", "+cpuset");
        fails(Errno.EOPNOTSUPP, () -> world.write("/a/cpuset.cpus.partition", "root"));
        world.write("/a/pids.max", "5");
        assertThat(world.read("/a/pids.max")).isEqualTo("5\n");
        assertThatThrownBy(() -> world.write("/a/pids.max", "4194305")).hasMessageContaining("EINVAL");
    }

    @Test
    void eventsFilesPollUntilReadAndAgainAfterAnEvent() throws ErrnoException {
        OpenFile events = world.open("/a/cgroup.events", OpenFile.O_RDONLY);
        assertThat(world.fs.poll(events)).isEqualTo(NO_TRIGGER);
        assertThat(world.read(events)).isEqualTo("populated 0\nfrozen 0\n");
        assertThat(world.fs.poll(events)).isEqualTo(OpenFile.POLL_DEFAULT);
        world.fs.writeText(CgroupWorld.ROOT + "/a/cgroup.freeze", "1", Signal.NEVER);
        assertThat(world.fs.poll(events)).isEqualTo(NO_TRIGGER);
        assertThat(world.read(events)).isEqualTo("populated 0\nfrozen 1\n");
    }
}
