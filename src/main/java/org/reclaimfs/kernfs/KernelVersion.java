package org.reclaimfs.kernfs;

import java.util.Comparator;

/** The version whose files a tree shows, such as 7.2. */
public record KernelVersion(int major, int minor) implements Comparable<KernelVersion> {
    /** The one the rows are written for. */
    public static final KernelVersion MIRRORED = new KernelVersion(7, 2);

    private static final Comparator<KernelVersion> ORDER =
            Comparator.comparingInt(KernelVersion::major).thenComparingInt(KernelVersion::minor);

    /** Reads {@code MAJOR.MINOR}, as programs and scenarios name it; IllegalArgumentException for anything else. */
    public static KernelVersion of(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 2) {
            throw new IllegalArgumentException("no kernel version: " + text);
        }
        return new KernelVersion(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
    }

    @Override
    public int compareTo(KernelVersion other) {
        return ORDER.compare(this, other);
    }
}
