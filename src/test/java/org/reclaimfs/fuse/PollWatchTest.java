package org.reclaimfs.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.Caller;
import org.reclaimfs.kernfs.Kernfs;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.ToyGate;
import org.reclaimfs.kernfs.ToyTree;

final class PollWatchTest {
    private final ToyTree.Toy toy = new ToyTree.Toy();
    private final Kernfs fs = ToyTree.build(new ToyGate(false), toy);
    private final BlockingQueue<String> calls = new LinkedBlockingQueue<>();
    private final PollWatch<String> watch =
            new PollWatch<>(fs::peek, handle -> calls.add("notify " + handle), handle -> calls.add("free " + handle));

    @Test
    void wakesOnceAndEndsItsThread() throws Exception {
        OpenFile file = readOnce();
        watch.watch(file, "a");
        watch.watch(file, "b");
        assertThat(calls.poll(1, TimeUnit.SECONDS))
                .as("a newer handle replaces it")
                .isEqualTo("free a");
        assertThat(watch.running()).isTrue();
        toy.events++;
        assertThat(calls.poll(5, TimeUnit.SECONDS)).isEqualTo("notify b");
        assertThat(calls.poll(5, TimeUnit.SECONDS)).isEqualTo("free b");
        long untilNs = System.nanoTime() + 5_000_000_000L;
        while (watch.running() && System.nanoTime() < untilNs) {
            Thread.onSpinWait();
        }
        assertThat(watch.running()).isFalse();
    }

    @Test
    void aClosedFileIsForgotten() throws Exception {
        OpenFile file = readOnce();
        watch.watch(file, "a");
        watch.forget(file);
        assertThat(calls.poll(1, TimeUnit.SECONDS)).isEqualTo("free a");
        watch.close();
    }

    private OpenFile readOnce() throws ErrnoException {
        OpenFile file = fs.open("/cgroup/events", OpenFile.O_RDONLY, Caller.ROOT);
        fs.read(file, 0, 100, (bytes, from, length) -> {});
        return file;
    }
}
