package org.reclaimfs.sandbox;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.ErrnoException;

/**
 * One program in namespaces of its own, from {@link #start} to its end.
 *
 * <p>What runs: this process; {@code unshare}, which dies with us (its parent-death signal); process 1 of the sandbox, the
 * script, which is told by unshare's death and ends; with it the kernel ends all others, and takes the mounts away.
 */
public final class Sandbox {
    /**
     * What to run.
     *
     * @param script mount-scripts/sandbox.sh
     * @param tree where the machine is mounted, absolute
     * @param oomd the path of a systemd-oomd to run beside the command; null for none
     * @param speed of the machine's clock once the program starts; null if it is not ours
     */
    public record Plan(
            String script,
            String tree,
            Tier tier,
            @Nullable Double speed,
            @Nullable String oomd,
            List<String> command) {}

    /** What only the script and we know of. */
    static final Path SHARED = Path.of("/run/.stand-ins");

    private static final long LOOK_MS = 10;

    private final Plan plan;
    private final @Nullable Kernel kernel = Kernel.ofThisMachine();
    private final CompletableFuture<Integer> listener = new CompletableFuture<>();
    private final CountDownLatch served = new CountDownLatch(1);
    private final CompletableFuture<Process> started = new CompletableFuture<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final FileChannel script;
    private volatile int status;

    private Sandbox(Plan plan) throws IOException {
        this.plan = plan;
        // For reading, too: so the pipe keeps what is said before the script listens, and nobody waits for the other.
        this.script = FileChannel.open(SHARED.resolve("wishes"), StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    /**
     * Makes everything ready; the program waits for {@link #letRun}.
     *
     * @throws SandboxException the filter or the program of the first step is refused
     */
    public static Sandbox start(Plan plan) throws SandboxException {
        Sandbox sandbox;
        try {
            sandbox = new Sandbox(plan);
        } catch (IOException e) {
            throw new SandboxException("no pipe to the script: " + e.getMessage(), e);
        }
        if (sandbox.kernel != null) {
            sandbox.kernel.ignoreTerminalSignals();
        }
        // Its filter holds for all it starts; and a parent-death signal comes when the thread ends, not the process.
        Thread parent = new Thread(sandbox::run, "reclaimfs-parent");
        parent.setDaemon(true);
        parent.start();
        try {
            sandbox.serve(sandbox.listener.get());
            sandbox.started.get();
            return sandbox;
        } catch (ExecutionException e) {
            throw new SandboxException(
                    "the sandbox cannot start: " + e.getCause().getMessage(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SandboxException("interrupted", e);
        }
    }

    /** Not by the thread with the filter: a thread inherits it, and this one must not ask itself. */
    private void serve(int fd) {
        if (fd >= 0 && kernel != null) {
            new Supervisor(kernel, fd, new Answers(kernel, plan.tree())).start();
        }
        served.countDown();
    }

    private void run() {
        try {
            if (kernel != null) {
                kernel.unblockSignals();
            }
            listener.complete(filter());
            served.await();
            Process process = new ProcessBuilder(words()).inheritIO().start();
            started.complete(process);
            status = process.waitFor();
        } catch (IOException | ErrnoException | InterruptedException e) {
            status = 1;
            listener.completeExceptionally(e);
            started.completeExceptionally(e);
        } finally {
            ended.countDown();
        }
    }

    /** Filters this thread; returns the listener, or −1. */
    private int filter() throws ErrnoException {
        if (kernel != null && plan.tier() != Tier.FILES) {
            return kernel.install(Filter.supervised(kernel.abi()), true);
        }
        return kernel != null && Tier.canRefuse() ? kernel.install(Filter.refusingSwap(kernel.abi()), false) : -1;
    }

    private List<String> words() {
        List<String> words = new ArrayList<>(List.of("setpriv", "--pdeathsig", "KILL", "--"));
        words.addAll(List.of("unshare", "-m", "-p", "-C", "-f", "--kill-child=USR1", "--propagation", "private", "--"));
        String speed = plan.speed() == null ? "-" : plan.speed().toString();
        words.addAll(List.of(
                "bash",
                plan.script(),
                "inner",
                plan.tree(),
                plan.tier().key(),
                speed,
                plan.oomd() == null ? "-" : plan.oomd()));
        words.addAll(plan.command());
        return words;
    }

    /** Waits for the program; its exit status, 128 + N after signal N. */
    public int await() throws InterruptedException {
        ended.await();
        return status;
    }

    public boolean hasEnded() {
        return ended.getCount() == 0;
    }

    /** Says a line to the script. */
    void tell(String line) throws IOException {
        script.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
    }

    /** The program may run. */
    public void letRun() throws SandboxException {
        try {
            tell("run");
        } catch (IOException e) {
            throw new SandboxException("no pipe to the script: " + e.getMessage(), e);
        }
    }

    /** Passes SIGTERM on to the program, as soon as there is one. */
    public void terminate() throws InterruptedException {
        for (boolean told = false; !told && !hasEnded(); Thread.sleep(LOOK_MS)) {
            told = program().map(ProcessHandle::destroy).orElse(false);
        }
    }

    /** The program that was to be run. */
    private Optional<ProcessHandle> program() {
        try {
            int pid =
                    Integer.parseInt(Files.readString(SHARED.resolve("program")).strip());
            return first().flatMap(one -> one.children()
                    .filter(child -> Processes.insidePid(child.pid()) == pid)
                    .findFirst());
        } catch (IOException e) {
            return Optional.empty(); // the script has not come to it yet
        }
    }

    /** Ends everything in the sandbox at once. */
    public void kill() {
        started.join().destroyForcibly();
    }

    /** Process 1 of the sandbox, if it is there. */
    public Optional<ProcessHandle> first() {
        return started.join().children().findFirst();
    }

    /** Sends a signal to a process of the sandbox. */
    void signal(long outerPid, Processes.Signal signal) {
        if (kernel != null) {
            kernel.kill(outerPid, signal.number);
        }
    }
}
