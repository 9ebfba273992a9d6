package org.reclaimfs.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.Caller;
import org.reclaimfs.kernfs.FileRef;
import org.reclaimfs.kernfs.Kernfs;
import org.reclaimfs.kernfs.ToyGate;
import org.reclaimfs.kernfs.ToyTree;

final class ModifyNoticesTest {
    private final ToyTree.Toy toy = new ToyTree.Toy();
    private final Kernfs fs = ToyTree.build(new ToyGate(false), toy);
    private final BlockingQueue<FileRef> told = new LinkedBlockingQueue<>();
    private final ModifyNotices notices = new ModifyNotices(fs::notifications, told::add);

    @Test
    void anEventIsToldOnceAndRemovalEndsTheThread() throws Exception {
        FileRef events = file("/cgroup/events");
        toy.events++;
        notices.seen(events);
        notices.seen(events);
        assertThat(notices.running()).isTrue();
        assertThat(told.poll(100, TimeUnit.MILLISECONDS))
                .as("what was before the look-up")
                .isNull();
        toy.events++;
        assertThat(told.poll(5, TimeUnit.SECONDS)).isEqualTo(events);
        assertThat(told.poll(100, TimeUnit.MILLISECONDS)).as("and no more").isNull();
        events.parent().detach(events.set());
        long untilNs = System.nanoTime() + 5_000_000_000L;
        while (notices.running() && System.nanoTime() < untilNs) {
            Thread.onSpinWait();
        }
        assertThat(notices.running()).isFalse();
    }

    @Test
    void onlyFilesWithEventsAreWatched() throws ErrnoException {
        notices.seen(file("/cgroup/max"));
        assertThat(notices.running()).isFalse();
    }

    private FileRef file(String path) throws ErrnoException {
        return (FileRef) fs.lookup(path, Caller.ROOT);
    }
}
