package org.reclaimfs.machine;

import java.util.LinkedHashMap;
import java.util.Map;

/** A task of the reference model. */
final class RefTask {
    final String name;
    RefMemcg memcg;
    final int oomScoreAdj;
    final Map<String, RefRegion> regions = new LinkedHashMap<>();
    /** Page tables stay charged where they were when they were made. */
    final Map<RefMemcg, Integer> pageTables = new LinkedHashMap<>();

    boolean dead;
    long overHigh;

    RefTask(String name, RefMemcg memcg, int oomScoreAdj) {
        this.name = name;
        this.memcg = memcg;
        this.oomScoreAdj = oomScoreAdj;
    }

    int tables() {
        return pageTables.values().stream().mapToInt(n -> n).sum();
    }

    long rssAndSwapEntries() {
        long points = 0;
        for (RefRegion region : regions.values()) {
            for (RefPage page : region.pages) {
                if (page != null && (page.mapped || page.slot != null)) {
                    points++;
                }
            }
        }
        return points;
    }
}
