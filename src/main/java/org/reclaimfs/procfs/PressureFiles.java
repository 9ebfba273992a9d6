package org.reclaimfs.procfs;

import static org.reclaimfs.kernfs.Shapes.always;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.Caller;
import org.reclaimfs.kernfs.ControlInput;
import org.reclaimfs.kernfs.FileSpec;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.SeqFile;
import org.reclaimfs.kernfs.Work;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.psi.PsiGroup;
import org.reclaimfs.psi.PsiResource;
import org.reclaimfs.psi.PsiTrigger;

/** /proc/pressure (kernel/sched/psi.c psi_show, psi_write, psi_trigger_create, 7.2; spec/09 section 7). */
final class PressureFiles {
    private static final int MODE = 0666;
    private static final int TAKEN_BYTES = 32;
    private static final long WINDOW_MAX_US = 10_000_000;
    private static final long UNPRIVILEGED_STEP_US = 2_000_000;
    private static final String[] WINDOWS = {" avg10=", " avg60=", " avg300="};

    /** sscanf's "some %u %u": blanks in the format match any number of blanks; what follows is ignored. */
    private static final Pattern TRIGGER = Pattern.compile("(some|full)\\s*+(\\d++)\\s*+(\\d++).*", Pattern.DOTALL);

    private PressureFiles() {}

    static List<FileSpec<Machine>> rows() {
        return List.of(row("cpu", PsiResource.CPU), row("io", PsiResource.IO), row("memory", PsiResource.MEMORY));
    }

    private static FileSpec<Machine> row(String name, PsiResource resource) {
        return FileSpec.<Machine>rw(
                        name,
                        always(),
                        (machine, out, file) -> show(machine, resource, out),
                        (machine, in, file) -> store(machine, resource, in, file))
                .with(MODE)
                .polled(PressureFiles::poll);
    }

    private static PsiGroup system(Machine machine) {
        return machine.cgroups().root().psi();
    }

    private static void show(Machine machine, PsiResource resource, SeqFile out) {
        PsiGroup group = system(machine);
        group.update(machine.nowNs());
        line(group, resource, false, out.text("some"));
        line(group, resource, true, out.text("full"));
    }

    private static void line(PsiGroup group, PsiResource resource, boolean full, SeqFile out) {
        for (int window = 0; window < WINDOWS.length; window++) {
            out.text(WINDOWS[window]).hundredths(group.avgHundredths(resource, full, window));
        }
        out.text(" total=").unsigned(group.totalUs(resource, full)).newline();
    }

    /** The last byte of what is taken is overwritten, so a text that ends with its number loses a digit. */
    private static Work store(Machine machine, PsiResource resource, ControlInput in, OpenFile file)
            throws ErrnoException {
        if (file.attachment() != null) {
            throw new ErrnoException(Errno.EBUSY, "this descriptor has a trigger");
        }
        byte[] taken = Arrays.copyOf(in.raw(), Math.min(in.length(), TAKEN_BYTES) - 1);
        Matcher words = TRIGGER.matcher(new ControlInput(taken).text());
        if (!words.matches()) {
            throw new ErrnoException(Errno.EINVAL, "expected \"some|full THRESHOLD_US WINDOW_US\" and a newline");
        }
        long thresholdUs = u32(words.group(2));
        long windowUs = u32(words.group(3));
        check(thresholdUs, windowUs, file.opener().capable(Caller.CAP_SYS_RESOURCE));
        boolean full = words.group(1).equals("full");
        PsiTrigger trigger = system(machine).addTrigger(resource, full, thresholdUs, windowUs, machine.nowNs());
        file.attachment(trigger);
        file.onRelease(trigger::close);
        return Work.DONE;
    }

    private static long u32(String digits) {
        long value = 0;
        for (int i = 0; i < digits.length(); i++) {
            value = value * 10 + digits.charAt(i) - '0' & 0xffff_ffffL;
        }
        return value;
    }

    private static void check(long thresholdUs, long windowUs, boolean privileged) throws ErrnoException {
        if (windowUs == 0 || windowUs > WINDOW_MAX_US) {
            throw new ErrnoException(Errno.EINVAL, "window " + windowUs + " us is not in 1 us to 10 s");
        }
        if (!privileged && windowUs % UNPRIVILEGED_STEP_US != 0) {
            throw new ErrnoException(Errno.EINVAL, "without CAP_SYS_RESOURCE the window is a multiple of 2 s");
        }
        if (thresholdUs == 0 || thresholdUs > windowUs) {
            throw new ErrnoException(Errno.EINVAL, "threshold " + thresholdUs + " us is not in 1 us to the window");
        }
    }

    private static int poll(Machine machine, OpenFile file, boolean consume) {
        if (!(file.attachment() instanceof PsiTrigger trigger)) {
            return OpenFile.POLL_DEFAULT | OpenFile.POLLERR | OpenFile.POLLPRI;
        }
        boolean event = consume ? trigger.takeEvent() : trigger.hasEvent();
        return event ? OpenFile.POLL_DEFAULT | OpenFile.POLLPRI : OpenFile.POLL_DEFAULT;
    }
}
