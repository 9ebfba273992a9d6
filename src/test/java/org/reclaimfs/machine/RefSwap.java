package org.reclaimfs.machine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which device gives the next slot (spec/06 sections 2 and 3). */
final class RefSwap {
    final List<RefDevice> devices = new ArrayList<>();
    /** Devices with free slots, by falling priority; among equals in the order they wait. */
    private final List<RefDevice> available = new ArrayList<>();

    private final Map<Integer, RefDevice.Cursor> cursors = new HashMap<>();

    void add(RefDevice device) {
        devices.add(device);
        enqueue(device);
    }

    private void enqueue(RefDevice device) {
        int at = 0;
        while (at < available.size() && available.get(at).priority >= device.priority) {
            at++;
        }
        available.add(at, device);
    }

    private final List<RefDevice> leaving = new ArrayList<>();

    void disable(RefDevice device) {
        available.remove(device);
        leaving.add(device);
        cursors.values().forEach(device::leave);
        device.leave(device.global);
    }

    void remove(RefDevice device) {
        devices.remove(device);
        leaving.remove(device);
        device.dropTables();
    }

    long freePages() {
        return devices.stream()
                .filter(d -> !leaving.contains(d))
                .mapToLong(RefDevice::freePages)
                .sum();
    }

    long totalPages() {
        return devices.stream()
                .filter(d -> !leaving.contains(d))
                .mapToLong(d -> d.slots - 1)
                .sum();
    }

    boolean full() {
        return freePages() * 2 < totalPages();
    }

    RefPage.@Nullable Slot allocate(int cpu) {
        RefDevice.Cursor cursor = cursors.computeIfAbsent(cpu, c -> new RefDevice.Cursor());
        if (cursor.device != null) {
            RefDevice current = cursor.device;
            int s = current.takeAt(cursor);
            if (s >= 0) {
                return taken(current, s);
            }
        }
        for (RefDevice device : new ArrayList<>(available)) {
            available.remove(device);
            enqueue(device);
            int s = device.solidState ? fromNewCluster(device, cursor) : fromGlobal(device);
            if (s < 0) {
                // The free slots are in clusters that other CPUs hold.
                cursors.values().forEach(device::leave);
                s = device.solidState ? fromNewCluster(device, cursor) : fromGlobal(device);
            }
            if (s >= 0) {
                return taken(device, s);
            }
        }
        return null;
    }

    private static int fromNewCluster(RefDevice device, RefDevice.Cursor cursor) {
        return device.takeCluster(cursor) ? takeSome(device, cursor) : -1;
    }

    private static int takeSome(RefDevice device, RefDevice.Cursor cursor) {
        int s = device.takeAt(cursor);
        return s >= 0 || !device.takeCluster(cursor) ? s : takeSome(device, cursor);
    }

    private static int fromGlobal(RefDevice device) {
        int s = device.takeAt(device.global);
        return s >= 0 || !device.takeCluster(device.global) ? s : takeSome(device, device.global);
    }

    private RefPage.Slot taken(RefDevice device, int slot) {
        if (device.freePages() == 0) {
            available.remove(device);
        }
        return new RefPage.Slot(device, slot);
    }

    void free(RefPage.Slot slot) {
        RefDevice device = slot.device();
        boolean wasFull = device.freePages() == 0;
        device.freeSlot(slot.number(), heldByCursor(device, slot.number() / RefDevice.CLUSTER));
        if (wasFull && !leaving.contains(device)) {
            enqueue(device);
        }
    }

    private boolean heldByCursor(RefDevice device, int cluster) {
        if (device.global.device == device && device.global.next / RefDevice.CLUSTER == cluster) {
            return true;
        }
        return cursors.values().stream().anyMatch(c -> c.device == device && c.next / RefDevice.CLUSTER == cluster);
    }
}
