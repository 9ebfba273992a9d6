package org.reclaimfs.swap;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All active swap areas: who gets the next page (mm/swapfile.c, 7.2; spec/06 sections 2 and 3). NOT thread safe.
 *
 * <p>A CPU keeps its cluster on a solid-state device until it is used up, whatever priorities say meanwhile; a rotational
 * device gives one slot and the list turns.
 */
public final class SwapDevices {
    /** MAX_SWAPFILES of the captured configuration leaves this many types. */
    public static final int MAX_TYPES = 28;
    /** The priority of a swapon without one, for every device in 7.2. */
    public static final int DEFAULT_PRIORITY = -1;

    private final @Nullable SwapDevice[] byType = new SwapDevice[MAX_TYPES];
    /** Devices by falling priority; among equals the next to be asked first. Replaced, never changed: a walk sees one order. */
    private SwapDevice[] order = {};

    private final @Nullable SwapDevice[] cpuDevice;
    private final SwapDevice.Cursor[] cpuCursor;
    private @Nullable SwapDevice found;
    private int foundPages;
    private long eventSeq;
    private boolean allRamBacked;
    private WriteErrors writeErrors = (device, slot, pages) -> {};

    /** Told when a backend refuses data. */
    public interface WriteErrors {
        /** {@code pages} consecutive slots from {@code slot} on hold nothing. */
        void failed(SwapDevice device, int slot, int pages);
    }

    private final SwapTables tables;

    public SwapDevices(int cpus, SwapTables tables) {
        this.tables = tables;
        cpuDevice = new SwapDevice[cpus];
        cpuCursor = new SwapDevice.Cursor[cpus];
        for (int i = 0; i < cpus; i++) {
            cpuCursor[i] = new SwapDevice.Cursor();
        }
    }

    /** Adds a device without bad pages. */
    public @Nullable SwapDevice add(String path, boolean partition, long pages, int priority, SwapBackend backend) {
        return add(path, partition, pages, priority, backend, new int[0]);
    }

    /** Adds a device; null if no type number is free. {@code pages} includes the header page and the bad ones. */
    public @Nullable SwapDevice add(
            String path, boolean partition, long pages, int priority, SwapBackend backend, int[] badPages) {
        for (int type = 0; type < MAX_TYPES; type++) {
            if (byType[type] == null) {
                SwapDevice device = new SwapDevice(type, path, partition, pages, priority, backend, tables);
                device.markBad(badPages);
                byType[type] = device;
                insert(device);
                eventSeq++;
                return device;
            }
        }
        return null;
    }

    private void insert(SwapDevice device) {
        List<SwapDevice> next = new ArrayList<>(Arrays.asList(order));
        int at = 0;
        while (at < order.length && order[at].priority >= device.priority) {
            at++;
        }
        next.add(at, device);
        takeFrom(next);
    }

    private void takeOut(SwapDevice device) {
        List<SwapDevice> next = new ArrayList<>(Arrays.asList(order));
        next.remove(device);
        takeFrom(next);
    }

    private void takeFrom(List<SwapDevice> devices) {
        order = devices.toArray(SwapDevice[]::new);
        allRamBacked = order.length > 0 && devices.stream().allMatch(device -> device.ramBacked);
    }

    private int indexOf(SwapDevice device) {
        int at = order.length - 1;
        while (at >= 0 && order[at] != device) {
            at--;
        }
        return at;
    }

    /** Stops allocation from the device; its used slots stay readable until {@link #remove}. */
    public void disable(SwapDevice device) {
        takeOut(device);
        dropCursors(device);
    }

    /** Takes a device whose swapoff failed back into use. */
    public void enable(SwapDevice device) {
        insert(device);
    }

    /** SWP_WRITEOK: no swapoff of the device is under way. */
    public boolean accepting(SwapDevice device) {
        return indexOf(device) >= 0;
    }

    public void remove(SwapDevice device) {
        device.dropTables();
        byType[device.type] = null;
        eventSeq++;
    }

    /** Active devices by type number: the order of /proc/swaps. */
    public List<SwapDevice> active() {
        List<SwapDevice> list = new ArrayList<>();
        for (SwapDevice device : byType) {
            if (device != null) {
                list.add(device);
            }
        }
        return list;
    }

    public @Nullable SwapDevice byPath(String path) {
        for (SwapDevice device : byType) {
            if (device != null && device.path.equals(path)) {
                return device;
            }
        }
        return null;
    }

    public SwapDevice byType(int type) {
        SwapDevice device = byType[type];
        if (device == null) {
            throw new IllegalStateException("no swap device " + type);
        }
        return device;
    }

    public void onWriteError(WriteErrors listener) {
        writeErrors = listener;
    }

    /** The device did not take these pages (end_swap_bio_write). */
    public void writeFailed(SwapDevice device, int slot, int pages) {
        writeErrors.failed(device, slot, pages);
    }

    // ---- slots ----

    /**
     * Takes up to {@code want} consecutive slots for pages swapped out on {@code cpu}.
     *
     * @return the first slot, or -1 if there is none; see {@link #foundDevice} and {@link #foundPages}
     */
    public int allocate(int cpu, int want) {
        tables.clearRefused();
        SwapDevice current = cpuDevice[cpu];
        if (current != null && cpuCursor[cpu].cluster >= 0) {
            int slot = current.allocateHere(cpuCursor[cpu], want);
            if (slot >= 0) {
                return found(current, slot);
            }
        }
        // Each device is asked once: a device asked in vain has turned behind its equals meanwhile.
        for (SwapDevice device : order) {
            if (device.freePages() == 0) {
                continue;
            }
            rotate(device);
            int slot = allocateFrom(device, cpu, want);
            if (slot < 0) {
                // What is free sits in clusters that other CPUs hold: they are on offer to everyone.
                dropCursors(device);
                slot = allocateFrom(device, cpu, want);
            }
            if (slot >= 0) {
                return found(device, slot);
            }
        }
        return -1;
    }

    /** The device that a CPU has a cluster of; null if it has none at present. */
    public @Nullable SwapDevice current(int cpu) {
        return cpuCursor[cpu].cluster >= 0 ? cpuDevice[cpu] : null;
    }

    /**
     * Takes slots, be they neighbours or not, from the cluster that the CPU has.
     *
     * @param into the slots
     * @return how many; fewer than {@code want} if the cluster has no more
     */
    public int allocateHere(int cpu, int want, int[] into) {
        tables.clearRefused();
        SwapDevice device = current(cpu);
        return device == null ? 0 : device.allocateEach(cpuCursor[cpu], want, into);
    }

    /** What clusters in use cost. */
    public SwapTables tables() {
        return tables;
    }

    private int allocateFrom(SwapDevice device, int cpu, int want) {
        return device.backend.solidState()
                ? device.allocate(newCursor(cpu, device), want)
                : device.allocate(device.global, 1);
    }

    private void dropCursors(SwapDevice device) {
        for (int cpu = 0; cpu < cpuDevice.length; cpu++) {
            if (cpuDevice[cpu] == device) {
                device.leave(cpuCursor[cpu]);
                cpuDevice[cpu] = null;
            }
        }
        device.leave(device.global);
    }

    private SwapDevice.Cursor newCursor(int cpu, SwapDevice device) {
        SwapDevice before = cpuDevice[cpu];
        if (before != null) {
            before.leave(cpuCursor[cpu]);
        }
        cpuDevice[cpu] = device;
        return cpuCursor[cpu];
    }

    private int found(SwapDevice device, int slot) {
        found = device;
        foundPages = device.taken;
        return slot;
    }

    /** Moves a device behind the others of its priority. */
    private void rotate(SwapDevice device) {
        int next = indexOf(device) + 1;
        if (next < order.length && order[next].priority == device.priority) {
            takeOut(device);
            insert(device);
        }
    }

    public SwapDevice foundDevice() {
        if (found == null) {
            throw new IllegalStateException("nothing was allocated");
        }
        return found;
    }

    public int foundPages() {
        return foundPages;
    }

    public void free(SwapDevice device, int slot, int pages) {
        boolean wasFull = device.freePages() == 0;
        device.free(slot, pages);
        if (wasFull && accepting(device)) {
            rotate(device);
        }
    }

    // ---- totals ----

    /** nr_swap_pages: free slots of the devices that take new pages. */
    public long freePages() {
        long sum = 0;
        for (SwapDevice device : order) {
            sum += device.freePages();
        }
        return sum;
    }

    public long totalPages() {
        long sum = 0;
        for (SwapDevice device : order) {
            sum += device.usablePages();
        }
        return sum;
    }

    /** SwapTotal: also the used part of devices that are being removed. */
    public long shownTotalPages() {
        long sum = totalPages();
        for (SwapDevice device : byType) {
            sum += device != null && !accepting(device) ? device.usedPages() : 0;
        }
        return sum;
    }

    /** vm_swap_full: copies in the swap cache should be given back. */
    public boolean full() {
        return freePages() * 2 < totalPages();
    }

    /**
     * Patch A's flag, kept at swapon and swapoff: at least one device, and all of them keep their data in RAM. A device that
     * is being emptied is out of it from the beginning; if its swapoff fails it is in again (spec/12 A).
     */
    public boolean allRamBacked() {
        return allRamBacked;
    }

    /** Pages whose data active devices keep in RAM. */
    public long pooledPages() {
        return active().stream().mapToLong(d -> d.backend.pooledPages()).sum();
    }

    /** Pages of RAM that active devices keep data in. */
    public long poolPages() {
        return active().stream().mapToLong(d -> d.backend.poolPages()).sum();
    }

    /** Whether a rotational device is active, be it on its way out: readahead then goes by slot, not by address. */
    public boolean anyRotational() {
        for (SwapDevice device : byType) {
            if (device != null && !device.backend.solidState()) {
                return true;
            }
        }
        return false;
    }

    /** Changes at each swapon and swapoff; for poll on /proc/swaps. */
    public long eventSeq() {
        return eventSeq;
    }

    public void checkInvariants() {
        for (SwapDevice device : active()) {
            device.checkInvariants();
        }
    }
}
