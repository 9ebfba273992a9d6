package org.reclaimfs.machine;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of real device nodes that stand in for block devices of the machine (exec's tier block). Lock: the machine's.
 *
 * <p>Why they replace the machine's own: a program that has stat(2) on the node looks the number up in /sys/dev/block, and
 * libblkid compares it with /proc/partitions. Numbers of disk drivers are given out at run time, so any is right as long as all
 * places say the same.
 */
public final class NodeNumbers {
    private record Number(int major, int minor) {}

    private final Map<String, Number> real = new HashMap<>();

    /** From now on the device is shown with this number. */
    public void set(String device, int major, int minor) {
        real.put(device, new Number(major, minor));
    }

    /** From now on the device is shown with its own number. */
    public void clear(String device) {
        real.remove(device);
    }

    /** The device as it is to be shown. */
    public BlockDevice shown(BlockDevice device) {
        @Nullable Number number = real.get(device.name());
        return number == null ? device : device.withNumber(number.major(), number.minor());
    }
}
