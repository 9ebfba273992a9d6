package org.reclaimfs.machine;

import org.reclaimfs.mm.VmStat;

/** A node's kswapd, a run at a time (spec/07 sections 3 to 6). */
final class RefKswapd {
    private final RefMachine machine;
    final RefMemory.Node node;
    private boolean woken;
    private boolean napping;
    int failures;

    // The present run.
    private boolean running;
    private int priority;
    private long boostSeen;
    private long boostLeft;
    private long reclaimed;
    private boolean trimFailed;
    private boolean mayTrim;

    // The step that comes next, as decided when the last one was over.
    private long target;
    private boolean newRun;
    private boolean mayRaise;

    RefKswapd(RefMachine machine, RefMemory.Node node) {
        this.machine = machine;
        this.node = node;
    }

    boolean hopeless() {
        return failures >= 16;
    }

    void wake() {
        if (running || woken || hopeless() || node.balanced() && node.boost == 0) {
            return;
        }
        if (napping) {
            machine.count(VmStat.KSWAPD_LOW_WMARK_HIT_QUICKLY, 1);
        }
        woken = true;
    }

    /** Somebody freed pages of the node. */
    void progress() {
        if (node.balanced()) {
            failures = 0;
        }
    }

    boolean allowDirectReclaim() {
        boolean counts = machine.reclaimable(node.id) > 0 || node.free == 0;
        return hopeless() || !counts || node.free > (node.min + node.boost) / 2;
    }

    /** Its nap was not disturbed. */
    void napOver() {
        if (!napping || woken) {
            return;
        }
        napping = false;
        if (!hopeless() && !node.balanced()) {
            machine.count(VmStat.KSWAPD_HIGH_WMARK_HIT_QUICKLY, 1);
            woken = true;
        }
    }

    /** If it is awake: goes on to the end of the present run; the next one, if one is due, has begun afterwards. */
    void turn() {
        int interrupted = machine.cpu;
        machine.cpu = machine.cpuOf(node.id);
        run();
        machine.cpu = interrupted;
    }

    private void run() {
        if (woken) {
            woken = false;
            napping = false;
            startRun();
            plan();
        }
        if (running) {
            while (step()) {
                machine.ioPoint();
            }
            machine.ioPoint();
        }
    }

    boolean running() {
        return running || woken;
    }

    private void startRun() {
        running = true;
        node.kswapdAwake = true;
        machine.count(VmStat.PAGEOUTRUN, 1);
        priority = 12;
        boostSeen = node.boost;
        boostLeft = node.boost;
        reclaimed = 0;
        trimFailed = false;
        mayTrim = true;
    }

    /** Decides on the next step; without one the run is over, and perhaps another one begins. */
    private void plan() {
        boolean balanced = node.balanced();
        if (!balanced && boostLeft > 0) {
            boostLeft = 0;
            priority = 12;
        }
        if (balanced && boostLeft == 0) {
            endRun();
        } else if (priority < 1) {
            if (reclaimed == 0 && trimFailed && mayTrim) {
                mayTrim = false;
                priority = 12;
                plan();
                return;
            }
            if (reclaimed == 0 && boostSeen == 0) {
                failures++;
            }
            endRun();
        } else {
            mayRaise = boostLeft == 0 || priority != 10;
            target = Math.max(node.high + node.boost, 32);
        }
    }

    private void endRun() {
        node.boost -= Math.min(node.boost, boostSeen);
        running = false;
        if (hopeless() || node.balanced()) {
            node.kswapdAwake = false;
            napping = true;
        } else {
            startRun();
            plan();
            newRun = true;
        }
    }

    /** Does the planned step; false if the run is over. */
    private boolean step() {
        RefReclaim call = RefReclaim.kswapd(machine, node.id, target, priority, boostLeft == 0, mayTrim);
        long got = call.run();
        reclaimed += got;
        trimFailed |= got == 0 && call.trimmed();
        if (got > 0 && failures > 0) {
            progress();
        }
        boolean enough = Math.max(call.scanned(), got) >= target;
        if (boostLeft > 0) {
            boostLeft = Math.max(0, boostLeft - got);
            if (got == 0) {
                boostLeft = 0;
                priority = 0;
            }
        }
        if (got == 0 || mayRaise && !enough) {
            priority--;
        }
        newRun = false;
        plan();
        return running && !newRun;
    }
}
