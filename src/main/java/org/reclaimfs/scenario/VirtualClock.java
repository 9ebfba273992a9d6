package org.reclaimfs.scenario;

import org.reclaimfs.machine.Machine;

/**
 * Tells what the machine's time should be by the wall clock. It runs (real, scaled) or stands still (manual, paused); then
 * it is what the machine says. Lock rule: the machine's lock, but for {@link #runs}.
 */
final class VirtualClock {
    private final Machine machine;
    private final Wall wall;

    private volatile boolean runs;
    /** Standing still because of {@code pause}, not of {@code --manual}. */
    private boolean paused;

    private double speed = 1;
    /** The machine's time at {@link #wallBaseNs}. */
    private long baseNs;

    private long wallBaseNs;

    VirtualClock(Machine machine, Wall wall) {
        this.machine = machine;
        this.wall = wall;
    }

    /** Whether it runs. Needs no lock. */
    boolean runs() {
        return runs;
    }

    boolean paused() {
        return paused;
    }

    /** Virtual seconds a second. */
    double speed() {
        return speed;
    }

    /** A clock that runs must go on by {@link #run}: the new speed counts from the last {@link #rebase}. */
    void setSpeed(double factor) {
        speed = factor;
    }

    /** Runs from the machine's time on. */
    void run() {
        rebase();
        runs = true;
        paused = false;
    }

    /** A clock that runs is paused; one that stands still stays as it is. */
    void pause() {
        paused |= runs;
        runs = false;
    }

    /** Stands still as if paused, whatever it did. */
    void breakDown() {
        runs = false;
        paused = true;
    }

    /** Stands still for good. */
    void stop() {
        runs = false;
    }

    /** Real, scaled, manual or paused. */
    String mode() {
        if (!runs) {
            return paused ? "paused" : "manual";
        }
        return speed == 1 ? "real" : "scaled";
    }

    /** The virtual time, in ns since boot. */
    long nowNs() {
        return runs ? baseNs + (long) ((wall.ns() - wallBaseNs) * speed) : machine.nowNs();
    }

    /** Goes on from the machine's time. */
    void rebase() {
        baseNs = machine.nowNs();
        wallBaseNs = wall.ns();
    }
}
