package org.reclaimfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.Caller;
import org.reclaimfs.kernfs.Dir;
import org.reclaimfs.kernfs.DirEntry;
import org.reclaimfs.kernfs.Node;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.Signal;
import org.reclaimfs.kernfs.Stat;
import org.reclaimfs.scenario.ScenarioException;
import org.reclaimfs.scenario.ScenarioParser;
import org.reclaimfs.scenario.Session;

/**
 * Random texts written to every file of a machine whose time stands still: each is taken or refused with an errno, never
 * with a fault; one that is refused changes no text of the tree; and the books balance. So every grammar of the kernel's files
 * and the steps are fuzzed through the door that users have. {@code -Dfuzz.seconds=N -Dfuzz.seed=N} for more (tests/fuzz.sh).
 */
final class TreeWritesFuzzTest {
    private static final String SCENARIO =
            """
            machine: {memory: 512MiB, cpus: 2, nodes: 2}
            disks: [{name: vda, size: 256MiB}, {name: vdb, size: 256MiB}]
            zswap: {enabled: true}
            zram: [{disksize: 64M}, {}]
            swap: [{device: /dev/zram0, priority: 50}]
            cgroups: {/a: {memory.high: 64M}, /a/b: {}, /c: {}}
            timeline:
              - 0s: task t cgroup=/a/b
              - 0s: alloc t 8M content=ratio:2
            """;

    private static final long SECONDS = Long.getLong("fuzz.seconds", 0);
    private static final long SEED = Long.getLong("fuzz.seed", 1);
    private static final int INPUTS = 3000;
    /** A machine that has taken so many texts is replaced by a new one: some settings leave little to do. */
    private static final int INPUTS_PER_MACHINE = 3000;

    /** Refused texts between two looks at everything. */
    private static final int STRETCH = 5;

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final RandomTexts texts = new RandomTexts(random);
    private final Map<Errno, Long> refused = new EnumMap<>(Errno.class);
    private Session session = session();
    private List<String> writable = writable();
    private final List<String> last = new ArrayList<>();
    private long inputs;
    private long taken;
    private long compared;

    private static Session session() {
        try {
            Session made = new Session(ScenarioParser.parse(SCENARIO), Tree::attach, m -> m.nowNs(), "v\n");
            assertThat(made.setUp()).isEmpty();
            return made;
        } catch (ScenarioException e) {
            throw new IllegalStateException(e.problems().toString(), e);
        }
    }

    @AfterEach
    void close() {
        session.close();
    }

    private interface Visit {
        void file(String path, int mode);
    }

    private void walk(Dir dir, Visit visit) {
        for (DirEntry entry : entries(dir)) {
            Node child = dir.child(entry.name());
            if (child instanceof Dir below) {
                walk(below, visit);
            } else if (entry.type() == Stat.REGULAR && child != null) {
                visit.file(
                        (dir.path().equals("/") ? "" : dir.path()) + "/" + entry.name(),
                        session.kernfs().stat(child).mode());
            }
        }
    }

    private static List<DirEntry> entries(Dir dir) {
        try {
            return dir.entries();
        } catch (ErrnoException e) {
            return List.of(); // it has been removed meanwhile
        }
    }

    private List<String> writable() {
        List<String> paths = new ArrayList<>();
        walk(session.kernfs().root(), (path, mode) -> {
            if ((mode & 0222) != 0 && !path.startsWith("/dev/") && !path.startsWith("/reclaimfs/ctl")) {
                paths.add(path);
            }
        });
        return paths;
    }

    /** All texts but those that tell what was said, or do something when they are read. */
    private Map<String, String> everything() {
        Map<String, String> all = new TreeMap<>();
        walk(session.kernfs().root(), (path, mode) -> {
            if ((mode & 0444) != 0 && !path.startsWith("/dev/") && !path.matches("/reclaimfs/(ctl|trace)|.*/hot_add")) {
                all.put(path, text(path));
            }
        });
        return all;
    }

    private String text(String path) {
        try {
            return session.kernfs().readText(path);
        } catch (ErrnoException e) {
            return e.errno().name();
        }
    }

    @Test
    void everyTextIsTakenOrRefusedAndARefusedOneChangesNothing() {
        long untilNs = System.nanoTime() + SECONDS * 1_000_000_000L;
        while (SECONDS > 0 ? System.nanoTime() < untilNs : inputs < INPUTS) {
            Map<String, String> before = everything();
            int stretch = 0;
            boolean untouched = true;
            while (stretch < STRETCH && untouched) {
                untouched = !input();
                stretch++;
            }
            if (untouched) {
                compare(before);
            }
            if (inputs / INPUTS_PER_MACHINE != (inputs - stretch) / INPUTS_PER_MACHINE) {
                session.machine().checkInvariants();
                session.close();
                session = session();
                writable = writable();
                last.clear();
            }
        }
        System.out.println("tree writes, seed " + SEED + ": " + inputs + " inputs, " + taken + " taken, refused "
                + refused + ", all texts compared " + compared + " times");
        assertThat(taken).isGreaterThan(inputs / 200);
        assertThat(refused.keySet()).contains(Errno.EINVAL, Errno.EBUSY);
    }

    /** Writes one text somewhere; whether the machine may have changed. */
    private boolean input() {
        String path = writable.get(random.nextInt(writable.size()));
        byte[] bytes = texts.next(text(path));
        if (path.startsWith("/reclaimfs/clock") || path.endsWith("/panic_on_oom")) {
            return false; // a machine that has panicked, or whose time runs, is not what this is about
        }
        inputs++;
        last.add(path + " <- '" + new String(bytes, StandardCharsets.ISO_8859_1) + "'");
        try {
            OpenFile file = session.kernfs().open(path, OpenFile.O_WRONLY | OpenFile.O_NONBLOCK, Caller.ROOT);
            try {
                session.kernfs().write(file, bytes, 0, Signal.NEVER);
            } finally {
                session.kernfs().release(file);
            }
            taken++;
            return true;
        } catch (ErrnoException e) {
            refused.merge(e.errno(), 1L, Long::sum);
            // Reclaim that found too little has still reclaimed.
            return e.errno() == Errno.EAGAIN || e.errno() == Errno.ENOMEM || e.errno() == Errno.EINTR;
        } catch (RuntimeException e) {
            return fail("seed " + SEED + ", input " + inputs + ": " + tail(), e);
        }
    }

    private void compare(Map<String, String> before) {
        compared++;
        Map<String, String> now = everything();
        if (!now.equals(before)) {
            Map<String, String> changes = new LinkedHashMap<>();
            now.forEach((path, text) -> {
                if (!text.equals(before.get(path))) {
                    changes.put(path, before.get(path) + " -> " + text);
                }
            });
            fail("seed " + SEED + ": refused texts have changed " + changes + " (or removed files); they were "
                    + tail());
        }
    }

    private List<String> tail() {
        return last.subList(Math.max(0, last.size() - STRETCH), last.size());
    }
}
