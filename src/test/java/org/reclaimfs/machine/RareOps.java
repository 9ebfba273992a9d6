package org.reclaimfs.machine;

import java.util.ArrayList;
import java.util.List;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.mm.Costs;
import org.reclaimfs.swap.Disk;

/** Settings of zswap and readahead, swap devices that come and go, mlock. */
final class RareOps {
    private final Draw draw;

    RareOps(Draw draw) {
        this.draw = draw;
    }

    void operation(int kind) throws ErrnoException {
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
            draw.dropCaches();
        }
    }

    private void zswapSettings() {
        if (draw.random.nextInt(4) == 0) {
            boolean on = draw.random.nextInt(3) != 0;
            draw.note("zswap enabled %s", on);
            draw.duel.swap.zswapEnabled(on);
            return;
        }
        if (draw.random.nextInt(4) == 0) {
            Costs.Algorithm algorithm =
                    draw.any(List.of(Costs.Algorithm.LZO, Costs.Algorithm.LZ4, Costs.Algorithm.ZSTD));
            draw.note("zswap compressor %s", algorithm);
            draw.duel.swap.compressor(algorithm);
            return;
        }
        long max = draw.random.nextInt(3) == 0 ? 20 : draw.random.nextInt(3);
        long accept = draw.random.nextInt(101);
        boolean shrinker = draw.random.nextBoolean();
        draw.note("zswap max %d accept %d shrinker %s", max, accept, shrinker);
        draw.duel.swap.zswapPool(max, accept, shrinker);
    }

    void addSwap() throws ErrnoException {
        if (draw.duel.ref.swap.devices.size() >= 3) {
            return;
        }
        int slots = 600 + draw.random.nextInt(6000);
        int priority = draw.random.nextInt(3) - 1;
        boolean zram = draw.mix == OpMix.THRASH || draw.mix != OpMix.ZSWAP && draw.random.nextInt(3) == 0;
        if (zram) {
            long limit = draw.random.nextInt(3) == 0 ? 20 + draw.random.nextInt(300) : 0;
            draw.note("zram swap %d slots, priority %d, limit %d", slots, priority, limit);
            draw.duel.swap.swapZram(slots, priority, limit);
            return;
        }
        String name = draw.name("d");
        draw.note("disk swap %s %d slots, priority %d", name, slots, priority);
        draw.duel.swap.swapDisk(
                name, slots, priority, draw.random.nextInt(4) == 0 ? Disk.Profile.HDD : Disk.Profile.NVME);
    }

    void readahead() {
        if (draw.random.nextBoolean()) {
            boolean vma = draw.random.nextBoolean();
            draw.note("vma_ra_enabled %s", vma);
            draw.duel.swap.vmaReadahead(vma);
            return;
        }
        int order = draw.random.nextInt(3) == 0 ? 3 : draw.random.nextInt(8);
        draw.note("vm.page-cluster %d", order);
        draw.duel.swap.pageCluster(order);
    }

    private void swapoff() throws ErrnoException {
        if (draw.duel.ref.swap.devices.isEmpty()) {
            return;
        }
        RefDevice device = draw.any(draw.duel.ref.swap.devices);
        draw.note("swapoff %s", device.path);
        draw.duel.swap.swapoff(device);
    }

    private void mlock() throws ErrnoException {
        RefTask task = draw.anyTask();
        if (!task.regions.isEmpty()) {
            RefRegion region = draw.any(new ArrayList<>(task.regions.values()));
            boolean lock = draw.random.nextBoolean();
            draw.note("mlock %s %s", region.name, lock);
            draw.duel.mlock(task, region, lock);
        }
    }
}
