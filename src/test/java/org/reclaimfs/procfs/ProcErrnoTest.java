package org.reclaimfs.procfs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.reclaimfs.abi.ErrnoException;

/** The captured errno rows of /proc, zswap's parameters, node0 and kernel/mm. */
final class ProcErrnoTest {
    @Test
    void everyCapturedRowComesOutTheSame() throws ErrnoException {
        ErrnoReplay replay = new ErrnoReplay(new Guest());
        replay.run("proc/errno.tsv");
        assertThat(replay.different()).isEmpty();
        assertThat(replay.equal()).isEqualTo(405);
    }
}
