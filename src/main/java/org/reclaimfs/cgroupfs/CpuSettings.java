package org.reclaimfs.cgroupfs;

import static org.reclaimfs.kernfs.FileSpec.rw;
import static org.reclaimfs.kernfs.Shapes.flag;
import static org.reclaimfs.kernfs.Shapes.number;
import static org.reclaimfs.kernfs.Shapes.single;

import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.abi.Numbers;
import org.reclaimfs.kernfs.ControlInput;
import org.reclaimfs.kernfs.FileSpec;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.Show;
import org.reclaimfs.kernfs.Store;
import org.reclaimfs.kernfs.Work;
import org.reclaimfs.memcg.Cgroup;

/**
 * cpu.weight, cpu.max and their kin of one cgroup: checked and kept as the kernel does, and not enforced (kernel/sched/core.c
 * cpu_files, 7.2). Lives as long as the controller is enabled here. Lock: the machine's.
 */
final class CpuSettings {
    private static final String EQUAL = "tasks share the CPUs equally";
    private static final long DEFAULT_WEIGHT = 100;
    private static final long MAX_WEIGHT = 10_000;
    /** The load of a task of nice 0, and of one that only runs when nobody else wants to. */
    private static final long NICE_0_LOAD = 1024;

    private static final long IDLE_LOAD = 3;
    /** Loads by nice value from -20 on (sched_prio_to_weight): each about 1.25 of the next. */
    private static final int[] LOADS = {
        88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916, 9548, 7620, 6100, 4904, 3906, 3121, 2501,
        1991, 1586, 1277, 1024, 820, 655, 526, 423, 335, 272, 215, 172, 137, 110, 87, 70, 56, 45, 36, 29, 23, 18, 15
    };

    private static final int MIN_NICE = -20;
    private static final int MAX_NICE = 19;
    private static final long NO_QUOTA = -1;
    private static final long MIN_PERIOD_US = 1000;
    private static final long MAX_PERIOD_US = 1_000_000;
    /** What the kernel's sums in ns of 44 bits can hold (max_cfs_runtime). */
    private static final long MAX_QUOTA_US = (1L << 44) / 1000;

    private static final Pattern MAX =
            Pattern.compile("\\s*(?:(\\d+)|max(?=\\s|$))\\S*(?:\\s+(\\d+).*)?.*", Pattern.DOTALL);

    private final Cgroup cgroup;
    private long load = NICE_0_LOAD;
    private boolean idle;
    private long quotaUs = NO_QUOTA;
    private long periodUs = 100_000;
    private long burstUs;

    CpuSettings(Cgroup cgroup) {
        this.cgroup = cgroup;
    }

    static List<FileSpec<CpuSettings>> rows() {
        return List.of( // spotless:off
            row("cpu.weight",      number(CpuSettings::weight),            CpuSettings::storeWeight),
            row("cpu.weight.nice", number(CpuSettings::nice),              CpuSettings::storeNice),
            row("cpu.idle",        flag((CpuSettings cpu) -> cpu.idle),    CpuSettings::storeIdle),
            row("cpu.max",         single(CpuSettings::max),               CpuSettings::storeMax),
            row("cpu.max.burst",   number((CpuSettings cpu) -> cpu.burstUs), CpuSettings::storeBurst));
    } // spotless:on

    private static FileSpec<CpuSettings> row(String name, Show<CpuSettings> show, Store<CpuSettings> store) {
        Predicate<CpuSettings> nonRoot = cpu -> !cpu.cgroup.isRoot();
        return rw(name, nonRoot, show, store).withoutEffect(EQUAL);
    }

    private static ErrnoException invalid(String reason) {
        return new ErrnoException(Errno.EINVAL, reason);
    }

    // ---- shares ----

    private long weight() {
        long rounded = (load * DEFAULT_WEIGHT + NICE_0_LOAD / 2) / NICE_0_LOAD;
        return Math.min(MAX_WEIGHT, Math.max(1, rounded));
    }

    /** The nice value whose load is nearest; of two as near the lower one. */
    private long nice() {
        int nearest = 0;
        for (int i = 1; i < LOADS.length && Math.abs(LOADS[i] - load) < Math.abs(LOADS[nearest] - load); i++) {
            nearest = i;
        }
        return MIN_NICE + nearest;
    }

    private void setLoad(long value) throws ErrnoException {
        if (idle) {
            throw invalid("an idle cgroup has no weight of its own");
        }
        load = value;
    }

    private static Work storeWeight(CpuSettings cpu, ControlInput in, OpenFile file) throws ErrnoException {
        long weight = Numbers.kstrtoull(in.text(), 0);
        if (weight < 1 || weight > MAX_WEIGHT) {
            throw new ErrnoException(Errno.ERANGE, "expected 1 to 10000");
        }
        cpu.setLoad((weight * NICE_0_LOAD + DEFAULT_WEIGHT / 2) / DEFAULT_WEIGHT);
        return Work.DONE;
    }

    private static Work storeNice(CpuSettings cpu, ControlInput in, OpenFile file) throws ErrnoException {
        long nice = Numbers.kstrtoll(in.text(), 0);
        if (nice < MIN_NICE || nice > MAX_NICE) {
            throw new ErrnoException(Errno.ERANGE, "expected -20 to 19");
        }
        cpu.setLoad(LOADS[(int) nice - MIN_NICE]);
        return Work.DONE;
    }

    /** Whoever is no longer idle begins with the default weight again. */
    private static Work storeIdle(CpuSettings cpu, ControlInput in, OpenFile file) throws ErrnoException {
        long value = Numbers.kstrtoll(in.text(), 0);
        if (value < 0 || value > 1) {
            throw invalid("expected 0 or 1");
        }
        if (cpu.idle != (value == 1)) {
            cpu.idle = value == 1;
            cpu.load = cpu.idle ? IDLE_LOAD : NICE_0_LOAD;
        }
        return Work.DONE;
    }

    // ---- quota ----

    private String max() {
        return (quotaUs == NO_QUOTA ? "max" : Long.toString(quotaUs)) + " " + periodUs;
    }

    /** A quota or "max", then a period unless it stays; digits count up to the first other character, as sscanf has it. */
    private static Work storeMax(CpuSettings cpu, ControlInput in, OpenFile file) throws ErrnoException {
        Matcher fields = MAX.matcher(in.text());
        if (!fields.matches()) {
            throw invalid("expected QUOTA or max, and perhaps a period, in us");
        }
        long quotaUs = fields.group(1) == null ? NO_QUOTA : decimal(fields.group(1));
        long periodUs = fields.group(2) == null ? cpu.periodUs : decimal(fields.group(2));
        if (periodUs < MIN_PERIOD_US || periodUs > MAX_PERIOD_US) {
            throw invalid("a period has 1 ms to 1 s");
        }
        if (quotaUs != NO_QUOTA && (quotaUs < MIN_PERIOD_US || quotaUs + cpu.burstUs > MAX_QUOTA_US)) {
            throw invalid("a quota has 1 ms or more");
        }
        if (quotaUs != NO_QUOTA && cpu.burstUs > quotaUs) {
            throw invalid("less than cpu.max.burst");
        }
        cpu.quotaUs = quotaUs;
        cpu.periodUs = periodUs;
        return Work.DONE;
    }

    private static long decimal(String digits) throws ErrnoException {
        long value = Numbers.kstrtoull(digits, 10);
        if (value < 0 || value > Long.MAX_VALUE / 1000) {
            throw invalid("too large");
        }
        return value;
    }

    private static Work storeBurst(CpuSettings cpu, ControlInput in, OpenFile file) throws ErrnoException {
        long value = Numbers.kstrtoull(in.text(), 0);
        boolean beyondQuota = cpu.quotaUs != NO_QUOTA && (value > cpu.quotaUs || value + cpu.quotaUs > MAX_QUOTA_US);
        if (value < 0 || value > Long.MAX_VALUE / 1000 || beyondQuota) {
            throw invalid("more than the quota");
        }
        cpu.burstUs = value;
        return Work.DONE;
    }
}
