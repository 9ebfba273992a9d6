package org.reclaimfs.fuse;

import jnr.ffi.Pointer;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.Caller;
import org.reclaimfs.kernfs.Kernfs;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.Signal;
import org.reclaimfs.kernfs.Sink;
import org.reclaimfs.kernfs.Stat;

/**
 * Answers what is asked most, straight from the request: open, read, fstat and close of files whose node numbers are known.
 * libfuse would build a path, note the request for interrupts and cross from C to Java and back for each. It keeps no books
 * of these requests that matter with {@code hard_remove}, so any request may go either way; the first open of a file, those
 * of users other than root (who need search permission on the way) and files that may wait for news go through libfuse.
 *
 * <p>Files whose directory was removed are answered here, too: libfuse would find no path and say ENOENT to fstat(2), at
 * which cat gives up before the read that would have told it ENODEV.
 *
 * <p>One for each thread.
 */
final class QuickAnswers {
    /** Sends an answer's bytes; false if the kernel no longer wants it. */
    @FunctionalInterface
    interface Out {
        boolean send(Pointer answer, int bytes);
    }

    /** The credentials of a request. */
    @FunctionalInterface
    interface Callers {
        Caller of(int uid, int gid, int pid);
    }

    private static final int OTHER = Integer.MIN_VALUE;
    private static final long NS = 1_000_000_000L;

    private final Kernfs kernfs;
    private final FuseFs fs;
    private final NodeFiles nodes;
    private final Callers callers;
    private final Out out;
    private final Pointer answer;
    private final int roomBytes;
    private final Sink text;

    /** {@code answer} is memory for the longest one, {@code bytes} long. */
    QuickAnswers(Kernfs kernfs, FuseFs fs, NodeFiles nodes, Callers callers, Out out, Pointer answer, int bytes) {
        this.kernfs = kernfs;
        this.fs = fs;
        this.nodes = nodes;
        this.callers = callers;
        this.out = out;
        this.answer = answer;
        this.roomBytes = bytes - Wire.OUT;
        this.text = (source, from, length) -> answer.put(Wire.OUT, source, from, length);
    }

    /** Answers the request; false if libfuse is to do it. */
    boolean answer(Pointer request) {
        int opcode = request.getInt(Wire.OPCODE);
        int bytes;
        try {
            bytes = switch (opcode) {
                case Wire.OPEN -> open(request);
                case Wire.READ -> read(request);
                case Wire.RELEASE -> release(request);
                case Wire.GETATTR -> getattr(request);
                case Wire.FORGET -> {
                    nodes.forget(request);
                    yield OTHER;
                }
                case Wire.BATCH_FORGET -> {
                    nodes.forgetAll(request);
                    yield OTHER;
                }
                default -> OTHER;
            };
        } catch (ErrnoException | RuntimeException | Error e) {
            bytes = Ending.errno(name(opcode), null, e);
        }
        if (bytes == OTHER) {
            return false;
        }
        boolean wanted = send(request, bytes);
        if (!wanted && opcode == Wire.OPEN && bytes >= 0) {
            fs.release(answer.getLong(Wire.OUT_HANDLE)); // interrupted: nobody will ever close it
        }
        return true;
    }

    /** {@code bytes} of answer, or −errno. */
    private boolean send(Pointer request, int bytes) {
        int length = Wire.OUT + Math.max(bytes, 0);
        answer.putInt(Wire.OUT_LENGTH, length);
        answer.putInt(Wire.OUT_ERROR, Math.min(bytes, 0));
        answer.putLong(Wire.OUT_UNIQUE, request.getLong(Wire.UNIQUE));
        return out.send(answer, length);
    }

    private static String name(int opcode) {
        return switch (opcode) {
            case Wire.OPEN -> "open";
            case Wire.READ -> "read";
            case Wire.RELEASE -> "release";
            default -> "getattr";
        };
    }

    private int open(Pointer request) throws ErrnoException {
        NodeFiles.Known known = nodes.get(request.getLong(Wire.NODE));
        if (known == null || known.file().dead()) {
            return OTHER; // by its path, which may lead to another file by now
        }
        Caller caller = caller(request);
        if (caller.uid() != 0) {
            return OTHER;
        }
        answer.putLong(Wire.OUT_HANDLE, fs.open(known.file(), request.getInt(Wire.OPEN_FLAGS), caller));
        answer.putLong(Wire.OUT_OPEN_FLAGS, Wire.FOPEN_DIRECT_IO);
        return Wire.OPEN_OUT_BYTES;
    }

    private Caller caller(Pointer request) {
        return callers.of(request.getInt(Wire.UID), request.getInt(Wire.GID), request.getInt(Wire.PID));
    }

    private int read(Pointer request) throws ErrnoException {
        OpenFile file = handle(request);
        int size = request.getInt(Wire.READ_SIZE);
        if (file == null || size < 0 || size > roomBytes) {
            return OTHER;
        }
        if (file.ref().spec().raw() != null || file.ref().spec().readChanges()) {
            return OTHER; // it may have to wait, and while this thread answers nobody else takes requests
        }
        return kernfs.read(file, request.getLong(Wire.READ_OFFSET), size, text, Signal.NEVER);
    }

    private int release(Pointer request) {
        if (handle(request) == null) {
            return OTHER; // a directory
        }
        fs.release(request.getLong(Wire.HANDLE));
        return 0;
    }

    private @Nullable OpenFile handle(Pointer request) {
        return fs.open().get(request.getLong(Wire.HANDLE)) instanceof OpenFile file ? file : null;
    }

    private int getattr(Pointer request) {
        NodeFiles.Known known = nodes.get(request.getLong(Wire.NODE));
        if (known == null) {
            return OTHER;
        }
        if (known.file().dead() ? !known.isOpen() : caller(request).uid() != 0) {
            return OTHER;
        }
        put(kernfs.stat(known.file()));
        return Wire.ATTR_OUT_BYTES;
    }

    private void put(Stat stat) {
        for (int at = Wire.OUT; at < Wire.OUT + Wire.ATTR_OUT_BYTES; at += Long.BYTES) {
            answer.putLong(at, 0); // valid for no time
        }
        answer.putLong(Wire.ATTR_INO, stat.ino());
        answer.putLong(Wire.ATTR_SIZE, stat.sizeBytes());
        time(0, stat.atimeNs());
        time(1, stat.mtimeNs());
        time(2, stat.ctimeNs());
        answer.putInt(Wire.ATTR_MODE, stat.mode());
        answer.putInt(Wire.ATTR_NLINK, stat.nlink());
        answer.putInt(Wire.ATTR_UID, stat.uid());
        answer.putInt(Wire.ATTR_GID, stat.gid());
        answer.putInt(Wire.ATTR_BLKSIZE, stat.blockBytes());
    }

    private void time(int which, long ns) {
        answer.putLong(Wire.ATTR_TIMES + (long) which * Long.BYTES, Math.floorDiv(ns, NS));
        answer.putInt(Wire.ATTR_NANOS + (long) which * Integer.BYTES, (int) Math.floorMod(ns, NS));
    }
}
