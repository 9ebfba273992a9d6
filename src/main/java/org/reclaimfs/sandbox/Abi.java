package org.reclaimfs.sandbox;

import org.jspecify.annotations.Nullable;

/** System call numbers of the machines this runs on (asm/unistd.h), and the machine's own number (linux/audit.h). */
enum Abi {
    X86_64("amd64", 0xC000003E, 137, 138, 99, 167, 168, 303, 435, 317, 16, 437, 55, 259, 40, 175, 176, 313, 350),
    AARCH64("aarch64", 0xC00000B7, 43, 44, 179, 224, 225, 264, 435, 277, 29, 437, 209, 33, 71, 105, 106, 273, 379);

    // The same on every machine.
    static final int PIDFD_OPEN = 434;
    static final int PIDFD_GETFD = 438;

    private final String javaName;
    final int audit;
    final int statfs;
    final int fstatfs;
    final int sysinfo;
    final int swapon;
    final int swapoff;
    final int nameToHandleAt;
    final int clone3;
    final int seccomp;
    final int ioctl;
    final int openat2;
    final int getsockopt;
    final int mknodat;
    final int sendfile;
    final int initModule;
    final int deleteModule;
    final int finitModule;
    /** Of the 32-bit entry points, whose other numbers that are needed here are the same on i386 and ARM. */
    final int finitModule32;

    Abi(
            String javaName,
            int audit,
            int statfs,
            int fstatfs,
            int sysinfo,
            int swapon,
            int swapoff,
            int nameToHandleAt,
            int clone3,
            int seccomp,
            int ioctl,
            int openat2,
            int getsockopt,
            int mknodat,
            int sendfile,
            int initModule,
            int deleteModule,
            int finitModule,
            int finitModule32) {
        this.javaName = javaName;
        this.audit = audit;
        this.statfs = statfs;
        this.fstatfs = fstatfs;
        this.sysinfo = sysinfo;
        this.swapon = swapon;
        this.swapoff = swapoff;
        this.nameToHandleAt = nameToHandleAt;
        this.clone3 = clone3;
        this.seccomp = seccomp;
        this.ioctl = ioctl;
        this.openat2 = openat2;
        this.getsockopt = getsockopt;
        this.mknodat = mknodat;
        this.sendfile = sendfile;
        this.initModule = initModule;
        this.deleteModule = deleteModule;
        this.finitModule = finitModule;
        this.finitModule32 = finitModule32;
    }

    /** This machine's, or null if it is another one. */
    static @Nullable Abi current() {
        String name = System.getProperty("os.arch");
        for (Abi abi : values()) {
            if (abi.javaName.equals(name)) {
                return abi;
            }
        }
        return null;
    }
}
