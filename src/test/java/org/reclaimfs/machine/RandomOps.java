package org.reclaimfs.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Kind;

/** Draws operations for a {@link Duel} from a seed. */
final class RandomOps {
    private static final int MAX_RESIDENT = 12_000;

    private final Draw draw;
    private final TreeOps tree;
    private final RareOps rare;
    private boolean ended;

    RandomOps(long seed, OpMix mix) {
        SplittableRandom random = new SplittableRandom(seed * 31 + mix.ordinal());
        int nodes = mix == OpMix.NODES ? 2 + random.nextInt(2) : 1;
        boolean lateIo = random.nextInt(4) == 0;
        boolean seriesB = random.nextInt(4) != 0;
        Duel.Size size = mix.mayRunShort()
                ? new Duel.Size(64 + random.nextInt(33), nodes, true)
                : new Duel.Size(256, nodes, false);
        draw = new Draw(random, mix, new Duel(seed, size, nodes + random.nextInt(2), lateIo, seriesB));
        tree = new TreeOps(draw);
        rare = new RareOps(draw);
        draw.note("lateIo %s seriesB %s", lateIo, seriesB);
        try {
            begin();
        } catch (ErrnoException e) {
            throw new IllegalStateException(e);
        }
    }

    private void begin() throws ErrnoException {
        draw.mkdir("/a");
        if (draw.mix == OpMix.TREE || draw.mix == OpMix.EVERYTHING || draw.mix == OpMix.THRASH) {
            draw.mkdir("/b");
            draw.mkdir("/b/c");
            draw.mkdir("/b/d");
        }
        rare.addSwap();
        if (draw.random.nextInt(3) == 0) {
            rare.readahead();
        }
        if (draw.mix != OpMix.SWAP
                && draw.mix != OpMix.THRASH
                && (!draw.mix.mayRunShort() || draw.random.nextBoolean())) {
            draw.note("zswap on");
            draw.duel.swap.zswapEnabled(true);
        }
        draw.spawn();
        if (draw.mix == OpMix.THRASH) {
            thrash();
        }
    }

    /** A set that is larger than its memory: who touches it at random has it in random order from then on. */
    private void thrash() throws ErrnoException {
        RefTask task = draw.anyTask();
        int pages = 500 + draw.random.nextInt(1500);
        long max = pages / 4 + draw.random.nextInt(pages / 2);
        Content content = draw.any(List.of(Content.RANDOM, Duel.CONTENTS.get(3), Duel.CONTENTS.get(4)));
        draw.note("alloc %s %d %s in %s of %d, and touch", task.name, pages, content.label(), task.memcg.path, max);
        draw.duel.max(task.memcg.path, max);
        draw.duel.alloc(task, "set", Kind.ANON, content, pages);
        RefRegion set = task.regions.get("set");
        if (set != null && !task.dead) {
            draw.duel.touch(task, set, new TouchPattern.Uniform(), 2 * pages, draw.random.nextBoolean());
        }
    }

    /** Whether an operation went on for ever, so that nothing more can be compared. */
    boolean ended() {
        return ended;
    }

    Machine machine() {
        return draw.duel.fast;
    }

    List<String> history() {
        return draw.history;
    }

    /** Does one operation to both models and says in what they differ. */
    List<String> next() {
        if (ended) {
            return List.of();
        }
        try {
            operation();
            return draw.duel.settleAndCompare();
        } catch (RefMachine.Endless e) {
            ended = true;
            return List.of();
        } catch (ErrnoException | RuntimeException e) {
            java.io.StringWriter text = new java.io.StringWriter();
            e.printStackTrace(new java.io.PrintWriter(text));
            return List.of(text.toString());
        }
    }

    private void operation() throws ErrnoException {
        if (draw.random.nextInt(3) == 0) {
            draw.note("flush");
            draw.duel.flush();
        }
        boolean fill = draw.mix.mayRunShort() && draw.random.nextInt(3) > 0;
        int kind = fill ? 0 : draw.random.nextInt(draw.mix.operations);
        if (draw.mix == OpMix.THRASH && draw.random.nextInt(3) > 0) {
            kind = draw.random.nextInt(20, 48);
        }
        if (kind < 20) {
            alloc();
        } else if (kind < 34) {
            reclaim();
        } else if (kind < 48) {
            touch();
        } else if (kind < 56) {
            dropCachesOrWriteBack();
        } else if (kind < 59) {
            release();
        } else if (kind < 62) {
            draw.spawn();
        } else if (kind < 84) {
            tree.operation(kind);
        } else {
            rare.operation(kind);
        }
    }

    // ---- operations ---------------------------------------------------------------------------------------

    private void alloc() throws ErrnoException {
        if (!draw.mix.mayRunShort() && draw.duel.ref.root.usage + draw.duel.ref.root.swapUsage > MAX_RESIDENT) {
            draw.exit();
            return;
        }
        RefTask task = draw.anyTask();
        int pages = draw.pages(draw.mix.mayRunShort() ? 5000 : 1500);
        if (!task.regions.isEmpty() && draw.random.nextInt(3) == 0) {
            RefRegion region = draw.any(new ArrayList<>(task.regions.values()));
            draw.note("alloc %s %s +%d", task.name, region.name, pages);
            draw.duel.alloc(task, region.name, region.kind, region.content, pages);
            return;
        }
        Kind kind =
                draw.mix == OpMix.ZSWAP ? Kind.ANON : draw.any(List.of(Kind.ANON, Kind.ANON, Kind.FILE, Kind.SHMEM));
        Content content = draw.any(Duel.CONTENTS);
        String name = draw.name("r");
        draw.note("alloc %s %s %d %s %s", task.name, name, pages, kind, content.label());
        draw.duel.alloc(task, name, kind, content, pages);
    }

    private void reclaim() throws ErrnoException {
        String path = draw.random.nextInt(3) == 0 ? draw.anyCgroup() : draw.any(draw.leaves());
        int swappiness =
                switch (draw.random.nextInt(8)) {
                    case 0 -> 0;
                    case 1 -> 201;
                    case 2 -> 200;
                    case 3 -> draw.random.nextInt(201);
                    default -> -1;
                };
        int pages = draw.pages(1500);
        draw.note("reclaim %s %d swappiness %d", path, pages, swappiness);
        draw.duel.reclaim(path, pages, swappiness);
    }

    private void dropCachesOrWriteBack() {
        if (draw.mix == OpMix.SWAP) {
            draw.dropCaches();
            return;
        }
        String path = draw.random.nextInt(3) == 0 ? draw.anyCgroup() : draw.any(draw.leaves());
        long bytes = draw.random.nextInt(3) == 0 ? 1 + draw.random.nextInt(10_000) : 1 + draw.random.nextInt(2_000_000);
        draw.note("source=zswap %s %d", path, bytes);
        draw.duel.reclaimZswap(path, bytes);
    }

    private void touch() throws ErrnoException {
        RefTask task = draw.anyTask();
        if (task.regions.isEmpty()) {
            alloc();
            return;
        }
        RefRegion region = draw.any(new ArrayList<>(task.regions.values()));
        // Pages that fault one after the other in one batch would share what each must test for itself.
        boolean inOrder = !draw.mix.mayRunShort() && draw.mix != OpMix.THRASH;
        TouchPattern pattern =
                inOrder && draw.random.nextBoolean() ? new TouchPattern.Sequential() : new TouchPattern.Uniform();
        int pages = draw.pages(2000);
        boolean write = draw.random.nextInt(3) == 0;
        draw.note("touch %s %s %d %s write %s", task.name, region.name, pages, pattern, write);
        draw.duel.touch(task, region, pattern, pages, write);
    }

    private void release() throws ErrnoException {
        RefTask task = draw.anyTask();
        if (!task.regions.isEmpty()) {
            RefRegion region = draw.any(new ArrayList<>(task.regions.values()));
            int pages = draw.pages(1000);
            draw.note("release %s %s %d", task.name, region.name, pages);
            draw.duel.release(task, region, pages);
        }
    }
}
