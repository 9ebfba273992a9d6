package org.reclaimfs.sysfs;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.Raw;
import org.reclaimfs.kernfs.Work;
import org.reclaimfs.machine.BlockDevice;
import org.reclaimfs.machine.Machine;

/**
 * /reclaimfs/nodes: where a process outside of the server, the keeper, is told which real block devices are to stand in for those
 * of the machine (exec's tier block; sandbox/NodeKeeper is the other end). Whoever changes a device waits for the node to follow,
 * so that the program's next stat(2) finds it. Lock: the machine's.
 *
 * <p>The keeper opens the file, writes "keep", and then reads wishes, a line each, in the order they are to be done:
 *
 * <pre>
 *   ID show NAME BYTES BLOCK   a node of /dev/NAME with this size and sector size; 0 bytes: one without room
 *   ID release NAME            let go of the device, unless somebody else has its node open
 *   ID remove NAME             no node any more
 *   ready                      what was there at "keep" has been told
 * </pre>
 *
 * <p>It writes what came of each, a line a write(2): {@code ID done [MAJOR:MINOR]}, {@code ID busy} or {@code ID failed}. When it
 * closes the file nobody waits for it any more.
 */
final class Nodes implements Raw<Machine> {
    private static final int ZRAM_SECTOR_BYTES = 4096;
    private static final int SECTOR_BYTES = 512;

    private final Machine machine;
    private final Consumer<String> renumbered;
    private final ArrayDeque<byte[]> unread = new ArrayDeque<>();
    private final Map<Long, Wish> open = new HashMap<>();
    private @Nullable OpenFile keeper;
    private long lastId;

    /** @param renumbered told the name of a device that is shown with another number from now on */
    Nodes(Machine machine, Consumer<String> renumbered) {
        this.machine = machine;
        this.renumbered = renumbered;
    }

    /** Something that the keeper has been asked for; as work it lasts until there is an answer, or a signal. */
    final class Wish implements Work {
        private final String name;
        private boolean answered;
        private boolean busy;

        private Wish(String name) {
            this.name = name;
        }

        /** Somebody else has the device open. */
        boolean busy() {
            return busy;
        }

        @Override
        public long slice(long nowNs) {
            return answered ? FINISHED : IDLE;
        }

        /** What has been changed stays so: only the waiting ends. */
        @Override
        public void signal() {
            answered = true;
        }
    }

    /** Whether there is a keeper, and so anything to wait for. */
    boolean kept() {
        return keeper != null;
    }

    // ---- wishes ----

    /** The node is to be as the device is now: its size, or gone with it. */
    Wish follow(String name) {
        for (BlockDevice device : BlockDevice.all(machine)) {
            if (device.name().equals(name)) {
                int sector = name.startsWith("zram") ? ZRAM_SECTOR_BYTES : SECTOR_BYTES;
                return wish("show", name, " " + device.bytes() + " " + sector);
            }
        }
        setNumber(name, null);
        return wish("remove", name, "");
    }

    /** The keeper's own hold on the device is to end, if it is the last. */
    Wish release(String name) {
        return wish("release", name, "");
    }

    private Wish wish(String what, String name, String more) {
        Wish wish = new Wish(name);
        if (keeper == null) {
            wish.answered = true;
        } else {
            open.put(++lastId, wish);
            tell(lastId + " " + what + " " + name + more);
        }
        return wish;
    }

    private void tell(String line) {
        unread.add((line + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    // ---- the file ----

    @Override
    public int read(Machine subject, OpenFile file, long offset, byte[] target, int length) throws ErrnoException {
        if (file != keeper) {
            return 0; // who only looks is not told
        }
        byte[] line = unread.peek();
        if (line == null) {
            return WAIT;
        }
        if (line.length > length) {
            throw new ErrnoException(Errno.EINVAL, "a line of " + line.length + " bytes does not fit");
        }
        unread.remove();
        System.arraycopy(line, 0, target, 0, line.length);
        return line.length;
    }

    @Override
    public int write(Machine subject, OpenFile file, long offset, byte[] source, int length) throws ErrnoException {
        String line = new String(source, 0, length, StandardCharsets.US_ASCII).strip();
        if (line.equals("keep")) {
            keep(file);
        } else if (file == keeper) {
            answer(line.split(" "));
        } else {
            throw new ErrnoException(Errno.EINVAL, "expected \"keep\"");
        }
        return length;
    }

    private void keep(OpenFile file) throws ErrnoException {
        if (keeper != null) {
            throw new ErrnoException(Errno.EBUSY, "another sandbox has the block devices of this machine");
        }
        keeper = file;
        file.onRelease(this::leave);
        for (BlockDevice device : BlockDevice.all(machine)) {
            follow(device.name());
        }
        tell("ready");
    }

    private void answer(String[] words) throws ErrnoException {
        Wish wish = words.length < 2 || !words[0].matches("[0-9]{1,18}") ? null : open.remove(Long.parseLong(words[0]));
        if (wish == null) {
            throw new ErrnoException(Errno.EINVAL, "no such wish is open");
        }
        wish.answered = true;
        wish.busy = words[1].equals("busy");
        if (words.length > 2) {
            setNumber(wish.name, words[2]);
        }
    }

    private void leave() {
        keeper = null;
        unread.clear();
        open.values().forEach(Wish::signal);
        open.clear();
        for (BlockDevice device : BlockDevice.all(machine)) {
            setNumber(device.name(), null);
        }
    }

    private void setNumber(String name, @Nullable String number) {
        if (number == null) {
            machine.nodeNumbers().clear(name);
        } else {
            int colon = number.indexOf(':');
            int major = Integer.parseInt(number.substring(0, colon));
            machine.nodeNumbers().set(name, major, Integer.parseInt(number.substring(colon + 1)));
        }
        renumbered.accept(name);
    }

    @Override
    public long sizeBytes(Machine subject) {
        return 0;
    }

    // ---- it is used through an open file only ----

    @Override
    public int read(Machine subject, long offset, byte[] target, int length) {
        throw new IllegalStateException("nodes is read through an open file");
    }

    @Override
    public int write(Machine subject, long offset, byte[] source, int length) {
        throw new IllegalStateException("nodes is written through an open file");
    }

    @Override
    public void discard(Machine subject, long offset, long length) throws ErrnoException {
        throw new ErrnoException(Errno.EOPNOTSUPP, "a stream has no holes");
    }
}
