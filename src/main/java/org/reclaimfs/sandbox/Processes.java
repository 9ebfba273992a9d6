package org.reclaimfs.sandbox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Idle processes inside a sandbox, with the numbers they are asked to have there. The script starts them on our wish, a line
 * in a pipe that only the two of us know; signals go only to processes found among the children of process 1.
 */
public final class Processes {
    /** The kernel's (x86-64, aarch64). */
    public enum Signal {
        KILL(9),
        CONT(18),
        STOP(19);

        final int number;

        Signal(int number) {
            this.number = number;
        }
    }

    /**
     * A process.
     *
     * @param pid as the sandbox sees it
     * @param outerPid as we see it
     * @param status its status file, as the sandbox sees it
     */
    public record Idle(int pid, long outerPid, String status) {}

    /**
     * A process that the sandbox's program has started.
     *
     * @param pid as the sandbox sees it
     */
    public record Inside(int pid, String comm) {}

    private final Sandbox sandbox;

    public Processes(Sandbox sandbox) {
        this.sandbox = sandbox;
    }

    /** Asks for a process; {@link #idle} tells when it is there. Its number may be taken: then it is worth asking again. */
    public void start(int pid, String comm) throws IOException {
        wish("start", pid, comm.replace('/', '_').replace('\n', '_'));
    }

    /** The idle processes by number; each has begun its sleep. */
    public Map<Integer, Idle> idle() {
        Map<Integer, Idle> idle = new HashMap<>();
        Optional<ProcessHandle> first = sandbox.first();
        for (ProcessHandle child : first.isEmpty()
                ? List.<ProcessHandle>of()
                : first.get().children().toList()) {
            String status = read(child.pid(), "status");
            int pid = innermost(status);
            if (pid > 0 && field(status, "State").contains("sleeping")) {
                idle.put(pid, new Idle(pid, child.pid(), inside(status, pid)));
            }
        }
        return idle;
    }

    /** The living process that a process of the sandbox means by a number, 0 being itself; null if there is none. */
    public @Nullable Inside lookUp(int number, int outerCaller) {
        int pid = number == 0 ? insidePid(outerCaller) : number;
        ProcessHandle one = sandbox.first().orElse(null);
        // Through the sandbox's own /proc, where it has its own numbers.
        String comm = one == null || pid <= 0 ? "" : read(one.pid(), "root/proc/" + pid + "/comm");
        return comm.isEmpty() ? null : new Inside(pid, comm.strip());
    }

    /** The number that a process has in its own namespace; 0 when it has gone. */
    static int insidePid(long outerPid) {
        return innermost(read(outerPid, "status"));
    }

    private static int innermost(String status) {
        String line = field(status, "NSpid").strip();
        return line.isEmpty() ? 0 : Integer.parseInt(line.substring(line.lastIndexOf('\t') + 1));
    }

    /** A process that the sandbox's program has started; null if it has gone. */
    public @Nullable Idle descendant(int pid) {
        List<ProcessHandle> all =
                sandbox.first().map(first -> first.descendants().toList()).orElse(List.of());
        for (ProcessHandle process : all) {
            String status = read(process.pid(), "status");
            if (innermost(status) == pid) {
                return new Idle(pid, process.pid(), status);
            }
        }
        return null;
    }

    /** Anonymous memory of a process, in kB. */
    public long anonKib(Idle process) {
        String line = field(read(process.outerPid(), "status"), "RssAnon");
        return line.isEmpty() ? 0 : Long.parseLong(line.replaceAll("\\D", ""));
    }

    /** Whether the sandbox's program has ended: who dies now was killed by nobody. */
    public boolean ending() {
        return Files.exists(Sandbox.SHARED.resolve("ended")) || sandbox.hasEnded();
    }

    /** Shows the tree's files of this process in the place of its own. */
    public void show(int pid) throws IOException {
        wish("show", pid, "");
    }

    private void wish(String kind, int pid, String text) throws IOException {
        sandbox.tell(kind + " " + pid + " " + text);
    }

    /** The program may run: what has been asked for is there before it. */
    public void letProgramRun() throws SandboxException {
        sandbox.letRun();
    }

    private static String field(String status, String key) {
        return status.lines()
                .filter(line -> line.startsWith(key + ":"))
                .findFirst()
                .orElse("");
    }

    /** Process numbers as the sandbox sees them. */
    private static String inside(String status, int pid) {
        return status.lines()
                        .map(line -> {
                            String key = line.substring(0, Math.max(0, line.indexOf(':')));
                            return switch (key) {
                                case "Tgid", "Pid", "NStgid", "NSpid", "NSpgid", "NSsid" -> key + ":\t" + pid;
                                case "PPid" -> "PPid:\t1";
                                default -> line;
                            };
                        })
                        .collect(Collectors.joining("\n"))
                + "\n";
    }

    private static String read(long outerPid, String file) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(outerPid), file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return ""; // it has gone
        }
    }

    /** Neither gone nor a zombie. */
    public boolean alive(Idle process) {
        String stat = read(process.outerPid(), "stat");
        int state = stat.lastIndexOf(')') + 2;
        return state > 1 && state < stat.length() && "ZX".indexOf(stat.charAt(state)) < 0;
    }

    public void signal(Idle process, Signal signal) {
        if (alive(process)) {
            sandbox.signal(process.outerPid(), signal);
        }
    }
}
