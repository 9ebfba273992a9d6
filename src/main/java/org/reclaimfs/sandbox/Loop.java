package org.reclaimfs.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import jnr.ffi.Pointer;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;

/**
 * A loop device of ours behind a node of ours (drivers/block/loop.c, linux/loop.h). It is made with autoclear: the kernel frees it
 * with the last descriptor, whatever has become of us. The host's own nodes are not used, but for loop-control.
 */
final class Loop {
    private static final String CONTROL = "/dev/loop-control";
    private static final long GET_FREE = 0x4C82;
    private static final long CONFIGURE = 0x4C0A;

    // struct loop_config: fd, block_size, struct loop_info64 (flags and file name), reserved
    private static final int CONFIG_BYTES = 304;
    private static final int FLAGS = 60;
    private static final int AUTOCLEAR = 4;

    private static final int ATTEMPTS = 16;
    private static final int LOOKS = 10;
    private static final long LOOK_MS = 5;

    private final Kernel kernel;
    private final int index;
    private final Path node;
    /** MAJOR:MINOR. */
    final String number;

    private int fd;

    private Loop(Kernel kernel, int index, String number, int fd, Path node) {
        this.kernel = kernel;
        this.index = index;
        this.number = number;
        this.fd = fd;
        this.node = node;
    }

    /**
     * A device over a file, with a node that replaces what has its name.
     *
     * @param sectorBytes its logical block size
     */
    static Loop over(Kernel kernel, String file, int sectorBytes, Path node) throws ErrnoException, IOException {
        int backing = kernel.open(file, Kernel.O_RDWR);
        try {
            for (int i = 0; i < ATTEMPTS; i++) {
                int index = free(kernel);
                try {
                    return over(kernel, index, backing, sectorBytes, node);
                } catch (ErrnoException e) {
                    if (e.errno() != Errno.EBUSY && e.errno() != Errno.ENXIO) { // somebody else was quicker
                        throw e;
                    }
                }
            }
            throw new ErrnoException(Errno.EBUSY, "no free loop device");
        } finally {
            kernel.close(backing);
        }
    }

    private static int free(Kernel kernel) throws ErrnoException {
        int control = kernel.open(CONTROL, Kernel.O_RDWR);
        try {
            return (int) kernel.ioctl(control, GET_FREE, 0);
        } finally {
            kernel.close(control);
        }
    }

    private static Loop over(Kernel kernel, int index, int backing, int sectorBytes, Path node)
            throws ErrnoException, IOException {
        String number =
                Files.readString(Path.of("/sys/block/loop" + index + "/dev")).strip();
        int colon = number.indexOf(':');
        Path draft = node.resolveSibling("." + node.getFileName());
        Files.deleteIfExists(draft);
        kernel.makeNode(
                draft.toString(),
                0600,
                Integer.parseInt(number.substring(0, colon)),
                Integer.parseInt(number.substring(colon + 1)));
        int fd = kernel.open(draft.toString(), Kernel.O_RDWR);
        try {
            Pointer config = kernel.memory(CONFIG_BYTES);
            config.putInt(0, backing);
            config.putInt(4, sectorBytes);
            config.putInt(FLAGS, AUTOCLEAR);
            kernel.ioctl(fd, CONFIGURE, config.address());
        } catch (ErrnoException e) {
            kernel.close(fd);
            throw e;
        }
        Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString("rw-rw----")); // as udev does
        Files.move(draft, node, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return new Loop(kernel, index, number, fd, node);
    }

    /**
     * Lets go of the device, if nobody else holds it. Only closing tells: the kernel then frees it, or does not.
     *
     * @return whether it is free now; if not, it is held as before
     */
    boolean release() throws ErrnoException {
        close();
        if (freed()) {
            return true;
        }
        fd = kernel.open(node.toString(), Kernel.O_RDWR);
        if (bound()) {
            return false;
        }
        close(); // the other one has gone meanwhile
        return true;
    }

    /** Some kernels do it a moment after the last close. */
    private boolean freed() {
        try {
            for (int i = 0; i < LOOKS && bound(); i++) {
                Thread.sleep(LOOK_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return !bound();
    }

    private boolean bound() {
        return Files.exists(Path.of("/sys/block/loop" + index + "/loop/backing_file"));
    }

    boolean held() {
        return fd >= 0;
    }

    void close() {
        if (fd >= 0) {
            kernel.close(fd);
            fd = -1;
        }
    }
}
