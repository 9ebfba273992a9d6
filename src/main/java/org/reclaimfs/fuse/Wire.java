package org.reclaimfs.fuse;

/**
 * Offsets of the messages on /dev/fuse that {@link QuickAnswers} and {@link SessionLoop} read and write (linux/fuse.h, protocol 7.19, which
 * libfuse 2.9 negotiates with every newer kernel).
 */
final class Wire {
    private Wire() {}

    // Operation codes
    static final int FORGET = 2;
    static final int GETATTR = 3;
    static final int OPEN = 14;
    static final int READ = 15;
    static final int RELEASE = 18;
    static final int READDIR = 28;
    static final int BATCH_FORGET = 42;

    // struct fuse_in_header
    static final int OPCODE = 4;
    static final int UNIQUE = 8;
    static final int NODE = 16;
    static final int UID = 24;
    static final int GID = 28;
    static final int PID = 32;
    /** Where what belongs to the operation begins. */
    static final int IN = 40;

    // struct fuse_open_in, fuse_read_in (of readdir, too), fuse_release_in
    static final int OPEN_FLAGS = IN;
    static final int HANDLE = IN;
    static final int READ_OFFSET = IN + 8;
    static final int READ_SIZE = IN + 16;

    // struct fuse_batch_forget_in, then so many struct fuse_forget_one
    static final int FORGET_COUNT = IN;
    static final int FORGET_FIRST = IN + 8;
    static final int FORGET_BYTES = 16;

    // struct fuse_out_header
    static final int OUT_LENGTH = 0;
    static final int OUT_ERROR = 4;
    static final int OUT_UNIQUE = 8;
    /** Where the answer proper begins. */
    static final int OUT = 16;

    // struct fuse_open_out
    static final int OUT_HANDLE = OUT;
    static final int OUT_OPEN_FLAGS = OUT + 8;
    static final int FOPEN_DIRECT_IO = 1;
    static final int OPEN_OUT_BYTES = 16;

    // struct fuse_attr_out: how long it is valid (16 bytes), then struct fuse_attr
    static final int ATTR_OUT_BYTES = 104;
    static final int ATTR_INO = OUT + 16;
    static final int ATTR_SIZE = OUT + 24;
    static final int ATTR_TIMES = OUT + 40; // atime, mtime, ctime: seconds
    static final int ATTR_NANOS = OUT + 64;
    static final int ATTR_MODE = OUT + 76;
    static final int ATTR_NLINK = OUT + 80;
    static final int ATTR_UID = OUT + 84;
    static final int ATTR_GID = OUT + 88;
    static final int ATTR_BLKSIZE = OUT + 96;
}
