package org.reclaimfs.sysfs;

import static org.reclaimfs.kernfs.FileSpec.ro;
import static org.reclaimfs.kernfs.Shapes.always;
import static org.reclaimfs.kernfs.Shapes.bracketed;
import static org.reclaimfs.kernfs.Shapes.number;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.Caller;
import org.reclaimfs.kernfs.ControlInput;
import org.reclaimfs.kernfs.Dir;
import org.reclaimfs.kernfs.FileSpec;
import org.reclaimfs.kernfs.FileTable;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.Work;

/**
 * Huge pages of all kinds, of which there are none: the directories of each size below transparent_hugepage, and those of
 * hugetlbfs (mm/{huge_memory,shmem,hugetlb}.c, 7.2; spec/24 section 4). Settings are checked and kept; counts are 0 because
 * nothing is counted there. Lock: the machine's.
 */
final class HugePageFiles {
    static final String NONE = "there are no huge pages";

    private static final int LARGEST_KIB = 2048;
    private static final String HUGETLB = "hugepages-2048kB";
    private static final List<String> ANON_WORDS = List.of("always", "inherit", "madvise", "never");
    private static final List<String> SHMEM_WORDS = List.of("always", "inherit", "within_size", "advise", "never");

    private static final List<String> ANON_STATS = List.of(
            "anon_fault_alloc",
            "anon_fault_fallback",
            "anon_fault_fallback_charge",
            "collapse_exceed_none_pte",
            "collapse_exceed_shared_pte",
            "collapse_exceed_swap_pte",
            "nr_anon",
            "nr_anon_partially_mapped",
            "split_deferred");
    private static final List<String> SHMEM_STATS = List.of("shmem_alloc", "shmem_fallback", "shmem_fallback_charge");
    private static final List<String> STATS = List.of(
            "collapse_alloc",
            "collapse_alloc_failed",
            "split",
            "split_failed",
            "swpin",
            "swpin_fallback",
            "swpin_fallback_charge",
            "swpout",
            "swpout_fallback",
            "zswpout");

    /** The two settings of one size, by file name. */
    private final Map<String, String> chosen = new HashMap<>();

    private final String first;

    private HugePageFiles(int kib) {
        first = kib == LARGEST_KIB ? "inherit" : "never";
    }

    /** Adds hugepages-NkB for every size that anonymous or shared memory may come in. */
    static void mountSizes(Dir thp, KernelMm settings) {
        for (int kib = 8; kib <= LARGEST_KIB; kib *= 2) {
            boolean anon = kib >= 16; // of two pages only shared memory is made
            Dir dir = thp.dir("hugepages-" + kib + "kB");
            List<FileSpec<HugePageFiles>> rows = new ArrayList<>();
            if (anon) {
                rows.add(choice("enabled", ANON_WORDS, null));
            }
            rows.add(choice("shmem_enabled", SHMEM_WORDS, kib == LARGEST_KIB ? null : settings));
            dir.attach(rows, new HugePageFiles(kib));
            List<String> stats = new ArrayList<>(STATS);
            stats.addAll(SHMEM_STATS);
            stats.addAll(anon ? ANON_STATS : List.of());
            dir.dir("stats").attach(zeros(stats), settings);
        }
    }

    /** @param settings a size's own memory is refused "inherit" while these force all sizes; null: it is not */
    private static FileSpec<HugePageFiles> choice(String name, List<String> words, @Nullable KernelMm settings) {
        return FileSpec.<HugePageFiles>rw(
                        name,
                        always(),
                        bracketed(words, size -> size.chosen.getOrDefault(name, size.first)),
                        (size, in, file) -> size.choose(name, words, settings, in))
                .withoutEffect(NONE);
    }

    private Work choose(String name, List<String> words, @Nullable KernelMm settings, ControlInput in)
            throws ErrnoException {
        String word = words.stream().filter(in::is).findFirst().orElse("");
        boolean forced = settings != null && settings.shmemForced() && word.equals("inherit");
        if (word.isEmpty() || forced) {
            throw new ErrnoException(Errno.EINVAL, "expected one of " + String.join(", ", words));
        }
        chosen.put(name, word);
        return Work.DONE;
    }

    private static <T> List<FileSpec<T>> zeros(List<String> names) {
        List<FileSpec<T>> rows = new ArrayList<>();
        names.forEach(name -> rows.add(ro(name, always(), number(subject -> 0))));
        return rows;
    }

    /** Adds hugepages/ of kernel/mm. */
    static void mountPools(Dir mm) {
        List<FileSpec<Object>> rows =
                new ArrayList<>(zeros(List.of("free_hugepages", "resv_hugepages", "surplus_hugepages")));
        rows.add(pool("nr_hugepages"));
        rows.add(pool("nr_hugepages_mempolicy"));
        rows.add(pool("nr_overcommit_hugepages"));
        attach(mm, rows);
    }

    /** Adds hugepages/ of a node. */
    static void mountNodePools(Dir node) {
        List<FileSpec<Object>> rows = new ArrayList<>(zeros(List.of("free_hugepages", "surplus_hugepages")));
        rows.add(pool("nr_hugepages"));
        attach(node, rows);
    }

    private static void attach(Dir parent, List<FileSpec<Object>> rows) {
        parent.dir("hugepages").dir(HUGETLB).attach(new FileTable<>(rows), NONE, Caller.ROOT);
    }

    /** As on a machine whose memory is too fragmented, none can be reserved: what is read stays 0. */
    private static FileSpec<Object> pool(String name) {
        return FileSpec.<Object>rw(name, always(), number(subject -> 0), HugePageFiles::reserve)
                .withoutEffect(NONE);
    }

    private static Work reserve(Object subject, ControlInput in, OpenFile file) throws ErrnoException {
        Kept.base10(in.text());
        return Work.DONE;
    }
}
