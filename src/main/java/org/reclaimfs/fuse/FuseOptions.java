package org.reclaimfs.fuse;

import java.util.ArrayList;
import java.util.List;

/**
 * How to mount.
 *
 * @param allowOther let other users in; needs root or {@code user_allow_other} in /etc/fuse.conf
 * @param nonEmpty mount over a directory that has entries, or over another mount
 * @param subtype shown as {@code fuse.SUBTYPE} in the mount table
 */
public record FuseOptions(boolean allowOther, boolean nonEmpty, String subtype) {
    /** For this user only, on an empty directory. */
    public static final FuseOptions DEFAULT = new FuseOptions(false, false, "reclaimfs");

    // st_size 0 must not stop reads (direct_io); attributes change and names appear without the kernel knowing
    // (their timeouts are 0). A name that was there may be remembered: a stale one costs nothing, because every
    // open, stat and access still comes to us with its path and gets ENOENT; it saves two of five round trips of
    // open+read+close. What shows through is EEXIST instead of success when the server itself (not a user) has
    // removed a directory of that name within the minute.
    // a write of 4097 bytes must arrive whole to be refused (big_writes). No default_permissions: cgroupfs, sysfs
    // and /proc/sys differ in what root may open, so kernfs decides.
    private static final String FIXED =
            "direct_io,use_ino,readdir_ino,attr_timeout=0,entry_timeout=60,negative_timeout=0,ac_attr_timeout=0,"
                    + "hard_remove,intr,big_writes,atomic_o_trunc,fsname=reclaimfs";

    /** The argument vector of libfuse. */
    String[] arguments(String mountPoint) {
        List<String> arguments = new ArrayList<>(List.of("reclaimfs", "-f", "-o", FIXED, "-o", "subtype=" + subtype));
        if (allowOther) {
            arguments.addAll(List.of("-o", "allow_other"));
        }
        if (nonEmpty) {
            arguments.addAll(List.of("-o", "nonempty"));
        }
        arguments.add(mountPoint);
        return arguments.toArray(new String[0]);
    }
}
