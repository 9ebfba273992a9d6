package org.reclaimfs.machine;

import java.util.ArrayList;
import java.util.List;

/** swapoff of the reference model, page by page (spec/06 section 1). */
final class RefSwapoff {
    private RefSwapoff() {}

    /** Reads back every slot of a device, task by task. */
    static void run(RefMachine machine, RefDevice device) {
        machine.swap.disable(device);
        RefFaults faults = new RefFaults(machine, new RefTask("swapoff", machine.root, 0), 0);
        while (device.usedPages() > 0) {
            for (RefTask task : List.copyOf(machine.tasks.values())) {
                for (RefRegion region : task.regions.values()) {
                    for (RefPage page : List.copyOf(present(region))) {
                        // As long as its charge goes round; it may be gone after that.
                        while (page.slot != null && page.device() == device) {
                            unuse(machine, faults, page, device);
                        }
                    }
                }
            }
        }
        machine.swap.remove(device);
    }

    private static List<RefPage> present(RefRegion region) {
        List<RefPage> present = new ArrayList<>();
        for (RefPage page : region.pages) {
            if (page != null) {
                present.add(page);
            }
        }
        return present;
    }

    private static void unuse(RefMachine machine, RefFaults faults, RefPage page, RefDevice device) {
        if (page.slot == null || page.device() != device) {
            return;
        }
        if (page.writeback) {
            machine.completeIo();
        }
        if (!page.resident) {
            RefMemcg memcg = page.memcg.listOwner();
            if (!faults.admit(memcg)) {
                // The rest of this page's task may be gone, too: the next walk finds what is left.
                return;
            }
            faults.read(page);
            machine.ioPoint();
        }
        if (!page.mapped) {
            page.mapped = true;
            page.readahead = false;
        }
        machine.freeSlot(page);
        page.dirty = true;
    }
}
