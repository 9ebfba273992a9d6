package org.reclaimfs;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.machine.Kill;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.oom.OomKiller;
import org.reclaimfs.scenario.FileValue;
import org.reclaimfs.scenario.Session;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who was killed, when, by whom, and what a killer could see just before: the machine is looked at several times a second
 * from a thread of its own, and the last looks before each kill are kept.
 */
final class Why {
    private static final Logger LOG = LoggerFactory.getLogger(Why.class);
    private static final long LOOK_MS = 250;
    private static final long EVIDENCE_NS = 3_000_000_000L;
    private static final double NS = 1e9;
    private static final int CANDIDATES = 10;
    private static final String CGROUPS = "/sys/fs/cgroup";

    /** One look: text for people, and when. */
    private record Look(long atNs, String machine, List<String> candidates) {}

    /** A kill and the looks before it, the last of which is closest. */
    private record Case(Kill kill, List<Look> looks) {}

    private final Session session;
    private final Machine machine;
    private final Deque<Look> recent = new ArrayDeque<>(); // GUARDED_BY(this)
    private final List<Case> cases = new ArrayList<>(); // GUARDED_BY(this)

    Why(Session session) {
        this.session = session;
        this.machine = session.machine();
    }

    void start() {
        Looks.every(LOOK_MS, this::look, "reclaimfs-why");
    }

    /** Keeps what can be seen now. */
    void look() {
        long atNs = nowAndKills();
        Look look;
        try {
            look = new Look(atNs, machineNow(), candidates(worst()));
        } catch (ErrnoException e) {
            LOG.error("no evidence for {}", atNs, e);
            return;
        }
        synchronized (this) {
            int before = cases.size();
            nowAndKills();
            if (cases.size() > before) {
                return; // somebody died while we looked: no evidence for what was before
            }
            recent.add(look);
            while (recent.getFirst().atNs() < look.atNs() - EVIDENCE_NS) {
                recent.removeFirst();
            }
        }
    }

    /** The machine's time; the kills until now get the looks until now. */
    private synchronized long nowAndKills() {
        List<Kill> kills;
        long nowNs;
        session.gate().lock().lock();
        try {
            kills = List.copyOf(
                    machine.kills().subList(cases.size(), machine.kills().size()));
            nowNs = machine.nowNs();
        } finally {
            session.gate().lock().unlock();
        }
        kills.forEach(kill -> cases.add(new Case(
                kill, recent.stream().filter(look -> look.atNs() <= kill.atNs()).toList())));
        return nowNs;
    }

    /** The tasks that the machine's own killer would take first. */
    private List<Task> worst() {
        List<Task> tasks = new ArrayList<>();
        session.gate().lock().lock();
        try {
            machine.cgroups().tasks().forEach(tasks::add);
            long totalPages = totalPages();
            tasks.sort(Comparator.comparingLong(task -> -OomKiller.badness(task, totalPages)));
        } finally {
            session.gate().lock().unlock();
        }
        return tasks.subList(0, Math.min(tasks.size(), CANDIDATES));
    }

    private long totalPages() {
        return machine.memory().totalPages() + machine.swap().totalPages();
    }

    private String machineNow() throws ErrnoException {
        String memInfo = session.kernfs().readText("/proc/meminfo");
        String pressure = session.kernfs().readText("/proc/pressure/memory");
        return share("available", kib(memInfo, "MemAvailable"), kib(memInfo, "MemTotal")) + ", "
                + share("swap free", kib(memInfo, "SwapFree"), kib(memInfo, "SwapTotal")) + ", full pressure "
                + FileValue.find(pressure, "full.avg10") + " %";
    }

    private static String share(String what, long part, long whole) {
        String of = String.format("%s %d of %d MiB", what, part >> 10, whole >> 10);
        return whole == 0 ? of : of + String.format(Locale.ROOT, " (%.1f %%)", 100.0 * part / whole);
    }

    private static long kib(String memInfo, String key) {
        String value = FileValue.find(memInfo, key);
        return value == null ? 0 : Long.parseLong(value.split(" ")[0]);
    }

    /** What tasks and their cgroups show of themselves; one by one, so that the lock is never held for long. */
    private List<String> candidates(List<Task> tasks) {
        List<String> lines = new ArrayList<>();
        for (Task task : tasks) {
            try {
                lines.add(candidate(task));
            } catch (ErrnoException e) {
                LOG.trace("{} has gone", task.name, e);
            }
        }
        return lines;
    }

    private String candidate(Task task) throws ErrnoException {
        String path;
        String line;
        session.gate().lock().lock();
        try {
            path = task.cgroup().path();
            line = String.format("%s (%s): oom_score %d", task.name, path, OomKiller.score(task, totalPages()));
            if (task.cgroup().memcg() == null || task.cgroup().isRoot()) {
                return line;
            }
        } finally {
            session.gate().lock().unlock();
        }
        String dir = CGROUPS + path + "/";
        return line + ", memory " + mib(dir + "memory.current") + ", swap " + mib(dir + "memory.swap.current")
                + ", full pressure " + value(dir + "memory.pressure", "full.avg10") + " %, pgscan "
                + value(dir + "memory.stat", "pgscan");
    }

    private String value(String file, String key) throws ErrnoException {
        return String.valueOf(FileValue.find(session.kernfs().readText(file), key));
    }

    private String mib(String file) throws ErrnoException {
        return (Long.parseLong(session.kernfs().readText(file).strip()) >> 20) + " MiB";
    }

    /** Says it all; nothing if nobody was killed. */
    void tell() {
        nowAndKills();
        for (Case one : cases()) {
            Kill kill = one.kill();
            Main.say(String.format(
                    Locale.ROOT,
                    "%s of %s was killed at %.1f s by %s",
                    kill.task(),
                    kill.cgroup(),
                    kill.atNs() / NS,
                    kill.by().equals("signal") ? "a signal from the sandbox" : kill.by()));
            List<Look> looks = one.looks();
            if (!looks.isEmpty()) {
                Look first = looks.get(0);
                Look last = looks.get(looks.size() - 1);
                for (Look look : first == last ? List.of(last) : List.of(first, last)) {
                    evidence(look, kill);
                }
                last.candidates().forEach(line -> System.err.println("    " + line));
            }
        }
    }

    private synchronized List<Case> cases() {
        return List.copyOf(cases);
    }

    private static void evidence(Look look, Kill kill) {
        System.err.printf(Locale.ROOT, "  %.1f s before: %s%n", (kill.atNs() - look.atNs()) / NS, look.machine());
    }
}
