package org.reclaimfs.zram;

/**
 * A slot as debugfs shows it.
 *
 * @param accessSeconds since boot; 0 if it was not used since it was written back
 */
public record SlotState(
        long accessSeconds,
        boolean same,
        boolean writtenBack,
        boolean huge,
        boolean idle,
        boolean recompressed,
        boolean incompressible) {

    static SlotState of(ZramStore store, int slot) {
        long state = store.slots.state(slot);
        return new SlotState(
                Slot.seconds(state),
                Slot.has(state, Slot.SAME),
                Slot.has(state, Slot.WRITTEN_BACK),
                Slot.has(state, Slot.HUGE),
                Slot.has(state, Slot.IDLE),
                Slot.priority(state) > 0 && store.packed(state),
                Slot.has(state, Slot.INCOMPRESSIBLE));
    }
}
