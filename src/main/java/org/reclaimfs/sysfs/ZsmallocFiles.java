package org.reclaimfs.sysfs;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.reclaimfs.kernfs.Dir;
import org.reclaimfs.kernfs.FileSpec;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.SeqFile;
import org.reclaimfs.kernfs.Shapes;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.mm.Zsmalloc;
import org.reclaimfs.mm.Zsmalloc.ClassUse;
import org.reclaimfs.zram.ZramDevice;

/**
 * debugfs zsmalloc/POOL/classes: how full the size classes of each pool are (mm/zsmalloc.c zs_stats_size_show, 7.2;
 * spec/23 section 7). Lock: the machine's.
 */
final class ZsmallocFiles {
    private static final String[] FULLNESS = {
        "10%", "20%", "30%", "40%", "50%", "60%", "70%", "80%", "90%", "99%", "100%"
    };

    private record Shown(Zsmalloc pool, Dir dir) {}

    private final Map<String, Shown> shown = new HashMap<>();

    /**
     * Brings the directories in line with the pools there are: one of each zram device that has a disksize, and zswap's.
     *
     * @param home debugfs zsmalloc
     */
    void refresh(Dir home, Machine machine) {
        Map<String, Zsmalloc> pools = new TreeMap<>();
        machine.zswap().pools().forEach((number, pool) -> pools.put("zswap" + Integer.toHexString(number), pool));
        for (ZramDevice zram : machine.devices().zrams()) {
            Zsmalloc pool = zram.pool();
            if (pool != null) {
                pools.put(zram.name(), pool);
            }
        }
        shown.entrySet().removeIf(entry -> {
            boolean gone = pools.get(entry.getKey()) != entry.getValue().pool;
            if (gone) {
                entry.getValue().dir.remove();
            }
            return gone;
        });
        pools.forEach((name, pool) -> shown.computeIfAbsent(name, key -> {
            Dir dir = home.addDir(key);
            dir.attach(rows(), pool);
            return new Shown(pool, dir);
        }));
    }

    private static List<FileSpec<Zsmalloc>> rows() {
        return List.of(FileSpec.<Zsmalloc>ro("classes", Shapes.always(), ZsmallocFiles::classes)
                .withoutEffect(
                        "objects lie as compaction would leave them: each class has one zspage with room at most"));
    }

    private static void classes(Zsmalloc pool, SeqFile out, OpenFile file) {
        out.space().padded("class", 5).space().padded("size", 5);
        for (String group : FULLNESS) {
            out.space().padded(group, 9);
        }
        sums(out, "obj_allocated", "obj_used", "pages_used", "pages_per_zspage", "freeable");
        long[] groups = new long[FULLNESS.length];
        long allocated = 0;
        long used = 0;
        long pages = 0;
        for (ClassUse use : pool.classes()) {
            long[] own = zspages(use);
            out.space().padded(use.index(), 5).space().padded(use.sizeBytes(), 5);
            groups(own, out);
            long room = use.zspages() * use.zspageObjects();
            long taken = use.zspages() * use.zspagePages();
            sums(out, room + "", use.objects() + "", taken + "", use.zspagePages() + "", "0");
            for (int i = 0; i < groups.length; i++) {
                groups[i] += own[i];
            }
            allocated += room;
            used += use.objects();
            pages += taken;
        }
        out.newline().space().padded("Total", 5).space().padded("", 5);
        groups(groups, out);
        sums(out, allocated + "", used + "", pages + "", "", "0");
    }

    private static void groups(long[] zspages, SeqFile out) {
        for (long count : zspages) {
            out.space().padded(count, 9);
        }
    }

    private static void sums(SeqFile out, String allocated, String used, String pages, String chain, String freeable) {
        out.space().padded(allocated, 13).space().padded(used, 10).space().padded(pages, 10);
        out.space().padded(chain, 16).space().padded(freeable, 8).newline();
    }

    /** Zspages by fullness: all full but for the last one, whose tenth decides (get_fullness_group). */
    private static long[] zspages(ClassUse use) {
        long[] groups = new long[FULLNESS.length];
        long rest = use.objects() % use.zspageObjects();
        groups[FULLNESS.length - 1] = use.objects() / use.zspageObjects();
        if (rest > 0) {
            groups[(int) (100 * rest / use.zspageObjects()) / 10]++;
        }
        return groups;
    }
}
