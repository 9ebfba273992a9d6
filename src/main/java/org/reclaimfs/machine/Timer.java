package org.reclaimfs.machine;

/** Something that happens once, at the time it was queued for, and takes no time. */
final class Timer extends Activity {
    private final Runnable action;

    Timer(Runnable action) {
        this.action = action;
    }

    @Override
    public boolean needsCpu() {
        return false;
    }

    @Override
    public long step(long nowNs) {
        action.run();
        return DONE;
    }
}
