package org.reclaimfs.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.MemoryStat;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.swap.Disk;

/** source=zswap as captured from a kernel with series B (golden/behaviour b1). */
final class GoldenSourceZswapTest {
    private static Lab lab() throws Exception {
        Lab lab = new Lab();
        lab.disk("vda", 512, Disk.Profile.NVME);
        lab.machine.zswap().setEnabled(true);
        return lab;
    }

    /** Puts exactly {@code entries} pages in zswap, all referenced. */
    private static MemCgroup population(Lab lab, String path, long entries, int bytes) throws Exception {
        MemCgroup memcg = lab.cgroup(path);
        lab.task(path, path, Kind.ANON, entries, new Content("measured", bytes, false, false));
        assertThat(lab.reclaim(memcg, entries * 4096)).isNull();
        assertThat(memcg.stat(MemoryStat.ZSWAPPED)).isEqualTo(entries);
        return memcg;
    }

    private static long written(MemCgroup memcg) {
        return memcg.stat(MemoryStat.ZSWPWB);
    }

    /** Section B: three calls for 200K each; a negative number is EAGAIN, its value the pages written so far. */
    @ParameterizedTest(name = "{0} entries")
    @CsvSource({
        "258, 190, -258, -258",
        "512, 192, 384, -512",
        "771, 189, 381, 573",
        "1023, 193, 385, 577",
        "1024, -0, 192, 384",
        "1268, -0, 204, 396",
        "2046, -0, 194, 386"
    })
    void populationsBehaveAsInTheCapture(long entries, String first, String second, String third) throws Exception {
        Lab lab = lab();
        MemCgroup work = population(lab, "/work", entries, 1095);
        for (String expected : List.of(first, second, third)) {
            Errno errno = lab.sourceZswap(work, 200 << 10);
            assertThat((errno == Errno.EAGAIN ? "-" : "") + written(work)).isEqualTo(expected);
        }
        assertThat(work.stat(MemoryStat.ZSWPWB_PROACTIVE_B)).isEqualTo(1095 * written(work));
        lab.machine.checkInvariants();
    }

    /** Sections A to A3: 12 calls only take references away; then each writes whole batches of 64. */
    @Test
    void aLargePopulationNeedsTwelveCallsBeforeTheFirstByte() throws Exception {
        Lab lab = lab();
        MemCgroup work = population(lab, "/work", 12_311, 1098);
        long slots = work.swap.usage();
        for (int call = 1; call <= 12; call++) {
            assertThat(lab.sourceZswap(work, 1 << 20)).as("call %d", call).isEqualTo(Errno.EAGAIN);
            assertThat(written(work)).isZero();
        }
        List<Long> populations = new ArrayList<>();
        for (int call = 0; call < 3; call++) {
            assertThat(lab.sourceZswap(work, 1 << 20)).isNull();
            populations.add(written(work));
        }
        assertThat(populations).containsExactly(1001L, 1961L, 2921L);
        assertThat(work.stat(MemoryStat.SWAPCACHED)).isEqualTo(2921);
        assertThat(lab.sourceZswap(work, 1)).isNull();
        assertThat(written(work)).as("one byte costs a batch").isEqualTo(2985);
        assertThat(lab.sourceZswap(work, 1L << 30)).isEqualTo(Errno.EAGAIN);
        assertThat(written(work)).isEqualTo(12_311);
        assertThat(work.stat(MemoryStat.PSWPOUT)).isEqualTo(12_311);
        assertThat(work.swap.usage()).as("writeback keeps the slots").isEqualTo(slots);
        assertThat(lab.machine.zswap().totalPages()).isZero();
    }

    /** Section C: failures add up over both children, and the walk starts at the target each time. */
    @Test
    void twoChildrenShareTheSixteenFailures() throws Exception {
        Lab lab = lab();
        MemCgroup work = lab.cgroup("/work");
        MemCgroup c1 = population(lab, "/work/c1", 1813, 1097);
        MemCgroup c2 = population(lab, "/work/c2", 3850, 1097);
        for (int call = 0; call < 3; call++) {
            assertThat(lab.sourceZswap(work, 256 << 10)).isEqualTo(Errno.EAGAIN);
        }
        List<Long> ofC1 = new ArrayList<>();
        for (int call = 0; call < 5; call++) {
            assertThat(lab.sourceZswap(work, 256 << 10)).isNull();
            ofC1.add(written(c1));
        }
        assertThat(ofC1).containsExactly(299L, 555L, 811L, 1067L, 1323L);
        assertThat(written(c2)).isZero();

        c1.zswap.setWriteback(false);
        assertThat(lab.sourceZswap(work, 10 << 20)).isEqualTo(Errno.EAGAIN);
        assertThat(written(c1)).isEqualTo(1323);
        assertThat(written(c2)).isZero();
        assertThat(lab.sourceZswap(work, 1 << 20)).isNull();
        assertThat(written(work)).isEqualTo(2337);
    }
}
