package org.reclaimfs.fuse;

import java.util.concurrent.ConcurrentHashMap;
import jnr.ffi.Pointer;
import org.reclaimfs.kernfs.Kernfs;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.Stat;

/**
 * Answers fstat(2) of a file that is open though its directory has been removed. libfuse looks for a path, finds none and
 * says ENOENT, at which cat gives up before the read that would have told it ENODEV. Thread safe.
 */
final class RemovedFiles {
    // struct fuse_in_header, linux/fuse.h
    private static final int IN_OPCODE = 4;
    private static final int IN_UNIQUE = 8;
    private static final int IN_NODE = 16;
    private static final int GETATTR = 3;

    // struct fuse_out_header, then struct fuse_attr_out as protocol 7.19 has it: no timeouts, then the attributes
    private static final int OUT_BYTES = 120;
    private static final int OUT_LEN = 0;
    private static final int OUT_UNIQUE = 8;
    private static final int ATTR = 32;
    private static final int ATTR_MODE = ATTR + 60;
    private static final int ATTR_UID = ATTR + 68;
    private static final int ATTR_GID = ATTR + 72;
    private static final int ATTR_BLKSIZE = ATTR + 80;

    private final Kernfs kernfs;
    /** The file last opened at each of the kernel's node numbers; a node with an open file keeps its number. */
    private final ConcurrentHashMap<Long, OpenFile> byNode = new ConcurrentHashMap<>();

    RemovedFiles(Kernfs kernfs) {
        this.kernfs = kernfs;
    }

    void opened(OpenFile file) {
        byNode.put(SessionLoop.currentNode(), file);
    }

    void released(OpenFile file) {
        byNode.remove(SessionLoop.currentNode(), file);
    }

    /** The node number of a request. */
    static long node(Pointer request) {
        return request.getLong(IN_NODE);
    }

    /** Writes the reply, if the request is an fstat of a removed file; false if libfuse is to handle it. */
    boolean answer(Pointer request, LibFuse2 lib, int fd, Pointer reply) {
        if (request.getInt(IN_OPCODE) != GETATTR) {
            return false;
        }
        OpenFile file = byNode.get(node(request));
        if (file == null || !file.ref().dead()) {
            return false;
        }
        Stat stat = kernfs.stat(file.ref());
        for (int at = 0; at < OUT_BYTES; at += Long.BYTES) {
            reply.putLong(at, 0);
        }
        reply.putInt(OUT_LEN, OUT_BYTES);
        reply.putLong(OUT_UNIQUE, request.getLong(IN_UNIQUE));
        reply.putLong(ATTR, stat.ino());
        reply.putLong(ATTR + 8, stat.sizeBytes());
        reply.putInt(ATTR_MODE, stat.mode()); // the link count behind it stays 0
        reply.putInt(ATTR_UID, stat.uid());
        reply.putInt(ATTR_GID, stat.gid());
        reply.putInt(ATTR_BLKSIZE, stat.blockBytes());
        return lib.write(fd, reply, OUT_BYTES) == OUT_BYTES;
    }

    /** Bytes a reply needs. */
    static int replyBytes() {
        return OUT_BYTES;
    }
}
