package org.reclaimfs.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.reclaimfs.kernfs.ToyGate;
import org.reclaimfs.kernfs.ToyTree;

/** Signals at moments of a start that are hard to hit from outside. */
@Timeout(60)
final class FarewellTest {
    @TempDir
    Path temp;

    private final AtomicInteger ends = new AtomicInteger();
    private final Farewell farewell = new Farewell(ends::incrementAndGet);

    @Test
    void afterASignalNothingIsMounted() {
        farewell.run();
        assertThat(ends).hasValue(1);
        AtomicInteger mounts = new AtomicInteger();
        assertThatThrownBy(() -> farewell.mount(() -> {
                    mounts.incrementAndGet();
                    return mount();
                }))
                .isInstanceOf(MountException.class)
                .hasMessageContaining("told to end");
        assertThat(mounts).hasValue(0);
    }

    @Test
    void aSignalInTheMiddleOfMountingWaitsAndTakesItAway() throws Exception {
        boolean possible = Files.isReadable(Path.of("/dev/fuse")) && Files.isWritable(Path.of("/dev/fuse"));
        if (System.getenv("RECLAIMFS_NO_SKIP") == null) {
            assumeTrue(possible, "/dev/fuse is missing or not open to this user");
        }
        CountDownLatch mounting = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        FutureTask<FuseMount> start = new FutureTask<>(() -> farewell.mount(() -> {
            mounting.countDown();
            awaitUninterruptibly(goOn);
            return mount();
        }));
        new Thread(start, "start").start();
        mounting.await();
        Thread signal = new Thread(farewell, "signal");
        signal.start();
        while (signal.getState() != Thread.State.BLOCKED) {
            assertThat(signal.isAlive()).as("the signal waits").isTrue();
            Thread.onSpinWait();
        }
        assertThat(ends).hasValue(0);
        goOn.countDown();
        FuseMount mount = start.get();
        signal.join();
        assertThat(Files.readString(Path.of("/proc/self/mounts")))
                .doesNotContain(mount.directory().toString());
        assertThat(ends).hasValue(1);
        assertThat(mount.awaitUnmounted(10, TimeUnit.SECONDS)).isTrue();
        mount.close();
    }

    private FuseMount mount() throws MountException {
        return FuseMount.start(ToyTree.build(new ToyGate(true), new ToyTree.Toy()), temp, FuseOptions.DEFAULT);
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
