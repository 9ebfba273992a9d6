package org.reclaimfs.oomd;

/**
 * One cgroup and one reason to kill in it, as a service manager tells systemd-oomd.
 *
 * @param path of the cgroup, "" for the root
 * @param kill whether systemd-oomd is to watch it; if not, it is to stop
 * @param limit of pressure, in parts of 2^32 − 1; 0 for systemd-oomd's default
 * @param durationUs how long pressure must last, in µs; 0 for systemd-oomd's default
 */
public record ManagedOom(String path, Property property, boolean kill, long limit, long durationUs) {
    /** The reasons. */
    public enum Property {
        SWAP("ManagedOOMSwap"),
        PRESSURE("ManagedOOMMemoryPressure");

        private final String key;

        Property(String key) {
            this.key = key;
        }
    }

    /** From this version on {@code duration} is known; before, a field that is not makes the entry void. */
    private static final int DURATION_SINCE = 257;

    public static ManagedOom swap(String path, boolean kill) {
        return new ManagedOom(path, Property.SWAP, kill, 0, 0);
    }

    public static ManagedOom pressure(String path, boolean kill, long limit, long durationUs) {
        return new ManagedOom(path, Property.PRESSURE, kill, limit, durationUs);
    }

    /** As an element of the messages. */
    String json(int version) {
        StringBuilder json = new StringBuilder("{\"mode\":\"")
                .append(kill ? "kill" : "auto")
                .append("\",\"path\":")
                .append(Varlink.quoted(path))
                .append(",\"property\":\"")
                .append(property.key)
                .append('"');
        if (limit > 0) {
            json.append(",\"limit\":").append(limit);
        }
        if (durationUs > 0 && version >= DURATION_SINCE) {
            json.append(",\"duration\":").append(durationUs);
        }
        return json.append('}').toString();
    }
}
