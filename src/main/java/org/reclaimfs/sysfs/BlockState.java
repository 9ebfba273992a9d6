package org.reclaimfs.sysfs;

import static org.reclaimfs.kernfs.Shapes.always;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.FileSpec;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.Raw;
import org.reclaimfs.zram.SlotState;

/**
 * debugfs zram/zramN/block_state: a line for each slot that holds something (read_block_state, 7.2; spec/23 section 6). The
 * file's offset counts slots; a reader who goes on where it was is taken to go on with the next slot, since FUSE counts
 * bytes.
 */
final class BlockState implements Raw<ZramFiles> {
    private static final int OWNER_READS = 0400;

    /** Where an open file is. */
    private static final class Position {
        long offset;
        int slot;
    }

    static List<FileSpec<ZramFiles>> rows() {
        return List.of(FileSpec.raw("block_state", OWNER_READS, always(), new BlockState()));
    }

    @Override
    public long sizeBytes(ZramFiles zram) {
        return 0;
    }

    @Override
    public int read(ZramFiles zram, OpenFile file, long offset, byte[] target, int length) throws ErrnoException {
        ZramRows.needInitialised(zram);
        Position at = file.attachment() instanceof Position known ? known : new Position();
        file.attachment(at);
        if (offset != at.offset) {
            at.slot = (int) Math.min(offset, zram.device.disksizePages());
        }
        int filled = 0;
        int slot = zram.device.nextStored(at.slot);
        while (slot >= 0) {
            byte[] line = line(slot, zram.device.slotState(slot)).getBytes(StandardCharsets.US_ASCII);
            if (filled + line.length >= length) {
                break; // the kernel wants room for a NUL, too
            }
            System.arraycopy(line, 0, target, filled, line.length);
            filled += line.length;
            at.slot = slot + 1;
            slot = zram.device.nextStored(at.slot);
        }
        at.offset = offset + filled;
        return filled;
    }

    private static String line(int slot, SlotState state) {
        String flags = flag(state.same(), 's')
                + flag(state.writtenBack(), 'w')
                + flag(state.huge(), 'h')
                + flag(state.idle(), 'i')
                + flag(state.recompressed(), 'r')
                + flag(state.incompressible(), 'n');
        return String.format(Locale.ROOT, "%12d %12d.%06d %s\n", slot, state.accessSeconds(), 0, flags);
    }

    private static String flag(boolean set, char letter) {
        return set ? String.valueOf(letter) : ".";
    }

    // ---- without an open file there is no position ----

    @Override
    public int read(ZramFiles zram, long offset, byte[] target, int length) {
        throw new IllegalStateException("block_state is read through an open file");
    }

    @Override
    public int write(ZramFiles zram, long offset, byte[] source, int length) throws ErrnoException {
        throw new ErrnoException(Errno.EINVAL, "block_state is not written");
    }

    @Override
    public void discard(ZramFiles zram, long offset, long length) throws ErrnoException {
        throw new ErrnoException(Errno.EOPNOTSUPP, "block_state has no holes");
    }
}
