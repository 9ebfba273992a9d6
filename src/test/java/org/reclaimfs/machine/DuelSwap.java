package org.reclaimfs.machine;

import java.util.Map;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Costs;
import org.reclaimfs.swap.Disk;
import org.reclaimfs.zram.ZramDevice;

/** What a {@link Duel} does to zswap, to swap devices and to readahead. */
final class DuelSwap {
    /** What a write takes where the end of the slice ends it: it is under way for all of the slice. */
    private static final double LONG_NS = 1e12;

    private static final Map<Disk.Profile, Integer> WRITE_NS = Map.of(
            Disk.Profile.OPTANE, 10_000,
            Disk.Profile.NVME, 20_000,
            Disk.Profile.SATA, 60_000,
            Disk.Profile.HDD, 10_000_000,
            Disk.Profile.VIRTIO, 50_000,
            Disk.Profile.NETWORK, 500_000);

    private final Machine fast;
    private final RefMachine ref;
    private final DuelDriver driver;

    DuelSwap(Machine fast, RefMachine ref, DuelDriver driver) {
        this.fast = fast;
        this.ref = ref;
        this.driver = driver;
    }

    void zswapEnabled(boolean on) {
        fast.zswap().setEnabled(on);
        ref.zswap.enabled = on;
    }

    void compressor(Costs.Algorithm algorithm) {
        fast.zswap().setCompressor(algorithm);
        ref.zswap.compressor = algorithm;
    }

    void zswapPool(long maxPercent, long acceptPercent, boolean shrinker) {
        fast.zswap().setMaxPoolPercent(maxPercent);
        fast.zswap().setAcceptThresholdPercent(acceptPercent);
        fast.zswap().setShrinkerEnabled(shrinker);
        ref.zswap.maxPercent = maxPercent;
        ref.zswap.acceptPercent = acceptPercent;
        ref.zswap.shrinkerEnabled = shrinker;
    }

    void swapDisk(String name, int slots, int priority, Disk.Profile profile) throws ErrnoException {
        Disk disk = fast.devices().disk(name);
        if (disk == null) {
            disk = new Disk(name, slots * 4096L, profile);
            disk.setHealth(false, ref.lateIo ? 0 : LONG_NS / WRITE_NS.get(profile));
            fast.devices().addDisk(disk);
        }
        fast.devices().swapon("/dev/" + name, priority);
        RefDevice device =
                new RefDevice(ref.ram, "/dev/" + name, slots, priority, false, disk.profile() != Disk.Profile.HDD);
        device.writtenPages = disk.writtenPages();
        device.readPages = disk.readPages();
        ref.swap.add(device);
    }

    void swapZram(int slots, int priority, long limitPages) throws ErrnoException {
        ZramDevice zram = fast.devices().addZram();
        if (zram.setDisksize(slots) != ZramDevice.Initialised.OK) {
            throw new IllegalStateException("no memory for " + zram.name());
        }
        for (long i = 0; i < RefDevice.tablePages(slots); i++) {
            ref.ram.takeKernel(false);
        }
        zram.setMemLimitPages(limitPages);
        fast.devices().swapon("/dev/" + zram.name(), priority);
        RefDevice device = new RefDevice(ref.ram, "/dev/" + zram.name(), slots, priority, true, true);
        device.limitPages = limitPages;
        device.store(0, new Content("swap header", 73, false, false), 0);
        ref.swap.add(device);
    }

    void swapoff(RefDevice device) throws ErrnoException {
        Errno got = driver.drive(fast.devices().swapoff(device.path));
        RefSwapoff.run(ref, device);
        ref.operationEnded();
        if (device.zram) {
            int id = Integer.parseInt(device.path.substring("/dev/zram".length()));
            fast.devices().removeZram(id);
            device.reset();
        }
        Duel.agree("swapoff " + device.path, got, null);
    }

    void pageCluster(int order) {
        fast.readahead().setPageCluster(order);
        ref.readahead.pageCluster = order;
    }

    void vmaReadahead(boolean on) {
        fast.readahead().setAddressMode(on);
        ref.readahead.vmaEnabled = on;
    }
}
