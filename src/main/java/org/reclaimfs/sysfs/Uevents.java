package org.reclaimfs.sysfs;

import static org.reclaimfs.kernfs.Shapes.always;

import java.util.Set;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.ControlInput;
import org.reclaimfs.kernfs.FileSpec;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.Show;
import org.reclaimfs.kernfs.Work;

/** The uevent file of a device: its variables, and an action to tell udev of (lib/kobject_uevent.c, 7.2). */
final class Uevents {
    private static final Set<String> ACTIONS =
            Set.of("add", "remove", "change", "move", "online", "offline", "bind", "unbind");

    private Uevents() {}

    static <T> FileSpec<T> row(Show<? super T> variables) {
        return FileSpec.<T>rw("uevent", always(), variables, Uevents::store).withoutEffect("there is no udev to tell");
    }

    /** Of a device without variables. */
    static <T> FileSpec<T> row() {
        return row((subject, out, file) -> {});
    }

    /** kobject_synth_uevent: an action, perhaps with arguments behind a blank. */
    private static <T> Work store(T device, ControlInput in, OpenFile file) throws ErrnoException {
        String text = in.text();
        String line = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
        int blank = line.indexOf(' ');
        if (!ACTIONS.contains(blank < 0 ? line : line.substring(0, blank))) {
            throw new ErrnoException(Errno.EINVAL, "unknown action '" + line + "'");
        }
        return Work.DONE;
    }
}
