package org.reclaimfs.machine;

import java.util.List;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.memcg.PageCounter;

/** Limits, protection, and cgroups that come and go. */
final class TreeOps {
    private final Draw draw;

    TreeOps(Draw draw) {
        this.draw = draw;
    }

    void operation(int kind) throws ErrnoException {
        if (kind < 66) {
            max();
        } else if (kind < 69) {
            high();
        } else if (kind < 72) {
            protect();
        } else if (kind < 75) {
            swapLimits();
        } else if (kind < 76) {
            draw.exit();
        } else if (kind < 77) {
            move();
        } else if (kind < 80) {
            removeOrMake();
        } else {
            writebackSwitch();
        }
    }

    private void max() {
        String path = draw.any(draw.leaves());
        boolean off = draw.random.nextInt(3) == 0;
        if (draw.random.nextInt(4) == 0) {
            path = path.contains("/b/") ? "/b" : path;
        }
        long pages = off ? PageCounter.MAX : draw.random.nextInt(3000);
        draw.note("memory.max %s %d", path, pages);
        draw.duel.max(path, pages);
    }

    private void high() {
        String path = draw.any(draw.leaves());
        long pages = draw.random.nextInt(3) == 0 ? PageCounter.MAX : draw.random.nextInt(3000);
        draw.note("memory.high %s %d", path, pages);
        draw.duel.high(path, pages);
    }

    private void protect() {
        List<String> paths = draw.duel.ref.memcgs.keySet().stream()
                .filter(p -> !p.equals("/"))
                .toList();
        String path = draw.any(paths);
        long min = draw.random.nextInt(3) == 0 ? draw.random.nextInt(1000) : 0;
        long low = draw.random.nextInt(3) != 0 ? draw.random.nextInt(2500) : 0;
        draw.note("memory.min, low %s %d %d", path, min, low);
        draw.duel.protection(path, min, low);
    }

    private void swapLimits() {
        String path = draw.any(draw.leaves());
        long pages = draw.random.nextInt(3) == 0 ? PageCounter.MAX : draw.random.nextInt(1500);
        if (draw.random.nextInt(3) == 0) {
            draw.note("memory.swap.high %s %d", path, pages);
            draw.duel.swapHigh(path, pages);
        } else if (draw.random.nextBoolean()) {
            draw.note("memory.swap.max %s %d", path, pages);
            draw.duel.swapMax(path, pages);
        } else {
            long zswapPages = pages == PageCounter.MAX ? pages : pages / 8;
            draw.note("memory.zswap.max %s %d", path, zswapPages);
            draw.duel.zswapMax(path, zswapPages);
        }
    }

    private void move() throws ErrnoException {
        RefTask task = draw.anyTask();
        String path =
                draw.any(draw.leaves().stream().filter(p -> !p.equals("/b")).toList());
        draw.note("move %s to %s", task.name, path);
        draw.duel.move(task, path);
    }

    private void removeOrMake() throws ErrnoException {
        if (draw.random.nextBoolean() && draw.duel.ref.memcgs.size() < 8) {
            draw.mkdir((draw.random.nextBoolean() && draw.duel.ref.memcgs.containsKey("/b") ? "/b/" : "/")
                    + draw.name("x"));
            return;
        }
        List<String> empty = draw.leaves().stream()
                .filter(p -> !p.equals("/a") && !p.equals("/b"))
                .filter(p -> draw.duel.ref.tasks.values().stream().noneMatch(t -> t.memcg.path.equals(p)))
                .toList();
        if (!empty.isEmpty()) {
            String path = draw.any(empty);
            draw.note("rmdir %s", path);
            draw.duel.rmdir(path);
        }
    }

    private void writebackSwitch() {
        List<String> paths = draw.duel.ref.memcgs.keySet().stream()
                .filter(p -> !p.equals("/"))
                .toList();
        String path = draw.any(paths);
        if (draw.random.nextInt(3) == 0) {
            boolean group = draw.random.nextBoolean();
            draw.note("memory.oom.group %s %s", path, group);
            draw.duel.oomGroup(path, group);
            return;
        }
        boolean on = draw.random.nextInt(3) != 0;
        draw.note("memory.zswap.writeback %s %s", path, on);
        draw.duel.writeback(path, on);
    }
}
