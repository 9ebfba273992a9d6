package org.reclaimfs.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.memcg.PageCounter;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Costs;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.swap.Disk;

/** Draws operations for a {@link Duel} from a seed. */
final class RandomOps {
    private static final int MAX_RESIDENT = 12_000;

    private final SplittableRandom random;
    private final OpMix mix;
    private final int nodes;
    private final Duel duel;
    private final List<String> history = new ArrayList<>();
    private int names;
    private boolean ended;

    RandomOps(long seed, OpMix mix) {
        this.mix = mix;
        random = new SplittableRandom(seed * 31 + mix.ordinal());
        nodes = mix == OpMix.NODES ? 2 + random.nextInt(2) : 1;
        boolean lateIo = random.nextInt(4) == 0;
        boolean seriesB = random.nextInt(4) != 0;
        duel = new Duel(seed, size(), nodes + random.nextInt(2), lateIo, seriesB);
        note("lateIo %s seriesB %s", lateIo, seriesB);
        try {
            begin();
        } catch (ErrnoException e) {
            throw new IllegalStateException(e);
        }
    }

    private Duel.Size size() {
        return mix.mayRunShort()
                ? new Duel.Size(64 + random.nextInt(33), nodes, true)
                : new Duel.Size(256, nodes, false);
    }

    private void begin() throws ErrnoException {
        mkdir("/a");
        if (mix == OpMix.TREE || mix == OpMix.EVERYTHING) {
            mkdir("/b");
            mkdir("/b/c");
            mkdir("/b/d");
        }
        addSwap();
        if (random.nextInt(3) == 0) {
            readahead();
        }
        if (mix != OpMix.SWAP && (!mix.mayRunShort() || random.nextBoolean())) {
            note("zswap on");
            duel.zswapEnabled(true);
        }
        spawn();
    }

    /** Whether an operation went on for ever, so that nothing more can be compared. */
    boolean ended() {
        return ended;
    }

    Machine machine() {
        return duel.fast;
    }

    List<String> history() {
        return history;
    }

    private void note(String format, Object... args) {
        history.add(String.format(java.util.Locale.ROOT, format, args));
    }

    /** Does one operation to both models and says in what they differ. */
    List<String> next() {
        if (ended) {
            return List.of();
        }
        try {
            operation();
            return duel.settleAndCompare();
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
        if (random.nextInt(3) == 0) {
            note("flush");
            duel.flush();
        }
        boolean fill = mix.mayRunShort() && random.nextInt(3) > 0;
        int kind = fill ? 0 : random.nextInt(mix.operations);
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
            spawn();
        } else if (kind < 84) {
            treeOps(kind);
        } else {
            rareOps(kind);
        }
    }

    private void treeOps(int kind) throws ErrnoException {
        if (kind < 66) {
            max();
        } else if (kind < 69) {
            high();
        } else if (kind < 72) {
            protect();
        } else if (kind < 75) {
            swapLimits();
        } else if (kind < 76) {
            exit();
        } else if (kind < 77) {
            move();
        } else if (kind < 80) {
            removeOrMake();
        } else {
            writebackSwitch();
        }
    }

    private void rareOps(int kind) throws ErrnoException {
        if (kind < 88) {
            zswapSettings();
        } else if (kind < 91) {
            addSwap();
        } else if (kind < 93) {
            swapoff();
        } else if (kind < 96) {
            mlock();
        } else if (kind < 98) {
            readahead();
        } else {
            dropCaches();
        }
    }

    // ---- choices ------------------------------------------------------------------------------------------

    private <T> T any(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private String anyCgroup() {
        return any(new ArrayList<>(duel.ref.memcgs.keySet()));
    }

    private String anyBelowRoot() {
        return any(duel.ref.memcgs.keySet().stream().filter(p -> !p.equals("/")).toList());
    }

    private List<String> leaves() {
        return duel.ref.memcgs.values().stream()
                .filter(m -> m.children.isEmpty() && !m.isRoot())
                .map(m -> m.path)
                .toList();
    }

    private RefTask anyTask() throws ErrnoException {
        if (duel.ref.tasks.isEmpty()) {
            spawn();
        }
        return any(new ArrayList<>(duel.ref.tasks.values()));
    }

    private int pages(int upTo) {
        return switch (random.nextInt(4)) {
            case 0 -> 1 + random.nextInt(8);
            case 1 -> 1 + random.nextInt(100);
            default -> 1 + random.nextInt(upTo);
        };
    }

    // ---- operations ---------------------------------------------------------------------------------------

    private void mkdir(String path) throws ErrnoException {
        note("mkdir %s", path);
        duel.mkdir(path);
    }

    private void spawn() throws ErrnoException {
        if (duel.ref.tasks.size() >= 6) {
            return;
        }
        String name = "t" + names++;
        String path = any(leaves().stream().filter(p -> !p.equals("/b")).toList());
        int adj = random.nextInt(4) == 0 ? random.nextInt(-500, 500) : 0;
        note("spawn %s in %s adj %d", name, path, adj);
        duel.spawn(name, path, adj);
    }

    private void alloc() throws ErrnoException {
        if (!mix.mayRunShort() && duel.ref.root.usage + duel.ref.root.swapUsage > MAX_RESIDENT) {
            exit();
            return;
        }
        RefTask task = anyTask();
        int pages = pages(mix.mayRunShort() ? 5000 : 1500);
        if (!task.regions.isEmpty() && random.nextInt(3) == 0) {
            RefRegion region = any(new ArrayList<>(task.regions.values()));
            note("alloc %s %s +%d", task.name, region.name, pages);
            duel.alloc(task, region.name, region.kind, region.content, pages);
            return;
        }
        Kind kind = mix == OpMix.ZSWAP ? Kind.ANON : any(List.of(Kind.ANON, Kind.ANON, Kind.FILE, Kind.SHMEM));
        Content content = any(Duel.CONTENTS);
        String name = "r" + names++;
        note("alloc %s %s %d %s %s", task.name, name, pages, kind, content.label());
        duel.alloc(task, name, kind, content, pages);
    }

    private void reclaim() throws ErrnoException {
        String path = random.nextInt(3) == 0 ? anyCgroup() : any(leaves());
        int swappiness =
                switch (random.nextInt(8)) {
                    case 0 -> 0;
                    case 1 -> 201;
                    case 2 -> 200;
                    case 3 -> random.nextInt(201);
                    default -> -1;
                };
        int pages = pages(1500);
        note("reclaim %s %d swappiness %d", path, pages, swappiness);
        duel.reclaim(path, pages, swappiness);
    }

    private void dropCachesOrWriteBack() {
        if (mix == OpMix.SWAP) {
            dropCaches();
            return;
        }
        String path = random.nextInt(3) == 0 ? anyCgroup() : any(leaves());
        long bytes = random.nextInt(3) == 0 ? 1 + random.nextInt(10_000) : 1 + random.nextInt(2_000_000);
        note("source=zswap %s %d", path, bytes);
        duel.reclaimZswap(path, bytes);
    }

    private void touch() throws ErrnoException {
        RefTask task = anyTask();
        if (task.regions.isEmpty()) {
            alloc();
            return;
        }
        RefRegion region = any(new ArrayList<>(task.regions.values()));
        // Pages that fault one after the other in one batch would share what each must test for itself.
        TouchPattern pattern =
                !mix.mayRunShort() && random.nextBoolean() ? new TouchPattern.Sequential() : new TouchPattern.Uniform();
        int pages = pages(2000);
        boolean write = random.nextInt(3) == 0;
        note("touch %s %s %d %s write %s", task.name, region.name, pages, pattern, write);
        duel.touch(task, region, pattern, pages, write);
    }

    private void release() throws ErrnoException {
        RefTask task = anyTask();
        if (!task.regions.isEmpty()) {
            RefRegion region = any(new ArrayList<>(task.regions.values()));
            int pages = pages(1000);
            note("release %s %s %d", task.name, region.name, pages);
            duel.release(task, region, pages);
        }
    }

    private void exit() throws ErrnoException {
        RefTask task = anyTask();
        note("exit %s", task.name);
        duel.exit(task);
    }

    private void move() throws ErrnoException {
        RefTask task = anyTask();
        String path = any(leaves().stream().filter(p -> !p.equals("/b")).toList());
        note("move %s to %s", task.name, path);
        duel.move(task, path);
    }

    private void max() {
        String path = any(leaves());
        boolean off = random.nextInt(3) == 0;
        if (random.nextInt(4) == 0) {
            path = path.contains("/b/") ? "/b" : path;
        }
        long pages = off ? PageCounter.MAX : random.nextInt(3000);
        note("memory.max %s %d", path, pages);
        duel.max(path, pages);
    }

    private void high() {
        String path = any(leaves());
        long pages = random.nextInt(3) == 0 ? PageCounter.MAX : random.nextInt(3000);
        note("memory.high %s %d", path, pages);
        duel.high(path, pages);
    }

    private void protect() {
        List<String> paths =
                duel.ref.memcgs.keySet().stream().filter(p -> !p.equals("/")).toList();
        String path = any(paths);
        long min = random.nextInt(3) == 0 ? random.nextInt(1000) : 0;
        long low = random.nextInt(3) != 0 ? random.nextInt(2500) : 0;
        note("memory.min, low %s %d %d", path, min, low);
        duel.protection(path, min, low);
    }

    private void swapLimits() {
        String path = any(leaves());
        long pages = random.nextInt(3) == 0 ? PageCounter.MAX : random.nextInt(1500);
        if (random.nextInt(3) == 0) {
            note("memory.swap.high %s %d", path, pages);
            duel.swapHigh(path, pages);
        } else if (random.nextBoolean()) {
            note("memory.swap.max %s %d", path, pages);
            duel.swapMax(path, pages);
        } else {
            long zswapPages = pages == PageCounter.MAX ? pages : pages / 8;
            note("memory.zswap.max %s %d", path, zswapPages);
            duel.zswapMax(path, zswapPages);
        }
    }

    private void removeOrMake() throws ErrnoException {
        if (random.nextBoolean() && duel.ref.memcgs.size() < 8) {
            mkdir((random.nextBoolean() && duel.ref.memcgs.containsKey("/b") ? "/b/" : "/") + "x" + names++);
            return;
        }
        List<String> empty = leaves().stream()
                .filter(p -> !p.equals("/a") && !p.equals("/b"))
                .filter(p -> duel.ref.tasks.values().stream().noneMatch(t -> t.memcg.path.equals(p)))
                .toList();
        if (!empty.isEmpty()) {
            String path = any(empty);
            note("rmdir %s", path);
            duel.rmdir(path);
        }
    }

    private void writebackSwitch() {
        List<String> paths =
                duel.ref.memcgs.keySet().stream().filter(p -> !p.equals("/")).toList();
        String path = any(paths);
        if (random.nextInt(3) == 0) {
            boolean group = random.nextBoolean();
            note("memory.oom.group %s %s", path, group);
            duel.oomGroup(path, group);
            return;
        }
        boolean on = random.nextInt(3) != 0;
        note("memory.zswap.writeback %s %s", path, on);
        duel.writeback(path, on);
    }

    private void zswapSettings() {
        if (random.nextInt(4) == 0) {
            boolean on = random.nextInt(3) != 0;
            note("zswap enabled %s", on);
            duel.zswapEnabled(on);
            return;
        }
        if (random.nextInt(4) == 0) {
            Costs.Algorithm algorithm = any(List.of(Costs.Algorithm.LZO, Costs.Algorithm.LZ4, Costs.Algorithm.ZSTD));
            note("zswap compressor %s", algorithm);
            duel.compressor(algorithm);
            return;
        }
        long max = random.nextInt(3) == 0 ? 20 : random.nextInt(3);
        long accept = random.nextInt(101);
        boolean shrinker = random.nextBoolean();
        note("zswap max %d accept %d shrinker %s", max, accept, shrinker);
        duel.zswapPool(max, accept, shrinker);
    }

    private void addSwap() throws ErrnoException {
        if (duel.ref.swap.devices.size() >= 3) {
            return;
        }
        int slots = 600 + random.nextInt(6000);
        int priority = random.nextInt(3) - 1;
        if (mix != OpMix.ZSWAP && random.nextInt(3) == 0) {
            long limit = random.nextInt(3) == 0 ? 20 + random.nextInt(300) : 0;
            note("zram swap %d slots, priority %d, limit %d", slots, priority, limit);
            duel.swapZram(slots, priority, limit);
            return;
        }
        String name = "d" + names++;
        note("disk swap %s %d slots, priority %d", name, slots, priority);
        duel.swapDisk(name, slots, priority, random.nextInt(4) == 0 ? Disk.Profile.HDD : Disk.Profile.NVME);
    }

    private void readahead() {
        if (random.nextBoolean()) {
            boolean vma = random.nextBoolean();
            note("vma_ra_enabled %s", vma);
            duel.vmaReadahead(vma);
            return;
        }
        int order = random.nextInt(3) == 0 ? 3 : random.nextInt(8);
        note("vm.page-cluster %d", order);
        duel.pageCluster(order);
    }

    private void swapoff() throws ErrnoException {
        if (duel.ref.swap.devices.isEmpty()) {
            return;
        }
        RefDevice device = any(duel.ref.swap.devices);
        note("swapoff %s", device.path);
        duel.swapoff(device);
    }

    private void mlock() throws ErrnoException {
        RefTask task = anyTask();
        if (!task.regions.isEmpty()) {
            RefRegion region = any(new ArrayList<>(task.regions.values()));
            boolean lock = random.nextBoolean();
            note("mlock %s %s", region.name, lock);
            duel.mlock(task, region, lock);
        }
    }

    private void dropCaches() {
        note("drop caches");
        duel.dropCaches();
    }
}
