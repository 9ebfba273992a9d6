package org.reclaimfs.machine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.MemCgroup.Event;
import org.reclaimfs.memcg.MemoryStat;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.mm.VmStat;
import org.reclaimfs.swap.Disk;

/** What a charge does that finds no room below memory.max (try_charge_memcg, spec/04 section 2). */
final class ChargeLoopTest {
    private static final long MAX = 1000;

    private final Lab lab = new Lab();
    private final Machine machine = lab.machine;

    private MemCgroup limited(String path) throws ErrnoException {
        MemCgroup memcg = lab.cgroup(path);
        memcg.memory.setMax(MAX);
        return memcg;
    }

    private Activity alloc(Task task, long pages) throws ErrnoException {
        return machine.alloc(task, "data", Kind.ANON, Content.RANDOM, pages, 0);
    }

    /** 18 rounds up to the kill, and 17 of the victim's own before it exits; the same in b4 E. */
    @Test
    void theVictimGoesRoundOnceMore() throws ErrnoException {
        MemCgroup memcg = limited("/a");
        Task hog = machine.spawn("hog", "hog", "/a", 0);
        lab.run(alloc(hog, 2 * MAX));
        assertThat(hog.gone()).isTrue();
        assertThat(memcg.events(Event.MAX)).isEqualTo(35);
        assertThat(memcg.events(Event.OOM)).isEqualTo(1);
        assertThat(memcg.events(Event.OOM_KILL)).isEqualTo(1);
        assertThat(memcg.memory.watermark()).isEqualTo(MAX);
        // Its page tables went to the charge stock.
        assertThat(memcg.memory.usage()).isEqualTo(11 + 2).isEqualTo(memcg.stockedPages());
    }

    /** It has the memory until it is out of the kernel: nobody else is killed, and no page of it is free. */
    @Test
    void theVictimKeepsItsMemoryUntilItGivesUp() throws ErrnoException {
        MemCgroup memcg = limited("/a");
        Task hog = machine.spawn("hog", "hog", "/a", 0);
        Activity work = alloc(hog, 2 * MAX);
        while (!hog.dead()) {
            assertThat(machine.step(work)).isNotEqualTo(Activity.DONE);
        }
        machine.completeExits();
        assertThat(hog.gone()).isFalse();
        assertThat(memcg.memory.usage()).isEqualTo(MAX);
        while (machine.step(work) != Activity.DONE) {
            assertThat(memcg.events(Event.OOM)).isEqualTo(1);
        }
        machine.completeExits();
        assertThat(hog.gone()).isTrue();
    }

    /** A task that is killed from elsewhere is in the loop, too, and asks the killer once, which spares it the search. */
    @Test
    void killedFromElsewhereItAsksOnceAndGivesUp() throws ErrnoException {
        MemCgroup memcg = limited("/a");
        Task hog = machine.spawn("hog", "hog", "/a", -1000);
        Activity work = alloc(hog, 2 * MAX);
        while (!hog.dead()) {
            machine.step(work);
            if (memcg.events(Event.MAX) > 0) {
                machine.tasks().kill(hog, "test", machine.nowNs());
            }
        }
        lab.run(work);
        assertThat(hog.gone()).isTrue();
        assertThat(memcg.events(Event.OOM)).isEqualTo(1);
        assertThat(memcg.events(Event.OOM_KILL)).isZero();
        assertThat(memcg.events(Event.MAX)).isEqualTo(35);
    }

    /** The stock that another CPU has is given back first. Whom else it kills, frees memory: the charge succeeds then. */
    @Test
    void anotherVictimMakesRoom() throws ErrnoException {
        MemCgroup memcg = limited("/a");
        Task big = machine.spawn("big", "big", "/a", 0);
        lab.run(alloc(big, MAX - 100));
        Task small = machine.spawn("small", "small", "/a", 0);
        lab.run(alloc(small, 200));
        assertThat(big.gone()).isTrue();
        assertThat(small.dead()).isFalse();
        assertThat(memcg.events(Event.MAX)).isEqualTo(1 + 18);
        assertThat(memcg.memory.usage() - memcg.stockedPages()).isEqualTo(200 + 12);
    }

    /** Page tables are charged like pages: they never lift usage above the limit (b4 D). */
    @ParameterizedTest(name = "limit {0} pages over a disk")
    @CsvSource({"511", "512", "513", "515", "516", "517", "1029"})
    void pageTablesPassTheLimitToo(long max) throws ErrnoException {
        lab.disk("vda", 64, Disk.Profile.NVME);
        MemCgroup memcg = lab.cgroup("/d");
        memcg.memory.setMax(max);
        Task task = lab.task("d", "/d", Kind.ANON, 3 * 512, Content.RANDOM);
        assertThat(task.dead()).isFalse();
        assertThat(memcg.stat(MemoryStat.PAGETABLES)).isEqualTo(11 + 3);
        assertThat(memcg.memory.watermark()).isEqualTo(max);
        assertThat(memcg.events(Event.OOM)).isZero();
    }

    @Test
    void aLimitBelowThePageTablesKillsBeforeTheFirstPage() throws ErrnoException {
        MemCgroup memcg = lab.cgroup("/d");
        memcg.memory.setMax(2);
        Task task = lab.task("d", "/d", Kind.ANON, 10, Content.RANDOM);
        assertThat(task.gone()).isTrue();
        assertThat(memcg.memory.watermark()).isEqualTo(2);
        assertThat(memcg.stat(MemoryStat.PGFAULT)).isZero();
    }

    /** swapoff with too little RAM is killed itself, before whoever is bigger, and its device stays in use (b7 E). */
    @Test
    void swapoffWithoutMemoryIsKilled() throws ErrnoException {
        Lab small = new Lab(64);
        small.disk("vda", 64, Disk.Profile.NVME);
        MemCgroup memcg = small.cgroup("/e");
        Task out = small.task("out", "/e", Kind.ANON, 8192, Content.RANDOM);
        small.reclaim(memcg, 8000 * 4096L);
        Task hold = small.task("hold", "/", Kind.ANON, small.machine.memory().freePages() - 4000, Content.RANDOM);
        long swapped = memcg.swap.usage();
        assertThat(small.run(small.machine.devices().swapoff("/dev/vda"))).isEqualTo(Errno.EINTR);
        assertThat(small.machine.vmstat(VmStat.OOM_KILL)).isEqualTo(1);
        assertThat(out.dead() || hold.dead()).isFalse();
        assertThat(memcg.swap.usage()).isBetween(1L, swapped - 1000);
    }

    /** swapoff charges the owner of a page: with the owner's limit in the way, its cgroup has an OOM, not swapoff. */
    @Test
    void swapoffIsHeldUpByTheOwnersLimit() throws ErrnoException {
        lab.disk("vda", 64, Disk.Profile.NVME);
        MemCgroup memcg = limited("/s");
        Task task = lab.task("s", "/s", Kind.ANON, 2 * MAX, Content.RANDOM);
        assertThat(lab.run(machine.devices().swapoff("/dev/vda"))).isNull();
        assertThat(machine.stallsUnderWay())
                .as("nobody wants the page any more")
                .isEmpty();
        assertThat(task.gone()).isTrue();
        assertThat(memcg.events(Event.OOM_KILL)).isEqualTo(1);
        assertThat(memcg.memory.watermark()).isEqualTo(MAX);
    }
}
