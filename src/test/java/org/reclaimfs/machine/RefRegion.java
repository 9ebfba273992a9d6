package org.reclaimfs.machine;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Kind;

/** A region: its pages, null where nothing is held. */
final class RefRegion {
    final String name;
    final Kind kind;
    final Content content;
    final List<@Nullable RefPage> pages = new ArrayList<>();

    /** Readahead state of the mapping. */
    int prevFault = Integer.MIN_VALUE / 2;

    int lastWindow;
    int hits = 4;

    RefRegion(String name, Kind kind, Content content) {
        this.name = name;
        this.kind = kind;
        this.content = content;
    }

    int tables() {
        return (pages.size() + 511) / 512;
    }
}
