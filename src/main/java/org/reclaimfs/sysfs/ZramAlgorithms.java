package org.reclaimfs.sysfs;

import static org.reclaimfs.sysfs.ZramRows.invalid;

import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.abi.Numbers;
import org.reclaimfs.kernfs.ControlInput;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.SeqFile;
import org.reclaimfs.kernfs.Work;
import org.reclaimfs.mm.Costs;
import org.reclaimfs.zram.ZramSettings;

/** A zram device's files about algorithms (spec/23 section 3). */
final class ZramAlgorithms {
    private static final int NAME_MAX = 128;
    private static final int LABEL_BYTES = 4;

    private static final String BUSY = "Can't change algorithm for initialized device";

    private ZramAlgorithms() {}

    static void showPrimary(ZramFiles zram, SeqFile out, OpenFile file) {
        line(zram.settings.primary(), out);
    }

    private static void line(Costs.Algorithm chosen, SeqFile out) {
        for (Costs.Algorithm algorithm : Costs.Algorithm.values()) {
            out.text(algorithm == chosen ? "[" + algorithm.key() + "]" : algorithm.key())
                    .space();
        }
        out.newline();
    }

    /** recomp_algorithm_show adds each line's start to its length once more: the gap is NUL bytes. */
    static void showSecondary(ZramFiles zram, SeqFile out, OpenFile file) {
        for (int priority = 1; priority < ZramSettings.PRIORITIES; priority++) {
            Costs.Algorithm algorithm = zram.settings.algorithm(priority);
            if (algorithm != null) {
                int start = out.length();
                line(algorithm, out.ch('#').num(priority).text(": "));
                out.fill('\0', start + LABEL_BYTES);
            }
        }
    }

    static Work storePrimary(ZramFiles zram, ControlInput in, OpenFile file) throws ErrnoException {
        String name = in.text();
        if (name.length() >= NAME_MAX) {
            throw new ErrnoException(Errno.E2BIG, "a name has at most 127 bytes");
        }
        Costs.Algorithm algorithm = byName(name.endsWith("\n") ? name.substring(0, name.length() - 1) : name);
        zram.needUninitialised(BUSY);
        zram.settings.setAlgorithm(0, algorithm);
        return Work.DONE;
    }

    private static Costs.Algorithm byName(String name) throws ErrnoException {
        for (Costs.Algorithm algorithm : Costs.Algorithm.values()) {
            if (algorithm.key().equals(name)) {
                return algorithm;
            }
        }
        throw invalid("unknown algorithm " + name);
    }

    static Work storeSecondary(ZramFiles zram, ControlInput in, OpenFile file) throws ErrnoException {
        String name = "";
        int priority = 1;
        for (NextArg arg : NextArg.parse(in.text())) {
            String value = arg.needed();
            switch (arg.key()) {
                case "algo" -> name = value;
                case "priority" -> priority = Numbers.kstrtoint(value, 10);
                default -> {} // unknown keys are ignored
            }
        }
        if (name.isEmpty()) {
            throw invalid("algo is missing");
        }
        checkPriority(priority, 1);
        if (name.length() >= NAME_MAX) {
            throw new ErrnoException(Errno.E2BIG, "a name has at most 127 bytes");
        }
        Costs.Algorithm algorithm = byName(name);
        zram.needUninitialised(BUSY);
        zram.settings.setAlgorithm(priority, algorithm);
        return Work.DONE;
    }

    static void checkPriority(int priority, int low) throws ErrnoException {
        if (priority < low || priority >= ZramSettings.PRIORITIES) {
            throw invalid("priority " + priority + " is not in " + low + " to 3");
        }
    }

    static Work storeParams(ZramFiles zram, ControlInput in, OpenFile file) throws ErrnoException {
        String name = "";
        boolean dictionary = false;
        boolean given = false;
        int priority = 0;
        @Nullable Integer level = null;
        @Nullable Integer windowBits = null;
        for (NextArg arg : NextArg.parse(in.text())) {
            String value = arg.needed();
            switch (arg.key()) {
                case "algo" -> name = value;
                case "dict" -> dictionary = true;
                case "level" -> level = Numbers.kstrtoint(value, 10);
                case "deflate.winbits" -> windowBits = Numbers.kstrtoint(value, 10);
                case "priority" -> {
                    priority = Numbers.kstrtoint(value, 10);
                    given = true;
                }
                default -> {} // unknown keys are ignored
            }
        }
        ZramRows.needUninitialised(zram);
        checkPriority(given ? priority : 0, 0);
        if (!name.isEmpty()) {
            priority = priorityOf(zram, name, given ? priority : -1, 0);
        }
        zram.settings.setParams(priority, new ZramSettings.Params(level, windowBits));
        if (dictionary) {
            throw invalid("there are no files to read a dictionary from");
        }
        return Work.DONE;
    }

    /**
     * Where an algorithm is configured: EINVAL if nowhere, or not at the priority that was given too.
     *
     * @param priority −1 if none was given
     */
    static int priorityOf(ZramFiles zram, String name, int priority, int low) throws ErrnoException {
        for (int i = low; i < ZramSettings.PRIORITIES; i++) {
            Costs.Algorithm algorithm = zram.settings.algorithm(i);
            if (algorithm != null && algorithm.key().equals(name) && (priority == -1 || priority == i)) {
                return i;
            }
        }
        throw invalid(name + " is not configured there");
    }
}
