package org.reclaimfs;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What to do when the heap is full, in whichever thread: a half-done change of the model cannot be trusted, so the server says
 * so and ends, as by a signal, with its mount taken away. To be able to it holds some memory back.
 */
final class Fatal {
    private static final int RESERVE_BYTES = 4 << 20;
    private static final byte[] WORDS = ("reclaimfs: out of memory: the server ends. Give it more with"
                    + " RECLAIMFS_JAVA_OPTS=-Xmx4g, or let the scenario have less\n")
            .getBytes(StandardCharsets.UTF_8);

    private final AtomicBoolean met = new AtomicBoolean();
    private final Runnable leave;
    private volatile byte @Nullable [] reserve = new byte[RESERVE_BYTES];

    private Fatal(Runnable leave) {
        this.leave = leave;
    }

    /**
     * From now on any thread that dies of a full heap ends the process with status 1.
     *
     * @param leave takes the mount away
     */
    static void onOutOfMemory(Runnable leave) {
        Fatal fatal = new Fatal(leave);
        Thread.UncaughtExceptionHandler usual = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> {
            if (e instanceof OutOfMemoryError) {
                fatal.end();
            } else if (usual != null) {
                usual.uncaughtException(thread, e);
            } else {
                System.err.print("Exception in thread \"" + thread.getName() + "\" ");
                e.printStackTrace();
            }
        });
    }

    static void tell() {
        try (FileOutputStream stderr = new FileOutputStream(FileDescriptor.err)) {
            stderr.write(WORDS);
        } catch (IOException e) {
            // nobody listens
        }
    }

    private void end() {
        if (met.compareAndSet(false, true)) {
            reserve = null;
            tell();
            try {
                leave.run();
            } finally {
                Runtime.getRuntime().halt(Main.FAILED);
            }
        }
    }
}
