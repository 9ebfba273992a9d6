package org.reclaimfs.machine;

import org.reclaimfs.memcg.Task;

/** Waits until a dying task is gone: the rest of a step that ends one. */
final class AwaitExit extends Activity {
    private static final long LOOK_NS = 100_000;

    private final Task task;

    AwaitExit(Task task) {
        this.task = task;
    }

    @Override
    public boolean needsCpu() {
        return false;
    }

    @Override
    public long step(long nowNs) {
        return task.gone() ? DONE : LOOK_NS;
    }
}
