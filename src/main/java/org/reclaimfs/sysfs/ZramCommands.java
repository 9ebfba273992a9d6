package org.reclaimfs.sysfs;

import static org.reclaimfs.sysfs.ZramRows.invalid;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.abi.Numbers;
import org.reclaimfs.kernfs.ControlInput;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.Work;
import org.reclaimfs.mm.Zsmalloc;

/**
 * The grammar of zram's writeback and recompress (spec/23 sections 4 and 5). A command that has nothing to move
 * succeeds; one that would move pages answers EOPNOTSUPP.
 */
final class ZramCommands {
    private static final Set<String> WRITEBACK_MODES = Set.of("idle", "huge", "huge_idle", "incompressible");
    private static final Set<String> RECOMPRESS_MODES = Set.of("idle", "huge", "huge_idle");

    private ZramCommands() {}

    static Work writeback(ZramFiles zram, ControlInput in, OpenFile file) throws ErrnoException {
        ZramRows.needInitialised(zram);
        if (!zram.hasBackingDev()) {
            throw new ErrnoException(Errno.ENODEV, "no backing_dev");
        }
        long candidates = 0;
        for (NextArg arg : NextArg.parse(in.text())) {
            String value = arg.value();
            String mode = value == null ? arg.key() : arg.key().equals("type") ? value : null;
            if (mode != null) {
                candidates += writebackCandidates(zram, mode);
                break; // a mode ends parsing
            }
            if (arg.key().equals("page_index")) {
                page(zram, arg.needed());
                candidates += zram.movablePages();
            } else if (arg.key().equals("page_indexes")) {
                range(zram, arg.needed());
                candidates += zram.movablePages();
            }
        }
        refuseUnlessNone(candidates);
        return Work.DONE;
    }

    private static void refuseUnlessNone(long candidates) throws ErrnoException {
        if (candidates > 0) {
            throw new ErrnoException(Errno.EOPNOTSUPP, "moving pages is not modelled");
        }
    }

    /** Only recompression finds pages incompressible, and it is not modelled. */
    private static long writebackCandidates(ZramFiles zram, String mode) throws ErrnoException {
        if (!WRITEBACK_MODES.contains(mode)) {
            throw invalid("unknown mode " + mode);
        }
        return switch (mode) {
            case "idle" -> zram.movablePages();
            case "incompressible" -> 0;
            default -> zram.device.hugePages();
        };
    }

    private static long page(ZramFiles zram, String text) throws ErrnoException {
        long index = Numbers.kstrtoul(text, 10);
        if (Long.compareUnsigned(index, zram.device.disksizePages()) >= 0) {
            throw new ErrnoException(Errno.ERANGE, "page " + text + " is beyond the device");
        }
        return index;
    }

    private static void range(ZramFiles zram, String text) throws ErrnoException {
        int dash = text.indexOf('-');
        if (dash < 0) {
            throw invalid("expected FIRST-LAST");
        }
        long first = page(zram, text.substring(0, dash));
        long last = page(zram, text.substring(dash + 1));
        if (first > last) {
            throw new ErrnoException(Errno.ERANGE, "the range is empty");
        }
    }

    static Work recompress(ZramFiles zram, ControlInput in, OpenFile file) throws ErrnoException {
        boolean huge = false;
        boolean anyAllowed = true;
        long threshold = 0;
        @Nullable String name = null;
        int priority = -1;
        boolean given = false;
        for (NextArg arg : NextArg.parse(in.text())) {
            String value = arg.needed();
            switch (arg.key()) {
                case "type" -> huge = recompressHuge(value);
                case "max_pages" -> anyAllowed = Numbers.kstrtoull(value, 10) != 0;
                case "threshold" -> threshold = Numbers.kstrtouint(value, 10);
                case "algo" -> name = value;
                case "priority" -> {
                    priority = Numbers.kstrtoint(value, 10);
                    given = true;
                }
                default -> {} // unknown keys are ignored
            }
        }
        if (threshold >= Zsmalloc.HUGE_BYTES) {
            throw invalid("a threshold of " + threshold + " selects nothing");
        }
        ZramRows.needInitialised(zram);
        if (given) {
            ZramAlgorithms.checkPriority(priority, 1);
        }
        int target =
                name == null ? given ? priority : 1 : ZramAlgorithms.priorityOf(zram, name, given ? priority : -1, 1);
        if (zram.algorithm(target) == null) {
            throw invalid("no algorithm of priority " + target);
        }
        refuseUnlessNone(!anyAllowed ? 0 : huge ? zram.device.hugePages() : zram.movablePages());
        return Work.DONE;
    }

    private static boolean recompressHuge(String mode) throws ErrnoException {
        if (!RECOMPRESS_MODES.contains(mode)) {
            throw invalid("unknown mode " + mode);
        }
        return !mode.equals("idle");
    }
}
