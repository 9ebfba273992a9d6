package org.reclaimfs.machine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.MemoryStat;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Kind;

/** Random touches of a set twice as large as its limit, with zram for the rest. */
final class SwapInGroupTest {
    private static final int MAX = 1024;
    private static final int PAGES = 2 * MAX;
    private static final int TOUCHES = 10 * PAGES;

    private final Lab lab = new Lab();
    private MemCgroup limited;
    private Task task;

    @BeforeEach
    void fill() throws ErrnoException {
        lab.zram(64);
        limited = lab.cgroup("/a");
        limited.memory.setMax(MAX);
        task = lab.task("t", "/a", Kind.ANON, PAGES, Content.ratio(3, "text"));
        touch(); // no two pages that left together come back together from now on
    }

    private void touch() throws ErrnoException {
        for (int i = 0; i < TOUCHES / PAGES; i++) {
            lab.run(lab.machine.touch(
                    task, lab.machine.region(task, "data"), new TouchPattern.Uniform(), PAGES, 0, 0, false));
        }
    }

    @Test
    void pagesOfACgroupThatTheTaskHasLeftAreChargedThere() throws ErrnoException {
        MemCgroup now = lab.cgroup("/b");
        lab.machine.cgroups().move(task, now.cgroup);
        touch();
        assertThat(now.stat(MemoryStat.PGMAJFAULT)).as("faults are the task's").isGreaterThan(TOUCHES / 3L);
        assertThat(now.memory.usage()).as("its pages are not").isZero();
        assertThat(limited.memory.usage()).isBetween(MAX - 64L, (long) MAX);
        lab.machine.checkInvariants();
    }
}
