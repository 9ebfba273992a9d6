package org.reclaimfs.devfs;

import java.util.concurrent.locks.Lock;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.Caller;
import org.reclaimfs.kernfs.FsKind;
import org.reclaimfs.kernfs.Gate;
import org.reclaimfs.kernfs.KernelVersion;
import org.reclaimfs.kernfs.Kernfs;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.Signal;
import org.reclaimfs.kernfs.Work;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.machine.MachineConfig;
import org.reclaimfs.swap.Disk;

/** A machine with a zram device, a RAM disk and a disk of 16 MiB, and its /dev; time stands still. */
final class DeviceWorld implements Gate {
    final Machine machine = new Machine(MachineConfig.defaults());
    final Kernfs fs;

    DeviceWorld() {
        machine.devices().addDisk(new Disk("vda", 16L << 20, Disk.Profile.NVME));
        machine.devices().addDisk(new Disk("ram0", 4L << 20, Disk.Profile.RAM));
        fs = new Kernfs(this, () -> 0, KernelVersion.MIRRORED);
        new DevFs(machine).mountAt(fs.root().addDir("dev", FsKind.PLAIN));
        machine.devices().addZram(); // a device that comes later
    }

    @Override
    public Lock lock() {
        return machine.lock();
    }

    @Override
    public long enter() {
        return 0;
    }

    @Override
    public void drive(Work work, Signal signal) {
        throw new IllegalStateException("nothing here waits");
    }

    OpenFile open(String name) throws ErrnoException {
        return fs.open("/dev/" + name, OpenFile.O_RDWR, Caller.ROOT);
    }

    byte[] read(OpenFile file, long offset, int length) throws ErrnoException {
        byte[][] got = {new byte[0]};
        fs.read(
                file,
                offset,
                length,
                (bytes, from, count) -> got[0] = java.util.Arrays.copyOfRange(bytes, from, from + count));
        return got[0];
    }

    int write(OpenFile file, long offset, byte[] bytes) throws ErrnoException {
        return fs.write(file, bytes, offset, Signal.NEVER);
    }

    /** OK, or the errno of an action. */
    static String result(Action action) {
        try {
            action.run();
            return "OK";
        } catch (ErrnoException e) {
            return e.errno().toString();
        }
    }

    interface Action {
        void run() throws ErrnoException;
    }
}
