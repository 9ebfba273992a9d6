package org.reclaimfs.sandbox;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;

/**
 * A system call that waits for an answer, and the memory of its caller.
 *
 * <p>Between reading an argument and the answer another thread of the caller may write to it. That is harmless here: what
 * is read is read once, the answer is about that, and nothing of the host is decided by it. A call is never let through
 * because of what was read, unless the kernel does the same to any caller (statfs, name_to_handle_at).
 *
 * @param id the kernel's
 * @param tid the calling thread, as this process sees it
 * @param nr number of the call
 * @param args its arguments
 */
record Call(long id, int tid, int nr, long[] args) {
    private static final int PATH_MAX = 4096;
    private static final int CHUNK = 256;

    private String proc(String file) {
        return "/proc/" + tid + "/" + file;
    }

    /** Where the caller's paths begin. */
    String root() {
        return proc("root");
    }

    /** A path argument made absolute. Errors: EFAULT, ENOENT, ENAMETOOLONG. */
    String path(int argument) throws ErrnoException {
        String path = string(args[argument]);
        if (path.isEmpty()) {
            throw new ErrnoException(Errno.ENOENT, "empty path");
        }
        return path.startsWith("/") ? path : link("cwd") + "/" + path;
    }

    /** What a descriptor of the caller is open on. Errors: EBADF. */
    String descriptor(long fd) throws ErrnoException {
        return link("fd/" + (int) fd);
    }

    private String link(String file) throws ErrnoException {
        try {
            return Files.readSymbolicLink(Path.of(proc(file))).toString();
        } catch (IOException e) {
            throw new ErrnoException(Errno.EBADF, file);
        }
    }

    /** The path in /proc by which a descriptor of the caller can be opened here. */
    String descriptorPath(long fd) {
        return proc("fd/" + (int) fd);
    }

    /** The text at an address. Errors: EFAULT, ENAMETOOLONG. */
    String string(long address) throws ErrnoException {
        byte[] bytes = new byte[PATH_MAX];
        int length = 0;
        try (RandomAccessFile memory = new RandomAccessFile(proc("mem"), "r")) {
            memory.seek(address);
            while (length < bytes.length) {
                // In small steps: what lies behind the text may not be mapped.
                int step = CHUNK - (int) ((address + length) % CHUNK);
                int count = memory.read(bytes, length, Math.min(step, bytes.length - length));
                if (count <= 0) {
                    break;
                }
                for (int end = length + count; length < end; length++) {
                    if (bytes[length] == 0) {
                        return new String(bytes, 0, length, StandardCharsets.UTF_8);
                    }
                }
            }
        } catch (IOException e) {
            throw new ErrnoException(Errno.EFAULT, "cannot read the caller's memory");
        }
        throw new ErrnoException(length == PATH_MAX ? Errno.ENAMETOOLONG : Errno.EFAULT, "no end of the path");
    }

    /** An int at an address. Errors: EFAULT. */
    int integer(long address) throws ErrnoException {
        try (RandomAccessFile memory = new RandomAccessFile(proc("mem"), "r")) {
            memory.seek(address);
            return Integer.reverseBytes(memory.readInt());
        } catch (IOException e) {
            throw new ErrnoException(Errno.EFAULT, "cannot read the caller's memory");
        }
    }

    /** Errors: EFAULT. */
    void store(long address, byte[] bytes) throws ErrnoException {
        try (RandomAccessFile memory = new RandomAccessFile(proc("mem"), "rw")) {
            memory.seek(address);
            memory.write(bytes);
        } catch (IOException e) {
            throw new ErrnoException(Errno.EFAULT, "cannot write the caller's memory");
        }
    }

    /** The process of the calling thread. Errors: ESRCH. */
    int process() throws ErrnoException {
        String tgid = status("Tgid");
        if (tgid.isEmpty()) {
            throw new ErrnoException(Errno.ESRCH, "the caller has gone");
        }
        return Integer.parseInt(tgid);
    }

    /** Whether the caller has a capability in its user namespace. */
    boolean capable(int capability) {
        String effective = status("CapEff");
        return !effective.isEmpty() && (Long.parseUnsignedLong(effective, 16) >>> capability & 1) != 0;
    }

    /** A value in the caller's status; empty if it has gone. */
    private String status(String key) {
        try {
            for (String line : Files.readAllLines(Path.of(proc("status")), StandardCharsets.ISO_8859_1)) {
                if (line.startsWith(key + ":")) {
                    return line.substring(key.length() + 1).strip();
                }
            }
        } catch (IOException e) {
            return "";
        }
        return "";
    }
}
