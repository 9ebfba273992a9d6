package org.reclaimfs.sysfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.Caller;
import org.reclaimfs.kernfs.Dir;
import org.reclaimfs.kernfs.DirEntry;
import org.reclaimfs.kernfs.FileRef;
import org.reclaimfs.kernfs.FileSpec;
import org.reclaimfs.kernfs.Node;
import org.reclaimfs.kernfs.Stat;
import org.reclaimfs.procfs.Guest;

/** Rules that hold for every row of /proc and /sys. */
final class EveryFileTest {
    /** The kernel takes anything here, or never reports what is wrong. */
    private static final Set<String> TAKES_ANYTHING = Set.of(
            "/proc/sys/vm/stat_refresh", "/proc/sys/vm/lowmem_reserve_ratio", "/sys/devices/system/node/node0/compact");

    private static final String HOT_ADD = "/sys/class/zram-control/hot_add";
    private static final Set<String> REFUSALS = Set.of("EINVAL", "ENOENT", "EAGAIN", "EACCES", "EIO");

    private final Guest guest = new Guest();

    /** A file of the tree. */
    private record Found(String path, FileSpec<?> row) {}

    private List<Found> files() throws ErrnoException {
        guest.write("/sys/module/zswap/parameters/enabled", "N");
        List<Found> found = new ArrayList<>();
        walk("/proc", found);
        walk("/sys", found);
        assertThat(found).hasSizeGreaterThan(400);
        return found;
    }

    private void walk(String path, List<Found> found) throws ErrnoException {
        Set<String> names = new HashSet<>();
        for (DirEntry entry : guest.fs.opendir(path, Caller.ROOT).entries()) {
            assertThat(names.add(entry.name()))
                    .as(path + " has two " + entry.name())
                    .isTrue();
            Node node = guest.fs.lookup(path + "/" + entry.name(), Caller.ROOT);
            if (node instanceof FileRef ref) {
                found.add(new Found(path + "/" + entry.name(), ref.spec()));
            } else if (node instanceof Dir) {
                walk(path + "/" + entry.name(), found);
            } else {
                assertThat(guest.fs.resolve(path + "/" + entry.name()).type()).isEqualTo(Stat.DIRECTORY);
            }
        }
    }

    @Test
    void theModeFitsTheHandlers() throws ErrnoException {
        for (Found file : files()) {
            int mode = file.row().mode();
            assertThat(file.row().show() != null || file.row().raw() != null)
                    .as(file.path())
                    .isEqualTo((mode & 0444) != 0);
            assertThat(file.row().store() != null).as(file.path()).isEqualTo((mode & 0222) != 0);
        }
    }

    @Test
    void textsEndInANewlineAndAreTheSameTwice() throws ErrnoException {
        for (Found file : files()) {
            if (file.row().show() != null && !file.path().equals(HOT_ADD)) {
                String text = guest.read(file.path());
                assertThat(text.isEmpty() || text.endsWith("\n"))
                        .as(file.path())
                        .isTrue();
                assertThat(guest.read(file.path())).as(file.path()).isEqualTo(text);
            }
        }
    }

    @Test
    void junkIsRefusedAndChangesNothing() throws ErrnoException {
        for (Found file : files()) {
            if (file.row().store() != null && !TAKES_ANYTHING.contains(file.path())) {
                String before = file.row().show() == null ? "" : guest.read(file.path());
                assertThat(guest.tryWrite(file.path(), "%junk")).as(file.path()).isIn(REFUSALS);
                String after = file.row().show() == null ? "" : guest.read(file.path());
                assertThat(after).as(file.path()).isEqualTo(before);
            }
        }
    }

    @Test
    void reasonsAreSentences() throws ErrnoException {
        for (Found file : files()) {
            String why = file.row().stubReason();
            assertThat(why == null || why.length() > 10).as(file.path()).isTrue();
        }
    }
}
