package org.reclaimfs.sysfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.procfs.ErrnoReplay;
import org.reclaimfs.procfs.Guest;

/** The captured errno rows of /sys/block/zram0 and /sys/class/zram-control. */
final class ZramErrnoTest {
    /** Files, inputs and what we answer to captured rows that need what is not modelled. */
    private static final List<String> NOT_MODELLED = List.of(
            // no mounts and no files beside block devices
            "backing_dev /dev/vdc OK", "backing_dev /mnt/fs/back ENOENT");

    @Test
    void everyCapturedRowComesOutTheSame() throws ErrnoException {
        ErrnoReplay replay = new ErrnoReplay(new Guest());
        replay.run("sys/errno-zram.tsv");
        List<String> different = replay.different().stream()
                .map(line -> line.split(" \\| ", -1))
                .map(f -> f[0].replace("/sys/block/zram0/", "") + " " + f[2] + " " + f[4].split("\t")[0])
                .collect(Collectors.toList());
        assertThat(different).as(String.join("\n", replay.different())).isEqualTo(NOT_MODELLED);
        assertThat(replay.equal()).isEqualTo(605 - NOT_MODELLED.size());
    }
}
