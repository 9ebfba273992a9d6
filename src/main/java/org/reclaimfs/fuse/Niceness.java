package org.reclaimfs.fuse;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes those who work for long nicer than those who serve requests: the thread that runs the model, and the JVM's
 * compilers.
 *
 * <p>Why: a model at full speed, a compiler busy with its code, a client and the thread that answers it are four on what may
 * be two CPUs. The kernel lets whoever computes finish a time slice (up to a tick, 4 ms) before someone just woken gets the
 * CPU; as equals that met one read in a hundred, seen in a trace of the scheduler. Where a CPU is free it costs nothing.
 */
final class Niceness {
    private static final Logger LOG = LoggerFactory.getLogger(Niceness.class);
    private static final Path THREADS = Path.of("/proc/self/task");
    private static final int PRIO_PROCESS = 0;
    /** Whose nice value: the calling thread's, on Linux. */
    private static final int SELF = 0;
    /** A third of what another thread gets of a CPU, so that the model goes on on a busy host. */
    private static final int NICER = 5;

    private static final int NICEST = 19;

    private Niceness() {}

    /** Of the calling thread and the compilers' threads; those that come later are started by these and as nice. */
    static void giveWay(LibFuse2 lib) {
        int nice = Math.min(lib.getpriority(PRIO_PROCESS, SELF) + NICER, NICEST);
        if (lib.setpriority(PRIO_PROCESS, SELF, nice) != 0) {
            LOG.debug("the model's thread cannot be made nicer");
        }
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(THREADS)) {
            for (Path thread : threads) {
                if (isCompiler(thread)) {
                    lib.setpriority(
                            PRIO_PROCESS, Integer.parseInt(thread.getFileName().toString()), nice);
                }
            }
        } catch (IOException e) {
            LOG.debug("no list of threads: compilers are as nice as others", e);
        }
    }

    private static boolean isCompiler(Path thread) {
        try {
            return Files.readString(thread.resolve("comm")).matches("C[12] Compiler.*\\s*");
        } catch (IOException e) {
            return false; // it has ended
        }
    }
}
