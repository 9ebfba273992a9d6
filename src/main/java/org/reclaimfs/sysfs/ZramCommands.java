package org.reclaimfs.sysfs;

import static org.reclaimfs.sysfs.ZramRows.invalid;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.abi.Numbers;
import org.reclaimfs.kernfs.ControlInput;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.Work;
import org.reclaimfs.mm.Zsmalloc;
import org.reclaimfs.zram.Recompress;
import org.reclaimfs.zram.SlotFilter;
import org.reclaimfs.zram.Writeback;

/** The grammar of zram's writeback and recompress (writeback_store, recompress_store; spec/23 sections 4 and 5). */
final class ZramCommands {
    private static final Map<String, SlotFilter> WRITEBACK_MODES = Map.of(
            "idle", SlotFilter.IDLE,
            "huge", SlotFilter.HUGE,
            "huge_idle", SlotFilter.HUGE_IDLE,
            "incompressible", SlotFilter.INCOMPRESSIBLE);
    private static final Map<String, SlotFilter> RECOMPRESS_MODES =
            Map.of("idle", SlotFilter.IDLE, "huge", SlotFilter.HUGE, "huge_idle", SlotFilter.HUGE_IDLE);

    private ZramCommands() {}

    // ---- writeback ----

    /**
     * Pages from {@code first} to before {@code end}.
     *
     * @param end unsigned, like {@code first} below the device's size
     */
    private record Range(long first, long end) {}

    static Work writeback(ZramFiles zram, ControlInput in, OpenFile file) throws ErrnoException {
        ZramRows.needInitialised(zram);
        if (zram.device.backingPath() == null) {
            throw new ErrnoException(Errno.ENODEV, "no backing_dev");
        }
        Writeback writeback = new Writeback(zram.device);
        Range range = new Range(0, zram.device.disksizePages());
        for (NextArg arg : NextArg.parse(in.text())) {
            String value = arg.value();
            // A word without a value is a mode, as it was before there were keys.
            boolean bare = value == null || value.isEmpty();
            if (bare || arg.key().equals("type")) {
                SlotFilter mode = mode(bare ? arg.key() : value);
                writeback.choose(mode, range.first, range.end);
                break; // a mode ends parsing
            }
            if (arg.key().equals("page_index")) {
                long page = page(zram, value);
                range = new Range(page, page + 1);
                writeback.choose(SlotFilter.ANY, range.first, range.end);
            } else if (arg.key().equals("page_indexes")) {
                range = range(zram, value);
                writeback.choose(SlotFilter.ANY, range.first, range.end);
            }
        }
        return zram.work(writeback);
    }

    private static SlotFilter mode(@Nullable String word) throws ErrnoException {
        SlotFilter mode = WRITEBACK_MODES.get(String.valueOf(word));
        if (mode == null) {
            throw invalid("unknown mode " + word);
        }
        return mode;
    }

    private static long page(ZramFiles zram, String text) throws ErrnoException {
        long index = Numbers.kstrtoul(text, 10);
        if (Long.compareUnsigned(index, zram.device.disksizePages()) >= 0) {
            throw new ErrnoException(Errno.ERANGE, "page " + text + " is beyond the device");
        }
        return index;
    }

    private static Range range(ZramFiles zram, String text) throws ErrnoException {
        int dash = text.indexOf('-');
        if (dash < 0) {
            throw invalid("expected FIRST-LAST");
        }
        long first = page(zram, text.substring(0, dash));
        long last = page(zram, text.substring(dash + 1));
        if (first > last) {
            throw new ErrnoException(Errno.ERANGE, "the range is empty");
        }
        return new Range(first, last + 1);
    }

    // ---- recompress ----

    /** What a recompress command asks for. */
    private static final class Request {
        private @Nullable SlotFilter type;
        private long maxPages = -1; // all
        private long threshold;
        private @Nullable String algorithm;
        private @Nullable Integer priority;

        void take(String key, String value) throws ErrnoException {
            switch (key) {
                case "type" -> {
                    SlotFilter known = RECOMPRESS_MODES.get(value);
                    if (known == null && type == null) {
                        throw invalid("unknown mode " + value);
                    }
                    type = known == null ? type : known;
                }
                case "max_pages" -> maxPages = Numbers.kstrtoull(value, 10);
                case "threshold" -> threshold = Numbers.kstrtouint(value, 10);
                case "algo" -> algorithm = value;
                case "priority" -> priority = Numbers.kstrtoint(value, 10);
                default -> {} // unknown keys are ignored
            }
        }

        /** The priority meant; EINVAL if there is no such algorithm. */
        int target(ZramFiles zram) throws ErrnoException {
            int given = priority == null ? -1 : priority;
            if (priority != null) {
                ZramAlgorithms.checkPriority(given, 1);
            }
            if (algorithm != null) {
                return ZramAlgorithms.priorityOf(zram, algorithm, given, 1);
            }
            int target = priority == null ? 1 : given;
            if (zram.settings.algorithm(target) == null) {
                throw invalid("no algorithm of priority " + target);
            }
            return target;
        }
    }

    static Work recompress(ZramFiles zram, ControlInput in, OpenFile file) throws ErrnoException {
        Request request = new Request();
        for (NextArg arg : NextArg.parse(in.text())) {
            request.take(arg.key(), arg.needed());
        }
        if (request.threshold >= Zsmalloc.HUGE_BYTES) {
            throw invalid("a threshold of " + request.threshold + " selects nothing");
        }
        ZramRows.needInitialised(zram);
        int target = request.target(zram);
        Recompress recompress = new Recompress(zram.device, target, (int) request.threshold, request.maxPages);
        recompress.choose(request.type == null ? SlotFilter.ANY : request.type, 0, zram.device.disksizePages());
        return zram.work(recompress);
    }
}
