package org.reclaimfs.kernfs;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;

/**
 * Extended attributes of one node (fs/kernfs/inode.c, fs/xattr.c simple_xattrs). Thread safe by its own
 * monitor.
 */
final class Xattrs {
    /** XATTR_CREATE. */
    static final int CREATE = 1;

    /** XATTR_REPLACE. */
    static final int REPLACE = 2;

    // KERNFS_MAX_USER_XATTRS, KERNFS_USER_XATTR_SIZE_LIMIT
    private static final int MAX_USER_NAMES = 128;
    private static final int MAX_USER_BYTES = 128 << 10;

    private @Nullable Map<String, byte[]> values; // GUARDED_BY(this)

    synchronized byte[] get(String name) throws ErrnoException {
        byte[] value = values == null ? null : values.get(name);
        if (value == null) {
            throw new ErrnoException(Errno.ENODATA, "no attribute " + name);
        }
        return value;
    }

    synchronized List<String> names() {
        return values == null ? List.of() : new ArrayList<>(values.keySet());
    }

    synchronized void set(String name, byte[] value, int flags) throws ErrnoException {
        Map<String, byte[]> map = values == null ? new TreeMap<>() : values;
        boolean exists = map.containsKey(name);
        if (exists && (flags & CREATE) != 0) {
            throw new ErrnoException(Errno.EEXIST, "attribute exists: " + name);
        }
        if (!exists && (flags & REPLACE) != 0) {
            throw new ErrnoException(Errno.ENODATA, "no attribute " + name);
        }
        if (name.startsWith("user.")) {
            checkUserLimits(map, name, value);
        }
        map.put(name, value.clone());
        values = map;
    }

    synchronized void remove(String name) throws ErrnoException {
        get(name);
        if (values != null) {
            values.remove(name);
        }
    }

    private static void checkUserLimits(Map<String, byte[]> map, String name, byte[] value) throws ErrnoException {
        int names = 1;
        long bytes = value.length;
        for (Map.Entry<String, byte[]> entry : map.entrySet()) {
            if (entry.getKey().startsWith("user.") && !entry.getKey().equals(name)) {
                names++;
                bytes += entry.getValue().length;
            }
        }
        if (names > MAX_USER_NAMES || bytes > MAX_USER_BYTES) {
            throw new ErrnoException(Errno.ENOSPC, "user attributes are limited to 128 names and 128 KiB");
        }
    }
}
