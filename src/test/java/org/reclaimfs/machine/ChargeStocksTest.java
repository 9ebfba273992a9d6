package org.reclaimfs.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.MemCgroup.Event;
import org.reclaimfs.memcg.MemoryStat;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.swap.Disk;

/** What CPUs charge ahead, and where it is given back (golden c7; spec/04 section 2). */
final class ChargeStocksTest {
    private final Lab lab = new Lab();
    private final Machine machine = lab.machine;

    private Task task(String name, String cgroup, long pages) throws ErrnoException {
        return lab.task(name, cgroup, Kind.ANON, pages, Content.RANDOM);
    }

    /** Batches of 64 for pages and page tables; the tables go back to the stock, which is emptied beyond 64. */
    @ParameterizedTest(name = "{0} pages: memory.current {1}, after the exit {2}")
    @CsvSource({"26, 262144, 155648", "267, 1310720, 217088", "522, 2359296, 221184", "4108, 17039360, 212992"})
    void currentIsTheCapturedOne(long pages, long bytes, long bytesAfterExit) throws ErrnoException {
        MemCgroup memcg = lab.cgroup("/a");
        Task task = task("a", "/a", pages);
        assertThat(memcg.memory.usage() * 4096).isEqualTo(bytes);
        lab.run(machine.exit(task));
        assertThat(memcg.memory.usage() * 4096).isEqualTo(bytesAfterExit);
        assertThat(memcg.stockedPages()).isEqualTo(memcg.memory.usage());
        machine.checkInvariants();
    }

    /** A limit below usage, but not below what is in use, costs nobody a page. */
    @Test
    void aWriteToMaxDrainsBeforeItReclaims() throws ErrnoException {
        MemCgroup memcg = lab.cgroup("/a");
        task("a", "/a", 26);
        lab.run(machine.setMax(memcg, 40));
        assertThat(memcg.memory.usage()).isEqualTo(26 + 12);
        assertThat(memcg.stat(MemoryStat.PGSCAN)).isZero();
        assertThat(memcg.events(Event.OOM)).isZero();
    }

    @Test
    void aRemovedCgroupLeavesNothingCharged() throws ErrnoException {
        MemCgroup parent = lab.cgroup("/p");
        MemCgroup child = lab.cgroup("/p/c");
        lab.run(machine.exit(task("c", "/p/c", 26)));
        assertThat(parent.memory.usage()).isEqualTo(38);
        machine.cgroups().rmdir(child.cgroup, machine.nowNs());
        assertThat(parent.memory.usage()).isZero();
        assertThat(child.memory.usage()).isZero();
    }

    /** A CPU has seven stocks: who comes eighth takes one, whichever it is. */
    @Test
    void theEighthCgroupOnACpuTakesTheStockOfAnother() throws ErrnoException {
        List<MemCgroup> all = new ArrayList<>();
        for (int i = 0; i < 8 * machine.cpus(); i++) {
            all.add(lab.cgroup("/c" + i));
            task("t" + i, "/c" + i, 26);
        }
        assertThat(all.stream().filter(m -> m.memory.usage() == 64)).hasSize(7 * machine.cpus());
        assertThat(all.stream().filter(m -> m.memory.usage() == 38)).hasSize(machine.cpus());
        machine.checkInvariants();
    }

    /** What reclaim stores in zswap for a full cgroup is charged beyond its limit, each page of it a max event. */
    @Test
    void zswapInReclaimGoesBeyondTheLimit() throws ErrnoException {
        lab.disk("vda", 64, Disk.Profile.NVME);
        machine.zswap().setEnabled(true);
        MemCgroup memcg = lab.cgroup("/z");
        memcg.memory.setMax(1000);
        lab.task("z", "/z", Kind.ANON, 1500, Content.ratio(2, "ratio:2"));
        long rounds = memcg.stat(MemoryStat.PGSTEAL_DIRECT) / 32;
        assertThat(memcg.memory.watermark()).isBetween(1001L, 1000L + 32);
        assertThat(memcg.events(Event.MAX)).isGreaterThan(3 * rounds);
        assertThat(memcg.events(Event.OOM)).isZero();
        machine.checkInvariants();
    }
}
