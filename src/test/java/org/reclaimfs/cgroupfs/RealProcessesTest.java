package org.reclaimfs.cgroupfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.memcg.Task;

/** Real processes as members of cgroups: the writer is process 7, and 8 lives beside it. */
final class RealProcessesTest {
    private final CgroupWorld world = new CgroupWorld((pid, caller) -> switch (pid) {
        case 0, 7 -> new RealProcesses.Named(7, "sh");
        case 8 -> new RealProcesses.Named(8, "worker");
        default -> null;
    });

    @BeforeEach
    void cgroups() throws ErrnoException {
        world.mkdir("/a");
        world.mkdir("/b");
    }

    @AfterEach
    void books() {
        world.machine.checkInvariants();
    }

    @Test
    void aProcessIsAMemberWhereItWasWrittenLast() throws ErrnoException {
        world.write("/a/cgroup.procs", "0\n");
        world.write("/a/cgroup.procs", "8\n");
        assertThat(world.read("/a/cgroup.procs")).isEqualTo("7\n8\n");
        assertThat(world.read("/a/cgroup.events")).contains("populated 1");
        assertThatThrownBy(() -> world.rmdir("/a"))
                .isInstanceOfSatisfying(
                        ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBUSY));
        world.write("/b/cgroup.procs", "7\n");
        assertThat(world.read("/a/cgroup.procs")).isEqualTo("8\n");
        assertThat(world.read("/b/cgroup.procs")).isEqualTo("7\n");
    }

    @Test
    void itsEndLeavesTheCgroupEmpty() throws ErrnoException {
        world.write("/a/cgroup.procs", "8\n");
        Task task = world.machine.cgroups().byPid(8);
        assertThat(task).isNotNull();
        assertThat(task.comm).isEqualTo("worker");
        world.machine.exit(task);
        world.machine.completeExits();
        assertThat(world.read("/a/cgroup.procs")).isEmpty();
        world.rmdir("/a");
    }

    @ParameterizedTest(name = "\"{1}\" > {0}/cgroup.procs gives {2}")
    @CsvSource({"/a, 9, ESRCH", "/a, -1, EINVAL", "/a, x, EINVAL", "/inner, 8, EBUSY", "/inner, 0, EBUSY"})
    void refused(String cgroup, String text, Errno errno) throws ErrnoException {
        world.write("/cgroup.subtree_control", "+memory");
        world.mkdir("/inner");
        world.write("/inner/cgroup.subtree_control", "+memory");
        assertThatThrownBy(() -> world.write(cgroup + "/cgroup.procs", text))
                .isInstanceOfSatisfying(
                        ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(errno));
        assertThat(world.read("/cgroup.procs")).as("nobody has moved").isEqualTo("1\n2\n");
    }
}
