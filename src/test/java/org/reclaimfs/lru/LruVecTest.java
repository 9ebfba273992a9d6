package org.reclaimfs.lru;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Flags;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.mm.MemMap;
import org.reclaimfs.mm.Region;

/** What a list knows of its tail without a look at it. */
final class LruVecTest {
    private static final int LIST = Flags.INACTIVE_ANON;
    private static final int PAGES = 4096;

    private final MemMap mem = new MemMap();
    private final LruVec lruvec = new LruVec(mem);
    private final Region region = mem.newRegion("r", Kind.ANON, Content.RANDOM);
    private final int[] guess = new int[32];

    private void add(int page, int pages) {
        int table = region.table(page);
        // Neighbours that differ do not join.
        int flags = page % 2 == 0 ? Flags.YOUNG : 0;
        lruvec.addHead(LIST, mem.newRun(table, page % MemMap.TABLE_PAGES, pages, flags, 1));
    }

    /** Runs that were parted on the list have not come to its head; they are found once they have. */
    @Test
    void aListOfPartedRunsIsKnownWhenItHasTurned() {
        mem.grow(region, PAGES);
        for (int page = 0; page < PAGES; page += MemMap.TABLE_PAGES) {
            add(page, MemMap.TABLE_PAGES);
        }
        assertThat(lruvec.guessTail(LIST, guess)).isZero();
        for (int i = 0; i < PAGES; i++) {
            int run = lruvec.popTail(LIST, 1);
            mem.setFlags(run, i % 2 == 0 ? Flags.YOUNG : 0);
            lruvec.addHead(LIST, run);
            if (i == 0) {
                splitAll();
            }
        }
        lruvec.checkInvariants();
        int[] tail = new int[guess.length];
        int found = 0;
        for (int i = 0; i < tail.length; i++) {
            found = Math.max(found, lruvec.guessTail(LIST, guess));
            tail[i] = lruvec.popTail(LIST, 1);
        }
        assertThat(found).isEqualTo(guess.length);
        assertThat(Arrays.stream(guess)
                        .filter(run -> run == tail[tail.length - 1])
                        .count())
                .isEqualTo(1);
        lruvec.checkInvariants();
    }

    private void splitAll() {
        for (int run = lruvec.tail(LIST); run != MemMap.NIL; run = mem.prev(run)) {
            while (mem.len(run) > 1) {
                lruvec.split(run, 1);
            }
        }
    }

    @Test
    void aShortListHasNoTrail() {
        mem.grow(region, PAGES);
        for (int page = 0; page < 100; page++) {
            add(page, 1);
        }
        assertThat(lruvec.guessTail(LIST, guess)).isZero();
        lruvec.checkInvariants();
    }
}
