package org.reclaimfs.procfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.Dir;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.Kind;

final class TaskFilesTest {
    private static final String STATUS =
            """
            Name:	worker
            VmPeak:	    5476 kB
            VmHWM:	    1800 kB
            VmRSS:	    1800 kB
            RssAnon:	     100 kB
            RssFile:	    1700 kB
            VmPTE:	      44 kB
            VmSwap:	       0 kB
            HugetlbPages:	       0 kB
            Threads:	1
            """;

    private final Guest guest = new Guest();
    private final TaskFiles files = new TaskFiles(guest.machine);
    private Task task;
    private Dir dir;

    @BeforeEach
    void aTaskOf64MiB() throws ErrnoException {
        task = guest.hold("worker", Kind.ANON, 64);
        dir = files.add(guest.fs.root().dir("proc"), task, STATUS);
    }

    private String read(String name) throws ErrnoException {
        return guest.read("/proc/" + task.pid + "/" + name);
    }

    @Test
    void statusHasEachLineOfTheStandInWithTheTasksMemory() throws ErrnoException {
        assertThat(read("status"))
                .isEqualTo(
                        """
                Name:	worker
                VmPeak:	   65536 kB
                VmHWM:	   65536 kB
                VmRSS:	   65536 kB
                RssAnon:	   65536 kB
                RssFile:	       0 kB
                VmPTE:	%8d kB
                VmSwap:	       0 kB
                HugetlbPages:	       0 kB
                Threads:	1
                """
                                .formatted(task.pageTablePages() * 4));
    }

    @Test
    void statmCountsPages() throws ErrnoException {
        assertThat(read("statm")).isEqualTo("16384 16384 0 0 0 16384 0\n");
        Task cache = guest.hold("cache", Kind.SHMEM, 4);
        files.add(guest.fs.root().dir("proc"), cache, STATUS);
        assertThat(guest.read("/proc/" + cache.pid + "/statm")).isEqualTo("1024 1024 1024 0 0 1024 0\n");
    }

    @Test
    void swappedMemoryMovesFromRssToSwapAndKeepsTheScore() throws ErrnoException {
        guest.machine.devices().swapon("/dev/vda", -1);
        String before = read("oom_score");
        guest.swapOut(32 << 20);
        assertThat(task.swapEntryPages()).isGreaterThan(8000);
        assertThat(read("status"))
                .contains("VmSwap:\t%8d kB".formatted(task.swapEntryPages() * 4))
                .contains("VmRSS:\t%8d kB".formatted(65536 - task.swapEntryPages() * 4));
        assertThat(read("oom_score")).isEqualTo(before);
    }

    @Test
    void theScoreIsAThousandthOfMemoryAndSwap() throws ErrnoException {
        long total = guest.machine.memory().totalPages();
        long badness = 16384 + task.pageTablePages();
        assertThat(read("oom_score")).isEqualTo((1000 + badness * 1000 / total) * 2 / 3 + "\n");
        assertThat(read("oom_score_adj")).isEqualTo("0\n");
        assertThat(read("cgroup")).isEqualTo("0::/\n");
        assertThat(read("comm")).isEqualTo("worker\n");
    }

    @ParameterizedTest(name = "{0} <- \"{1}\" gives {2}, then oom_score_adj is {3} and oom_adj {4}")
    @CsvSource({
        "oom_score_adj, -500, OK, -500, -8",
        "oom_score_adj, ' 0x10\n', OK, 16, 0",
        "oom_score_adj, 1000, OK, 1000, 15",
        "oom_score_adj, 1001, EINVAL, 0, 0",
        "oom_score_adj, -1001, EINVAL, 0, 0",
        "oom_score_adj, x, EINVAL, 0, 0",
        "oom_score_adj, 99999999999, ERANGE, 0, 0",
        "oom_score_adj, '7           8', OK, 7, 0",
        "oom_adj, -17, OK, -1000, -17",
        "oom_adj, 15, OK, 1000, 15",
        "oom_adj, 7, OK, 411, 6",
        "oom_adj, 16, EINVAL, 0, 0"
    })
    void adjustments(String name, String text, String result, String adj, String old) throws ErrnoException {
        String path = "/proc/" + task.pid + "/";
        assertThat(guest.tryWrite(path + name, text)).isEqualTo(result);
        assertThat(guest.read(path + "oom_score_adj")).isEqualTo(adj + "\n");
        assertThat(guest.read(path + "oom_adj")).isEqualTo(old + "\n");
    }

    @Test
    void aRealProcessOnlyLearnsItsCgroupAndARemovedDirectoryIsGone() throws ErrnoException {
        dir.remove();
        assertThatThrownBy(() -> read("statm")).isInstanceOf(ErrnoException.class);
        files.addReal(guest.fs.root().dir("proc"), task);
        assertThat(read("cgroup")).isEqualTo("0::/\n");
        assertThatThrownBy(() -> read("statm")).isInstanceOf(ErrnoException.class);
    }
}
