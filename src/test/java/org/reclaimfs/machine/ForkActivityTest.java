package org.reclaimfs.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.KernelUse;
import org.reclaimfs.mm.VmStat;

/** A shell loop's children come one at a time, take kernel memory and pages of their own, and give all of it back. */
final class ForkActivityTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int CHILD = 64;

    private final Machine machine = new Machine(MachineConfig.defaults());
    private Task shell;

    @BeforeEach
    void spawn() throws ErrnoException {
        shell = machine.spawn("sh", "sh", "/", 0);
    }

    private void end(Activity exit) {
        machine.start(exit);
        go(machine.nowNs() + SECOND);
    }

    private void go(long atNs) {
        while (!machine.advance(atNs, 1000)) {
            machine.memory().checkInvariants();
        }
    }

    @Test
    void eachChildFaultsItsPagesAndExits() throws ErrnoException {
        machine.memory().drainPerCpu();
        long free = machine.memory().freePages();
        machine.start(machine.fork(shell, CHILD, 10));
        go(10 * SECOND + SECOND / 20);
        assertThat(machine.vmstat(VmStat.PGFAULT))
                .as("10 s of 10 children a second")
                .isEqualTo(100 * CHILD);
        end(machine.exit(shell));
        machine.memory().drainPerCpu();
        assertThat(machine.memory().freePages()).isEqualTo(free);
        machine.checkInvariants();
    }

    @Test
    void aChildThatDiesHalfwayLeavesNothing() throws ErrnoException {
        machine.memory().drainPerCpu();
        long free = machine.memory().freePages();
        long stacks = machine.memory().kernelUsePages(KernelUse.KERNEL_STACK);
        machine.start(machine.fork(shell, 100_000, 0));
        go(SECOND / 50);
        assertThat(machine.memory().kernelUsePages(KernelUse.KERNEL_STACK)).isGreaterThan(stacks);
        end(machine.kill(shell, "test"));
        machine.memory().drainPerCpu();
        assertThat(machine.memory().freePages()).isEqualTo(free);
        machine.checkInvariants();
    }

    @Test
    void aTaskForksOnce() throws ErrnoException {
        machine.fork(shell, CHILD, 1);
        assertThatThrownBy(() -> machine.fork(shell, CHILD, 1)).isInstanceOf(ErrnoException.class);
    }
}
