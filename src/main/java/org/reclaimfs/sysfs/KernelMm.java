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
    private static final long MAX_PTES = 511; // HPAGE_PMD_NR - 1
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
            number("min_ttl_ms", 0, LRU_GEN, KernelMm::u32));
    } // spotless:on

    private static List<FileSpec<KernelMm>> thpRows(boolean large) {
        String first = large ? "madvise" : "never";
        return List.of( // spotless:off
            choice("defrag",        first, "always", "defer", "defer+madvise", "madvise", "never"),
            choice("enabled",       first, "always", "madvise", "never"),
            ro("hpage_pmd_size",    always(), single(mm -> "2097152")),
            choice("shmem_enabled", "never", "always", "within_size", "advise", "never", "deny", "force"),
            number("shrink_underused", 1, HUGE, in -> in.bool() ? 1 : 0),
            number("use_zero_page",    large ? 1 : 0, HUGE, KernelMm::flag));
    } // spotless:on

    private static List<FileSpec<KernelMm>> khugepagedRows(boolean large) {
        return List.of( // spotless:off
            number("alloc_sleep_millisecs", 60000, HUGE, in -> Kept.bounded(in.text(), 0, U32_MAX)),
            number("defrag",                large ? 1 : 0, HUGE, KernelMm::flag),
            FileSpec.<KernelMm>ro("full_scans",                always(), KernelMm::zero).withoutEffect(HUGE),
            number("max_ptes_none",         511, HUGE, in -> Kept.bounded(in.text(), 0, MAX_PTES)),
            number("max_ptes_shared",       256, HUGE, in -> Kept.bounded(in.text(), 0, MAX_PTES)),
            number("max_ptes_swap",         64, HUGE, in -> Kept.bounded(in.text(), 0, MAX_PTES)),
            FileSpec.<KernelMm>ro("pages_collapsed",           always(), KernelMm::zero).withoutEffect(HUGE),
            number("pages_to_scan",         4096, HUGE, in -> Kept.bounded(in.text(), 1, U32_MAX)),
            number("scan_sleep_millisecs",  10000, HUGE, in -> Kept.bounded(in.text(), 0, U32_MAX)));
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

    /** How a setting reads its text: each has a grammar of its own in the kernel. */
    @FunctionalInterface
    private interface Grammar {
        long parse(ControlInput in) throws ErrnoException;
    }

    private static FileSpec<KernelMm> number(String name, long first, String why, Grammar grammar) {
        return FileSpec.<KernelMm>rw(
                        name, always(), single(mm -> mm.value(name, Long.toString(first))), (mm, in, file) -> {
                            mm.kept.put(name, Long.toString(grammar.parse(in)));
                            return Work.DONE;
                        })
                .withoutEffect(why);
    }

    /** single_hugepage_flag_store of mm/huge_memory.c: what no unsigned long holds is ERANGE. */
    private static long flag(ControlInput in) throws ErrnoException {
        long value = Numbers.kstrtoull(in.text(), 10);
        if (Long.compareUnsigned(value, 1) > 0) {
            throw new ErrnoException(Errno.EINVAL, "expected 0 or 1");
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
                    default -> u32(in);
                };
        mm.kept.put("enabled", String.format("0x%04x", caps & LRU_GEN_CAPS));
        return Work.DONE;
    }

    /** kstrtouint of any base, whose every error is EINVAL. */
    private static long u32(ControlInput in) throws ErrnoException {
        try {
            return Numbers.kstrtouint(in.text(), 0);
        } catch (ErrnoException e) {
            throw new ErrnoException(Errno.EINVAL, "expected a number: '" + in.text() + "'");
        }
    }
}
