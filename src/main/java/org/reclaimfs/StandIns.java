package org.reclaimfs;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.abi.Units;
import org.reclaimfs.cgroupfs.RealProcesses;
import org.reclaimfs.kernfs.Dir;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.mm.Region;
import org.reclaimfs.procfs.TaskFiles;
import org.reclaimfs.sandbox.Processes;
import org.reclaimfs.sandbox.SandboxException;
import org.reclaimfs.scenario.Session;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Real processes of a sandbox as tasks of the machine, and the other way round.
 *
 * <p>Each simulated task gets a real, idle process of the same number and name: a program that looks for someone to kill finds it
 * in /proc and in cgroup.procs, and can. When it dies, the task is killed; when the machine kills or freezes the task, it
 * gets a real SIGKILL or SIGSTOP. And a process that a program writes into cgroup.procs becomes a task, with its anonymous
 * memory, until it ends. A thread of its own looks at both sides many times a second.
 *
 * <p>Not modelled: children of such a process stay outside of its cgroup until they are written there, too.
 */
final class StandIns implements RealProcesses {
    /** Numbers that the sandbox's own processes do not reach in a long time; below the least usual pid_max. */
    private static final int FIRST_PID = 20_000;

    private static final Logger LOG = LoggerFactory.getLogger(StandIns.class);
    /** A killer that sees its victim gone soon looks at the memory: there must be more of it by then. */
    private static final long LOOK_MS = 5;
    /** Looks at many processes take long: a tenth of a CPU is enough for them. */
    private static final int IDLE_SHARE = 9;

    private static final int LOOKS_PER_REMINDER = 40;
    /** Where processes cannot be started the program runs without: about 2 s. */
    private static final int MOST_LOOKS_BEFORE_RUN = 400;

    private static final String REGION = "rss";

    /** A pair of one task and one process. */
    private static final class Pair {
        final Processes.Idle process;
        final Dir files;
        boolean stopped;
        /** The machine has killed it. */
        boolean doomed;
        /** Pages that the task of a real process has, or is getting. */
        long pages;

        Pair(Processes.Idle process, Dir files) {
            this.process = process;
            this.files = files;
        }
    }

    private final Map<Task, Pair> pairs = new LinkedHashMap<>();
    // Set before the thread starts; before that no process can ask.
    private volatile @Nullable Processes processes;

    @Override
    public @Nullable Named find(int pid, int callerPid) {
        Processes known = processes;
        Processes.Inside found = known == null ? null : known.lookUp(pid, callerPid);
        return found == null || found.pid() >= FIRST_PID ? null : new Named(found.pid(), found.comm());
    }

    /** Keeps the machine's numbers away from those of the sandbox; before the first task. */
    static void number(Session session) {
        session.gate().lock().lock();
        try {
            session.machine().cgroups().numberFrom(FIRST_PID);
        } finally {
            session.gate().lock().unlock();
        }
    }

    /** @param beforeKill runs when a process has been killed and its task still has its memory */
    void start(Session session, Processes known, Runnable beforeKill) {
        processes = known;
        Thread thread = new Thread(() -> new Watch(session, known, beforeKill).run(), "reclaimfs-stand-ins");
        thread.setDaemon(true);
        thread.start();
    }

    /** What the thread does. */
    private final class Watch {
        private final Session session;
        private final Machine machine;
        private final Processes known;
        private final Runnable beforeKill;
        private final TaskFiles taskFiles;
        /** Tasks whose process has been asked for and is not there yet. */
        private final Set<Task> wished = new HashSet<>();

        Watch(Session session, Processes known, Runnable beforeKill) {
            this.beforeKill = beforeKill;
            this.session = session;
            this.machine = session.machine();
            this.known = known;
            this.taskFiles = new TaskFiles(machine);
        }

        void run() {
            try {
                boolean runs = false;
                for (int look = 0; !known.ending(); look++) {
                    long beginNs = System.nanoTime();
                    pair(unpaired(), look % LOOKS_PER_REMINDER == 0);
                    // With the files that tell the tasks' memory, which are shown in the order of the wishes.
                    if (!runs && (unpaired().isEmpty() || look >= MOST_LOOKS_BEFORE_RUN)) {
                        known.letProgramRun();
                        runs = true;
                    }
                    compare();
                    long tookMs = (System.nanoTime() - beginNs) / 1_000_000;
                    Thread.sleep(Math.max(LOOK_MS, tookMs * IDLE_SHARE));
                }
            } catch (IOException | SandboxException | ErrnoException | RuntimeException e) {
                if (!known.ending()) {
                    LOG.error("tasks and processes are not kept in line any more", e);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void pair(List<Task> unpaired, boolean again) throws IOException {
            Map<Integer, Processes.Idle> idle = unpaired.isEmpty() && wished.isEmpty() ? Map.of() : known.idle();
            endThoseTooLate(unpaired, idle);
            for (Task task : unpaired) {
                if (real(task)) {
                    pair(task, known.descendant(task.pid));
                } else if (idle.containsKey(task.pid)) {
                    pair(task, idle.get(task.pid));
                } else if (wished.add(task) || again) {
                    known.start(task.pid, task.comm);
                }
            }
        }

        private List<Task> unpaired() {
            List<Task> unpaired = new ArrayList<>();
            session.gate().lock().lock();
            try {
                for (Task task : machine.cgroups().tasks()) {
                    if (!task.dead() && !pairs.containsKey(task)) {
                        unpaired.add(task);
                    }
                }
            } finally {
                session.gate().lock().unlock();
            }
            return unpaired;
        }

        /** A task may die before its process is there. */
        private void endThoseTooLate(List<Task> unpaired, Map<Integer, Processes.Idle> idle) {
            for (Task task : List.copyOf(wished)) {
                Processes.Idle process = unpaired.contains(task) ? null : idle.get(task.pid);
                if (process != null) {
                    wished.remove(task);
                    known.signal(process, Processes.Signal.KILL);
                }
            }
        }

        private void pair(Task task, Processes.@Nullable Idle process) throws IOException {
            wished.remove(task);
            session.gate().lock().lock();
            try {
                if (process == null) {
                    machine.exit(task); // it was quicker than we
                    return;
                }
                Dir proc = session.kernfs().root().dir("proc");
                Dir files = real(task) ? taskFiles.addReal(proc, task) : taskFiles.add(proc, task, process.status());
                pairs.put(task, new Pair(process, files));
            } finally {
                session.gate().lock().unlock();
            }
            known.show(task.pid);
        }

        private boolean real(Task task) {
            return task.pid < FIRST_PID;
        }

        /** Brings both sides in line. */
        private void compare() throws ErrnoException {
            for (Iterator<Map.Entry<Task, Pair>> each = pairs.entrySet().iterator(); each.hasNext(); ) {
                Map.Entry<Task, Pair> entry = each.next();
                Task task = entry.getKey();
                Pair pair = entry.getValue();
                boolean alive = known.alive(pair.process);
                if (!alive && known.ending()) {
                    return; // the kernel ends them all
                }
                if (!alive && !real(task) && !pair.doomed) {
                    beforeKill.run();
                }
                long pages = real(task) && alive ? Units.bytesToPages(known.anonKib(pair.process) << 10) : 0;
                Processes.Signal signal = compare(task, pair, alive, pages);
                if (signal != null) {
                    known.signal(pair.process, signal);
                }
                if (!alive) {
                    each.remove();
                }
            }
        }

        /** What the process is to be sent, or null. */
        private Processes.@Nullable Signal compare(Task task, Pair pair, boolean alive, long pages)
                throws ErrnoException {
            session.gate().lock().lock();
            try {
                if (!alive) {
                    ended(task, pair);
                    return null;
                }
                if (task.dead()) {
                    pair.doomed = true;
                    return Processes.Signal.KILL;
                }
                if (real(task)) {
                    follow(task, pair, pages);
                }
                boolean frozen = task.cgroup().frozen();
                boolean change = frozen != pair.stopped;
                pair.stopped = frozen;
                return change ? frozen ? Processes.Signal.STOP : Processes.Signal.CONT : null;
            } finally {
                session.gate().lock().unlock();
            }
        }

        private void ended(Task task, Pair pair) {
            pair.files.remove();
            session.gate().enter(); // at this moment of the machine's time
            if (task.dead()) {
                return;
            }
            if (real(task)) {
                machine.exit(task);
            } else {
                machine.kill(task, "signal");
                machine.completeExits(); // on Linux, too, nobody sees a process gone that still has its memory
            }
        }

        /** Gives the task as much memory as its process has; what has been asked for before comes first. */
        private void follow(Task task, Pair pair, long pages) throws ErrnoException {
            Region region = task.regions.get(REGION);
            if (region != null && region.pages() < pair.pages) {
                return;
            }
            if (pages > pair.pages) {
                machine.start(machine.alloc(task, REGION, Kind.ANON, null, pages - pair.pages, 0));
            } else if (region != null && pages < pair.pages) {
                machine.release(region, pair.pages - pages);
            }
            pair.pages = pages;
        }
    }
}
