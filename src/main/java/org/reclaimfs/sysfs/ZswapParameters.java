package org.reclaimfs.sysfs;

import static org.reclaimfs.kernfs.FileSpec.ro;
import static org.reclaimfs.kernfs.FileSpec.rw;
import static org.reclaimfs.kernfs.Shapes.always;
import static org.reclaimfs.kernfs.Shapes.bytes;
import static org.reclaimfs.kernfs.Shapes.single;
import static org.reclaimfs.kernfs.Shapes.toBool;
import static org.reclaimfs.kernfs.Shapes.unsigned;
import static org.reclaimfs.kernfs.Shapes.yesNo;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.abi.Numbers;
import org.reclaimfs.kernfs.ControlInput;
import org.reclaimfs.kernfs.FileSpec;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.Store;
import org.reclaimfs.kernfs.Work;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.mm.Costs;
import org.reclaimfs.zswap.Zswap;
import org.reclaimfs.zswap.ZswapCounter;

/** /sys/module/zswap/parameters and /sys/kernel/debug/zswap (mm/zswap.c, kernel/params.c, 7.2; spec/24 section 2). */
final class ZswapParameters {
    private static final int CHARP_MAX = 1024;

    private final Zswap zswap;
    private final Runnable refresh;
    /** What compressor was set to before there was a pool: any string is taken then. */
    private @Nullable String early;

    /**
     * @param refresh shows the debugfs directories of zswap and of its pools as they are then
     */
    ZswapParameters(Machine machine, Runnable refresh) {
        this.zswap = machine.zswap();
        this.refresh = refresh;
    }

    List<FileSpec<Machine>> rows() {
        return List.of( // spotless:off
            rw("enabled",                  always(), yesNo(m -> zswap.enabled()),                   this::storeEnabled),
            rw("compressor",               always(), single(m -> compressor()),                     this::storeCompressor),
            rw("max_pool_percent",         always(), unsigned(m -> zswap.maxPoolPercent()),         uint(zswap::setMaxPoolPercent)),
            rw("accept_threshold_percent", always(), unsigned(m -> zswap.acceptThresholdPercent()), uint(zswap::setAcceptThresholdPercent)),
            rw("shrinker_enabled",         always(), yesNo(m -> zswap.shrinkerEnabled()),           toBool((m, on) -> zswap.setShrinkerEnabled(on))));
    } // spotless:on

    static List<FileSpec<Zswap>> debugRows() {
        List<FileSpec<Zswap>> rows = new ArrayList<>();
        for (ZswapCounter counter : ZswapCounter.values()) {
            rows.add(ro(counter.key(), always(), unsigned(z -> z.counter(counter))));
        }
        rows.add(ro("pool_total_size", always(), bytes(Zswap::totalPages)));
        rows.add(ro("stored_pages", always(), unsigned(Zswap::storedPages)));
        rows.add(ro("stored_incompressible_pages", always(), unsigned(Zswap::storedIncompressiblePages)));
        return rows;
    }

    /** The first write of anything sets zswap up (zswap_enabled_param_set). */
    private Work storeEnabled(Machine machine, ControlInput in, OpenFile file) throws ErrnoException {
        if (!zswap.everEnabled()) {
            early = null; // an unknown compressor falls back to the default at setup
            zswap.setUp();
            refresh.run();
        }
        zswap.setEnabled(in.bool());
        return Work.DONE;
    }

    private String compressor() {
        return early == null ? zswap.compressor().key() : early;
    }

    private Work storeCompressor(Machine machine, ControlInput in, OpenFile file) throws ErrnoException {
        String name = in.stripped();
        Costs.Algorithm algorithm = byName(name);
        if (!zswap.everEnabled()) {
            if (name.length() > CHARP_MAX) {
                throw new ErrnoException(Errno.ENOSPC, "a string parameter has at most 1024 bytes");
            }
            early = algorithm == null ? name : null;
            zswap.setCompressor(algorithm == null ? Costs.Algorithm.LZO : algorithm);
            return Work.DONE;
        }
        if (algorithm == null) {
            throw new ErrnoException(Errno.ENOENT, "compressor " + name + " not available");
        }
        if (algorithm != zswap.compressor()) {
            zswap.setCompressor(algorithm);
            refresh.run();
        }
        return Work.DONE;
    }

    private static Costs.@Nullable Algorithm byName(String name) {
        for (Costs.Algorithm algorithm : Costs.Algorithm.values()) {
            if (algorithm.key().equals(name)) {
                return algorithm;
            }
        }
        return null;
    }

    private static Store<Machine> uint(LongConsumer set) {
        return (machine, in, file) -> {
            set.accept(Numbers.kstrtouint(in.text(), 0));
            return Work.DONE;
        };
    }
}
