package org.reclaimfs.cgroupfs;

import static org.reclaimfs.kernfs.FileSpec.rw;

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
import org.reclaimfs.kernfs.Shapes;
import org.reclaimfs.kernfs.Work;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.memcg.Cgroup;
import org.reclaimfs.psi.PsiGroup;
import org.reclaimfs.psi.PsiResource;
import org.reclaimfs.psi.PsiTrigger;

/** io.pressure, memory.pressure, cpu.pressure with their triggers (kernel/sched/psi.c 7.2; spec/09 sections 6, 7). */
final class PressureFiles {
    private static final int MAX_WINDOW_US = 10_000_000;
    private static final int UNPRIVILEGED_STEP_US = 2_000_000;

    // sscanf("some %u %u"): white space may be any amount, also none, and what follows is ignored
    private static final Pattern TRIGGER =
            Pattern.compile("(some|full)[ \\t-\\r]*+([0-9]++)[ \\t-\\r]*+([0-9]++).*", Pattern.DOTALL);

    private final Machine machine;
    private final PsiResource resource;

    private PressureFiles(Machine machine, PsiResource resource) {
        this.machine = machine;
        this.resource = resource;
    }

    /** The table; the order is that of inode numbers. */
    static List<FileSpec<Cgroup>> rows(Machine machine) {
        PressureFiles io = new PressureFiles(machine, PsiResource.IO);
        PressureFiles memory = new PressureFiles(machine, PsiResource.MEMORY);
        PressureFiles cpu = new PressureFiles(machine, PsiResource.CPU);
        // spotless:off
        return List.of(
                rw("io.pressure",     Shapes.<Cgroup>always(), io::show,     io::addTrigger).polled(io::poll),
                rw("memory.pressure", Shapes.<Cgroup>always(), memory::show, memory::addTrigger).polled(memory::poll),
                rw("cpu.pressure",    Shapes.<Cgroup>always(), cpu::show,    cpu::addTrigger).polled(cpu::poll));
        // spotless:on
    }

    private void show(Cgroup cgroup, SeqFile out, OpenFile file) {
        PsiGroup psi = cgroup.psi();
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

    private Work addTrigger(Cgroup cgroup, ControlInput in, OpenFile file) throws ErrnoException {
        if (file.attachment() != null) {
            throw new ErrnoException(Errno.EBUSY, "this descriptor has a trigger");
        }
        Matcher matcher = TRIGGER.matcher(in.text());
        if (!matcher.matches()) {
            throw invalid("expected 'some|full THRESHOLD_US WINDOW_US'");
        }
        long thresholdUs = u32(matcher.group(2));
        long windowUs = u32(matcher.group(3));
        if (windowUs == 0 || windowUs > MAX_WINDOW_US) {
            throw invalid("a window is 1 to 10000000 us");
        }
        if (windowUs % UNPRIVILEGED_STEP_US != 0 && !file.opener().capable(Caller.CAP_SYS_RESOURCE)) {
            throw invalid("without CAP_SYS_RESOURCE a window is a multiple of 2 s");
        }
        if (thresholdUs == 0 || thresholdUs > windowUs) {
            throw invalid("a threshold is 1 us to the window");
        }
        boolean full = matcher.group(1).equals("full");
        PsiTrigger trigger = cgroup.psi().addTrigger(resource, full, thresholdUs, windowUs, machine.nowNs());
        file.attachment(trigger);
        file.onRelease(trigger::close);
        return Work.DONE;
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

    private int poll(Cgroup cgroup, OpenFile file, boolean consume) {
        if (!(file.attachment() instanceof PsiTrigger trigger)) {
            return OpenFile.POLL_DEFAULT | OpenFile.POLLERR | OpenFile.POLLPRI;
        }
        cgroup.psi().checkTriggers(machine.nowNs());
        boolean event = consume ? trigger.takeEvent() : trigger.hasEvent();
        return OpenFile.POLL_DEFAULT | (event ? OpenFile.POLLPRI : 0);
    }
}
