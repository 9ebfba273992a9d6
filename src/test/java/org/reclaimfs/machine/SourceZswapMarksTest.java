package org.reclaimfs.machine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.MemoryStat;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.KernelUse;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.mm.Memory;
import org.reclaimfs.mm.Zone;

/**
 * Entries that source=zswap writes back to zram while memory is short: each one's frame must pass the mark as the entries
 * before it have left it, and slab for their objects may have raised that (spec/01 sections 4 and 6).
 */
final class SourceZswapMarksTest {
    private static final int MIB = 64;
    private static final int BATCH = 64;

    /** What is left to see of a writeback: entries written, free pages, boost. */
    private record Outcome(long written, long freePages, long boostPages) {}

    private static Outcome writeBack(long seed, int budget) throws ErrnoException {
        Lab lab = new Lab(MIB, seed);
        MemCgroup memcg = lab.cgroup("/w");
        lab.zram(MIB);
        lab.machine.zswap().setEnabled(true);
        Memory ram = lab.machine.memory();
        Zone zone = ram.node(0).zone(Memory.DMA32);
        lab.task("t", "/w", Kind.ANON, zone.managedPages / 4, Content.RANDOM);
        lab.reclaim(memcg, zone.managedPages / 8 * 4096);
        long stored = memcg.stat(MemoryStat.ZSWAPPED);
        ram.drainPerCpu();
        ram.kernelUse(KernelUse.VMALLOC, zone.freePages() - zone.highWmark() - 4 * BATCH);
        // Twice as many: at first they are all referenced.
        for (long scanned = 0; scanned < 2 * stored / BATCH * BATCH; scanned += budget) {
            lab.machine.core().zswapWriteback.shrinkMemcgOutsideReclaim(memcg, budget);
        }
        return new Outcome(memcg.stat(MemoryStat.ZSWPWB), zone.freePages(), zone.boostPages());
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 6, 8})
    void manyAtOnceStopWhereOneByOneStop(long seed) throws ErrnoException {
        Outcome oneByOne = writeBack(seed, 1);
        assertThat(oneByOne.written()).isPositive();
        assertThat(oneByOne.boostPages()).as("slab has raised the mark").isPositive();
        assertThat(writeBack(seed, BATCH)).isEqualTo(oneByOne);
    }
}
