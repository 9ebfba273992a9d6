package org.reclaimfs.sysfs;

import static org.reclaimfs.kernfs.FileSpec.ro;
import static org.reclaimfs.kernfs.Shapes.always;
import static org.reclaimfs.kernfs.Shapes.bracketed;
import static org.reclaimfs.kernfs.Shapes.single;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.abi.Numbers;
import org.reclaimfs.abi.Units;
import org.reclaimfs.kernfs.ControlInput;
import org.reclaimfs.kernfs.Dir;
import org.reclaimfs.kernfs.FileSpec;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.SeqFile;
import org.reclaimfs.kernfs.Work;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.machine.Readahead;

/** /sys/kernel/mm as captured: every setting is checked and kept, only swap readahead's is used. Lock: the machine's. */
final class KernelMm {
    static final String LRU_GEN = "reclaim uses the two-list LRU only";
    private static final String HUGE = HugePageFiles.NONE;
    /** A smaller machine boots with all of transparent_hugepage off. */
    private static final long THP_MIN_PAGES = Units.bytesToPages(512L << 20);

    private static final long U32_MAX = 0xffff_ffffL;
    private static final int LRU_GEN_CAPS = 7;

    /** Values of one directory by file name. */
    private final Map<String, String> kept = new HashMap<>();

    private KernelMm() {}

    static void mountAt(Dir mm, Machine machine) {
        int nodes = machine.memory().nodes().size();
        boolean large = machine.memory().totalPages() >= THP_MIN_PAGES;
        mm.dir("swap").attach(swapRows(), machine.readahead());
        mm.dir("ksm").attach(KsmFiles.rows(), new KsmFiles());
        mm.dir("mempolicy").dir("weighted_interleave").attach(InterleaveFiles.rows(nodes), new InterleaveFiles(nodes));
        HugePageFiles.mountPools(mm);
        mm.dir("lru_gen").attach(lruGenRows(), new KernelMm());
        mm.dir("numa")
                .attach(List.of(toggle("demotion_enabled", "false", "all nodes are of one tier")), new KernelMm());
        Dir thp = mm.dir("transparent_hugepage");
        KernelMm settings = new KernelMm();
        thp.attach(thpRows(large), settings);
        thp.dir("khugepaged").attach(khugepagedRows(large), new KernelMm());
        HugePageFiles.mountSizes(thp, settings);
    }

    static List<FileSpec<Readahead>> swapRows() {
        return List.of(FileSpec.rw(
                "vma_ra_enabled",
                always(),
                single(readahead -> Boolean.toString(readahead.addressMode())),
                KernelMm::storeVmaReadahead));
    }

    private static Work storeVmaReadahead(Readahead readahead, ControlInput in, OpenFile file) throws ErrnoException {
        readahead.setAddressMode(in.bool());
        return Work.DONE;
    }

    static List<FileSpec<KernelMm>> lruGenRows() {
        return List.of( // spotless:off
            FileSpec.<KernelMm>rw("enabled", always(), single(mm -> mm.value("enabled", "0x0000")), KernelMm::storeLruGen).withoutEffect(LRU_GEN),
            number("min_ttl_ms", 0, U32_MAX, LRU_GEN));
    } // spotless:on

    private static List<FileSpec<KernelMm>> thpRows(boolean large) {
        String first = large ? "madvise" : "never";
        return List.of( // spotless:off
            choice("defrag",        first, "always", "defer", "defer+madvise", "madvise", "never"),
            choice("enabled",       first, "always", "madvise", "never"),
            ro("hpage_pmd_size",    always(), single(mm -> "2097152")),
            choice("shmem_enabled", "never", "always", "within_size", "advise", "never", "deny", "force"),
            number("shrink_underused", 1, 1, HUGE),
            number("use_zero_page",    large ? 1 : 0, 1, HUGE));
    } // spotless:on

    private static List<FileSpec<KernelMm>> khugepagedRows(boolean large) {
        return List.of( // spotless:off
            number("alloc_sleep_millisecs", 60000, U32_MAX, HUGE),
            number("defrag",                large ? 1 : 0, 1, HUGE),
            FileSpec.<KernelMm>ro("full_scans",                always(), KernelMm::zero).withoutEffect(HUGE),
            number("max_ptes_none",         511, 511, HUGE),
            number("max_ptes_shared",       256, 511, HUGE),
            number("max_ptes_swap",         64, 511, HUGE),
            FileSpec.<KernelMm>ro("pages_collapsed",           always(), KernelMm::zero).withoutEffect(HUGE),
            number("pages_to_scan",         4096, U32_MAX, HUGE),
            number("scan_sleep_millisecs",  10000, U32_MAX, HUGE));
    } // spotless:on

    /** Shared memory is in huge pages of any size that can be had, for tests. */
    boolean shmemForced() {
        return value("shmem_enabled", "never").equals("force");
    }

    private String value(String name, String first) {
        return kept.getOrDefault(name, first);
    }

    private static void zero(KernelMm mm, SeqFile out, OpenFile file) {
        out.text("0\n");
    }

    private static FileSpec<KernelMm> toggle(String name, String first, String why) {
        return FileSpec.<KernelMm>rw(name, always(), single(mm -> mm.value(name, first)), (mm, in, file) -> {
                    mm.kept.put(name, Boolean.toString(in.bool()));
                    return Work.DONE;
                })
                .withoutEffect(why);
    }

    private static FileSpec<KernelMm> number(String name, long first, long high, String why) {
        return FileSpec.<KernelMm>rw(
                        name, always(), single(mm -> mm.value(name, Long.toString(first))), (mm, in, file) -> {
                            mm.kept.put(name, Long.toString(upTo(high, in.text())));
                            return Work.DONE;
                        })
                .withoutEffect(why);
    }

    private static long upTo(long high, String text) throws ErrnoException {
        long value = Kept.base10(text);
        if (Long.compareUnsigned(value, high) > 0) {
            throw new ErrnoException(Errno.EINVAL, "expected 0 to " + high);
        }
        return value;
    }

    private static FileSpec<KernelMm> choice(String name, String first, String... words) {
        return FileSpec.<KernelMm>rw(
                        name, always(), bracketed(List.of(words), mm -> mm.value(name, first)), (mm, in, file) -> {
                            mm.kept.put(name, word(in, words));
                            return Work.DONE;
                        })
                .withoutEffect(HUGE);
    }

    private static String word(ControlInput in, String... words) throws ErrnoException {
        for (String word : words) {
            if (in.is(word)) {
                return word;
            }
        }
        throw new ErrnoException(Errno.EINVAL, "expected one of " + String.join(", ", words));
    }

    /** enabled_store of mm/vmscan.c: y, n or a mask of three bits. */
    private static Work storeLruGen(KernelMm mm, ControlInput in, OpenFile file) throws ErrnoException {
        String text = in.text();
        long caps =
                switch (text.isEmpty() ? ' ' : text.charAt(0)) {
                    case 'n', 'N' -> 0;
                    case 'y', 'Y' -> LRU_GEN_CAPS;
                    default -> mask(text);
                };
        mm.kept.put("enabled", String.format("0x%04x", caps & LRU_GEN_CAPS));
        return Work.DONE;
    }

    private static long mask(String text) throws ErrnoException {
        try {
            return Numbers.kstrtouint(text, 0);
        } catch (ErrnoException e) {
            throw new ErrnoException(Errno.EINVAL, "expected y, n or a mask");
        }
    }
}
