package org.reclaimfs.units;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.Caller;
import org.reclaimfs.kernfs.Kernfs;
import org.reclaimfs.kernfs.Signal;

/** Makes units' cgroups and gives them their settings, as systemd does when it starts a unit; through the tree's door. */
public final class UnitCgroups {
    private static final String ROOT = "/sys/fs/cgroup";
    private static final int MODE = 0755;
    private static final Pattern USER_MANAGER =
            Pattern.compile("(/user\\.slice/user-\\d+\\.slice/user@\\d+\\.service)(/.+)");

    private final Kernfs kernfs;
    private final UnitSet system;
    private final UnitSet user;
    private final long totalBytes;

    /** @param totalBytes the machine's memory, of which percentages are */
    public UnitCgroups(Kernfs kernfs, UnitSet system, UnitSet user, long totalBytes) {
        this.kernfs = kernfs;
        this.system = system;
        this.user = user;
        this.totalBytes = totalBytes;
    }

    /** Told what a unit was refused. */
    public interface Refusals {
        void refused(UnitName name, String reason);
    }

    /** Makes the cgroups of all units that are named; users' units for each {@code user@UID.service} among them. */
    public void make(Refusals refusals) {
        if (system.isEmpty() && user.isEmpty()) {
            return;
        }
        make("/init.scope", new UnitName("init.scope"), refusals);
        for (UnitName name : system.names()) {
            String path = system.cgroup(name);
            make(path, name, refusals);
            if (name.text().matches("user@\\d+\\.service")) {
                user.names().forEach(inner -> make(path + user.cgroup(inner), inner, refusals));
            }
        }
    }

    private void make(String path, UnitName name, Refusals refusals) {
        try {
            mkdirs(path);
            apply(path);
        } catch (ErrnoException e) {
            refusals.refused(name, path + ": " + e.errno() + ", " + e.getMessage());
        }
    }

    private void mkdirs(String path) throws ErrnoException {
        for (int slash = path.indexOf('/', 1); slash >= 0; slash = path.indexOf('/', slash + 1)) {
            mkdir(path.substring(0, slash));
        }
        if (!path.isEmpty()) {
            mkdir(path);
        }
    }

    /** Settings of slices on the way are theirs whether they have been named or not. */
    private void mkdir(String path) throws ErrnoException {
        try {
            kernfs.resolve(ROOT + path);
        } catch (ErrnoException e) {
            kernfs.mkdir(ROOT + path, MODE, Caller.ROOT);
            apply(path);
        }
    }

    /** The unit that a cgroup is, by its name; null if it is none. */
    public static @Nullable UnitName unit(String path) {
        return path.isEmpty() || path.equals("/")
                ? UnitName.ROOT_SLICE
                : UnitName.parse(path.substring(path.lastIndexOf('/') + 1));
    }

    /** Whether a cgroup is one of a user's manager, and not of process 1. */
    public static boolean ofUser(String path) {
        return USER_MANAGER.matcher(path).matches();
    }

    /** What is said about the unit that a cgroup is; none for others. */
    public UnitSettings settings(String path) {
        UnitName name = unit(path);
        return name == null ? UnitSettings.NONE : (ofUser(path) ? user : system).settings(name);
    }

    /** Gives a cgroup its settings, and the controllers they need. */
    public void apply(String path) throws ErrnoException {
        UnitSettings settings = settings(path);
        String preference = settings.preferenceAttribute();
        if (preference != null) {
            kernfs.setxattr(
                    kernfs.resolve(ROOT + path), preference, "1".getBytes(StandardCharsets.US_ASCII), 0, Caller.ROOT);
        }
        Map<String, String> files = settings.files(totalBytes);
        if (path.isEmpty() || unit(path) == null) {
            return; // the root has no limits, and what is no unit has no settings
        }
        enable(path.substring(0, path.lastIndexOf('/')));
        for (Map.Entry<String, String> file : files.entrySet()) {
            kernfs.writeText(ROOT + path + "/" + file.getKey(), file.getValue() + "\n", Signal.NEVER);
        }
    }

    /** Memory and pids for the children, from the root down. */
    private void enable(String path) throws ErrnoException {
        if (!path.isEmpty()) {
            enable(path.substring(0, path.lastIndexOf('/')));
        }
        try {
            kernfs.writeText(ROOT + path + "/cgroup.subtree_control", "+memory +pids\n", Signal.NEVER);
        } catch (ErrnoException e) {
            // A unit with tasks of its own, and a cgroup below it that somebody else has made.
            if (e.errno() != Errno.EBUSY) {
                throw e;
            }
        }
    }
}
