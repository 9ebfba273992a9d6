package org.reclaimfs.sysfs;

import static org.reclaimfs.kernfs.FileSpec.ro;
import static org.reclaimfs.kernfs.FileSpec.rw;
import static org.reclaimfs.kernfs.Shapes.always;
import static org.reclaimfs.kernfs.Shapes.bracketed;
import static org.reclaimfs.kernfs.Shapes.number;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.ControlInput;
import org.reclaimfs.kernfs.FileSpec;
import org.reclaimfs.kernfs.Work;

/**
 * /sys/kernel/mm/ksm (mm/ksm.c, 7.2): nothing is merged, so all counts are 0; settings are checked and kept. Names and modes
 * as captured, defaults as documented (Documentation/admin-guide/mm/ksm.rst). Lock: the machine's.
 */
final class KsmFiles {
    private static final String WHY = "equal pages are not merged";
    private static final long U32_MAX = 0xffff_ffffL;
    private static final List<String> ADVISORS = List.of("none", "scan-time");
    private static final List<String> COUNTS = List.of(
            "full_scans",
            "general_profit",
            "ksm_zero_pages",
            "pages_scanned",
            "pages_shared",
            "pages_sharing",
            "pages_skipped",
            "pages_unshared",
            "pages_volatile",
            "stable_node_chains",
            "stable_node_dups");

    private final Map<String, Long> kept = new HashMap<>();
    private String advisor = "none";

    static List<FileSpec<KsmFiles>> rows() {
        List<FileSpec<KsmFiles>> rows = new ArrayList<>(List.of( // spotless:off
            setting("advisor_max_cpu",            70,    1, 100),
            setting("advisor_max_pages_to_scan",  30000, 0, U32_MAX),
            setting("advisor_min_pages_to_scan",  500,   0, U32_MAX),
            rw("advisor_mode", always(), bracketed(ADVISORS, KsmFiles::advisor), (ksm, in, file) -> ksm.setAdvisor(in)).withoutEffect(WHY),
            setting("advisor_target_scan_time",   200,   1, U32_MAX),
            setting("max_page_sharing",           256,   2, Integer.MAX_VALUE),
            setting("merge_across_nodes",         1,     0, 1),
            setting("pages_to_scan",              100,   0, U32_MAX),
            setting("run",                        0,     0, 2),
            setting("sleep_millisecs",            20,    0, U32_MAX),
            setting("smart_scan",                 1,     0, 1),
            setting("stable_node_chains_prune_millisecs", 2000, 0, U32_MAX),
            setting("use_zero_pages",             0,     0, 1))); // spotless:on
        COUNTS.forEach(name -> rows.add(ro(name, always(), number(ksm -> 0))));
        return rows;
    }

    private static FileSpec<KsmFiles> setting(String name, long first, long low, long high) {
        return FileSpec.<KsmFiles>rw(
                        name, always(), number(ksm -> ksm.kept.getOrDefault(name, first)), (ksm, in, file) -> {
                            ksm.kept.put(name, bounded(in, low, high));
                            return Work.DONE;
                        })
                .withoutEffect(WHY);
    }

    private static long bounded(ControlInput in, long low, long high) throws ErrnoException {
        long value = Kept.base10(in.text());
        if (value < low || value > high) {
            throw new ErrnoException(Errno.EINVAL, "expected " + low + " to " + high);
        }
        return value;
    }

    private String advisor() {
        return advisor;
    }

    private Work setAdvisor(ControlInput in) throws ErrnoException {
        advisor = ADVISORS.stream()
                .filter(in::is)
                .findFirst()
                .orElseThrow(() -> new ErrnoException(Errno.EINVAL, "expected none or scan-time"));
        return Work.DONE;
    }
}
