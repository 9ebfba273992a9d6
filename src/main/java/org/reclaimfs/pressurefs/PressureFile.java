package org.reclaimfs.pressurefs;

import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.Caller;
import org.reclaimfs.kernfs.ControlInput;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.SeqFile;
import org.reclaimfs.kernfs.Work;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.psi.PsiGroup;
import org.reclaimfs.psi.PsiResource;
import org.reclaimfs.psi.PsiTrigger;

/**
 * One resource's pressure file: its show, store and poll.
 *
 * @param <T> the subject of the row
 */
public final class PressureFile<T> {
    private static final long MAX_WINDOW_US = 10_000_000;
    private static final long UNPRIVILEGED_STEP_US = 2_000_000;

    // sscanf("some %u %u"): white space may be any amount, also none, and what follows is ignored
    private static final Pattern TRIGGER =
            Pattern.compile("(some|full)[ \\t-\\r]*+([0-9]++)[ \\t-\\r]*+([0-9]++).*", Pattern.DOTALL);

    private final Machine machine;
    private final PsiResource resource;
    private final Function<? super T, PsiGroup> group;

    /** @param group finds the tasks whose pressure it is */
    public PressureFile(Machine machine, PsiResource resource, Function<? super T, PsiGroup> group) {
        this.machine = machine;
        this.resource = resource;
        this.group = group;
    }

    /** Both lines at the present. */
    public void show(T subject, SeqFile out, OpenFile file) {
        PsiGroup psi = group.apply(subject);
        psi.update(machine.nowNs());
        line(psi, "some", false, out);
        line(psi, "full", true, out);
    }

    private void line(PsiGroup psi, String label, boolean full, SeqFile out) {
        out.text(label);
        out.text(" avg10=").hundredths(psi.avgHundredths(resource, full, 0));
        out.text(" avg60=").hundredths(psi.avgHundredths(resource, full, 1));
        out.text(" avg300=").hundredths(psi.avgHundredths(resource, full, 2));
        out.text(" total=").unsigned(psi.totalUs(resource, full)).newline();
    }

    /** Sets this descriptor's one trigger. Errors: EBUSY for a second one, then EINVAL. */
    public Work addTrigger(T subject, ControlInput in, OpenFile file) throws ErrnoException {
        if (file.attachment() != null) {
            throw new ErrnoException(Errno.EBUSY, "this descriptor has a trigger");
        }
        Matcher matcher = TRIGGER.matcher(in.text());
        if (!matcher.matches()) {
            throw invalid("expected 'some|full THRESHOLD_US WINDOW_US'");
        }
        long thresholdUs = u32(matcher.group(2));
        long windowUs = u32(matcher.group(3));
        boolean privileged = file.opener().capable(Caller.CAP_SYS_RESOURCE);
        check(thresholdUs, windowUs, privileged);
        boolean full = matcher.group(1).equals("full");
        PsiTrigger trigger =
                group.apply(subject).addTrigger(resource, full, thresholdUs, windowUs, privileged, machine.nowNs());
        file.attachment(trigger);
        file.onRelease(trigger::close);
        return Work.DONE;
    }

    private static void check(long thresholdUs, long windowUs, boolean privileged) throws ErrnoException {
        if (windowUs == 0 || windowUs > MAX_WINDOW_US) {
            throw invalid("a window is 1 to 10000000 us");
        }
        if (windowUs % UNPRIVILEGED_STEP_US != 0 && !privileged) {
            throw invalid("without CAP_SYS_RESOURCE a window is a multiple of 2 s");
        }
        if (thresholdUs == 0 || thresholdUs > windowUs) {
            throw invalid("a threshold is 1 us to the window");
        }
    }

    /** The kernel's sscanf keeps the low 32 bits of what its 64-bit arithmetic makes of the digits. */
    private static long u32(String digits) {
        long value = 0;
        for (int i = 0; i < digits.length(); i++) {
            value = value * 10 + (digits.charAt(i) - '0');
        }
        return value & 0xffff_ffffL;
    }

    private static ErrnoException invalid(String reason) {
        return new ErrnoException(Errno.EINVAL, reason);
    }

    /** POLLPRI once for each event of the trigger; without a trigger, as an error. */
    public int poll(T subject, OpenFile file, boolean consume) {
        if (!(file.attachment() instanceof PsiTrigger trigger)) {
            return OpenFile.POLL_DEFAULT | OpenFile.POLLERR | OpenFile.POLLPRI;
        }
        boolean event = consume ? trigger.takeEvent() : trigger.hasEvent();
        return OpenFile.POLL_DEFAULT | (event ? OpenFile.POLLPRI : 0);
    }
}
