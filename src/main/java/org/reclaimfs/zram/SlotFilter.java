package org.reclaimfs.zram;

/** Which slots a rework chooses: those with all of some flags. */
public enum SlotFilter {
    ANY(0),
    IDLE(Slot.IDLE),
    HUGE(Slot.HUGE),
    HUGE_IDLE(Slot.HUGE | Slot.IDLE),
    INCOMPRESSIBLE(Slot.INCOMPRESSIBLE);

    private final long flags;

    SlotFilter(long flags) {
        this.flags = flags;
    }

    boolean takes(long state) {
        return (state & flags) == flags;
    }
}
