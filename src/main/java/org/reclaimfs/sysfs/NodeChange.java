package org.reclaimfs.sysfs;

import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.Work;
import org.reclaimfs.zram.ZramDevice;

/**
 * A write that ends or resizes a device which has a real node: the keeper lets go of it, the write is done, the node follows, and
 * only then does the writer go on.
 *
 * <p>The keeper's own hold counts as one who has the device open. If others have it open too it stays, and the write finds the
 * device busy, as the kernel's would; so who holds it is asked of the kernel, by closing and looking, never guessed.
 */
final class NodeChange implements Work {
    /** Slices until a hold that the keeper has given up is given up here, too: the kernel tells of the last close later. */
    private static final int PATIENCE = 200;

    /** The write itself. */
    interface Body {
        Work run() throws ErrnoException;
    }

    private final Nodes nodes;
    private final ZramDevice device;
    private final Body body;
    private final boolean alone;
    private Nodes.@Nullable Wish release;
    private @Nullable Work running;
    private Nodes.@Nullable Wish follow;
    private @Nullable ErrnoException refusal;
    private int tries;
    private boolean signalled;

    private NodeChange(Nodes nodes, ZramDevice device, Body body, boolean alone) {
        this.alone = alone;
        this.nodes = nodes;
        this.device = device;
        this.body = body;
    }

    /** A write that ends what the node shows: it needs the device for itself, if it is not {@code busy} anyway. */
    static Work ending(Nodes nodes, ZramDevice device, boolean busy, Body body) throws ErrnoException {
        return nodes.kept() && !busy ? new NodeChange(nodes, device, body, true) : body.run();
    }

    /** A write that gives the device its room: whoever has it open keeps what there was, as long as he likes. */
    static Work growing(Nodes nodes, ZramDevice device, Body body) throws ErrnoException {
        return nodes.kept() ? new NodeChange(nodes, device, body, false) : body.run();
    }

    @Override
    public long slice(long nowNs) throws ErrnoException {
        if (running == null) {
            if (alone && !letGo(nowNs)) {
                return IDLE;
            }
            running = told(begin(release != null && release.busy()));
        }
        if (follow == null) {
            long cost = part(nowNs, running);
            if (cost != FINISHED) {
                return cost;
            }
            follow = told(nodes.follow(device.name()));
        }
        if (follow.slice(nowNs) == IDLE) {
            return IDLE;
        }
        if (refusal != null) {
            throw refusal;
        }
        return FINISHED;
    }

    private boolean letGo(long nowNs) {
        if (release == null) {
            release = told(nodes.release(device.name()));
        }
        return release.slice(nowNs) == FINISHED && (release.busy() || !device.busy() || ++tries > PATIENCE);
    }

    private Work begin(boolean busy) {
        if (busy) {
            device.open(); // of a device without room the machine does not know who has its node open
        }
        try {
            return body.run();
        } catch (ErrnoException e) {
            refusal = e;
            return Work.DONE;
        } finally {
            if (busy) {
                device.close();
            }
        }
    }

    private long part(long nowNs, Work work) {
        try {
            return work.slice(nowNs);
        } catch (ErrnoException e) {
            refusal = e;
            return FINISHED;
        }
    }

    /** A part that begins after the signal has come is told of it at once: nobody else ever tells it. */
    private <W extends Work> W told(W begun) {
        if (signalled) {
            begun.signal();
        }
        return begun;
    }

    @Override
    public void signal() {
        signalled = true;
        if (follow != null) {
            follow.signal();
        } else if (running != null) {
            running.signal();
        } else if (release != null) {
            release.signal();
        }
    }
}
