package org.reclaimfs.memcg;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the io controller counts for one cgroup and all below it: pages moved between memory and each device, one request a
 * page (struct blkg_iostat_set, block/blk-cgroup.c 7.2). Only swapping has devices here: files have none.
 */
public final class IoStats {
    /** Pages of one device since its first request. */
    public static final class Counts {
        private long readPages;
        private long writtenPages;

        public long readPages() {
            return readPages;
        }

        public long writtenPages() {
            return writtenPages;
        }
    }

    private final Map<String, Counts> byDevice = new LinkedHashMap<>();
    // The device of the last request, most often the next one's: no look into the map for each page.
    private @Nullable String lastDevice;
    private Counts last = new Counts();

    @SuppressWarnings("ReferenceEquality") // another String of the same name is looked up
    void count(String device, boolean write, int pages) {
        Counts counts = last;
        if (device != lastDevice) {
            counts = byDevice.computeIfAbsent(device, name -> new Counts());
            last = counts;
            lastDevice = device;
        }
        if (write) {
            counts.writtenPages += pages;
        } else {
            counts.readPages += pages;
        }
    }

    /** Paths of the devices with requests, in the order of their first. */
    public Set<String> devices() {
        return byDevice.keySet();
    }

    /** Null for a device without requests. */
    public @Nullable Counts of(String device) {
        return byDevice.get(device);
    }
}
