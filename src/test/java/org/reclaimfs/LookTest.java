package org.reclaimfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.Kernfs;
import org.reclaimfs.kernfs.Signal;
import org.reclaimfs.scenario.ScenarioParser;
import org.reclaimfs.scenario.Session;

/** Readers between two pieces of the work of a slice: what they see is a moment as good as any, and they change nothing. */
@Timeout(120)
final class LookTest {
    private static final long END_NS = TimeUnit.SECONDS.toNanos(20);
    private static final int EVERY = 499;
    /** Not the pressure files: who reads those more often than every jiffy loses some of it, as in the kernel. */
    private static final List<String> FILES = List.of(
            "/sys/fs/cgroup/a/memory.current",
            "/sys/fs/cgroup/a/memory.events",
            "/sys/fs/cgroup/memory.numa_stat",
            "/proc/meminfo",
            "/proc/zoneinfo",
            "/proc/swaps",
            "/sys/block/zram0/mm_stat");

    private static Session workloads() throws Failure {
        return ScenarioFile.read(Path.of("tests/scenarios/workloads.yaml")).virtualSession();
    }

    private static String texts(Kernfs fs) throws ErrnoException {
        StringBuilder all = new StringBuilder();
        for (String file : FILES) {
            all.append(fs.readText(file));
        }
        return all.toString();
    }

    private static String play(Session session) throws ErrnoException {
        try (session) {
            session.startTimeline();
            session.gate().leapTo(END_NS, () -> false);
            return texts(session.kernfs()) + session.kernfs().readText("/sys/fs/cgroup/memory.stat");
        }
    }

    @Test
    void whoLooksBetweenTwoPiecesSeesBalancedBooksAndChangesNothing() throws Exception {
        String undisturbed = play(workloads());

        Session session = workloads();
        AtomicInteger looks = new AtomicInteger();
        List<Exception> wrong = new ArrayList<>();
        session.machine().betweenPieces(() -> {
            if (looks.incrementAndGet() % EVERY == 0) {
                try {
                    session.machine().checkInvariants();
                    texts(session.kernfs());
                } catch (ErrnoException | RuntimeException e) {
                    wrong.add(e);
                }
            }
        });
        assertThat(play(session)).isEqualTo(undisturbed);
        assertThat(wrong).isEmpty();
        assertThat(looks).hasValueGreaterThan(100 * EVERY);
    }

    @Test
    void aReaderDoesNotWaitForTheEndOfASlice() throws Exception {
        Session session = new ScenarioFile("look", ScenarioParser.parse("cgroups: {/a: {}}\n")).virtualSession();
        try (session) {
            session.startTimeline();
            Kernfs fs = session.kernfs();
            fs.writeText("/reclaimfs/ctl", "task t cgroup=/a\n", Signal.NEVER);
            List<String> seen = new ArrayList<>();
            Thread reader = new Thread(() -> {
                try {
                    seen.add(fs.readText("/sys/fs/cgroup/a/memory.current"));
                } catch (ErrnoException e) {
                    seen.add(e.getMessage());
                }
            });
            session.machine().betweenPieces(() -> {
                if (reader.getState() == Thread.State.NEW) {
                    reader.start();
                }
                while (seen.isEmpty() && reader.isAlive()) {
                    session.gate().letLookersIn(); // a slice that would never end
                }
            });
            fs.writeText("/reclaimfs/ctl", "alloc t 4M\n", Signal.NEVER);
            assertThat(seen).hasSize(1);
            assertThat(seen.get(0)).matches("\\d+\n");
            reader.join();
        }
    }
}
