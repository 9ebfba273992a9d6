package org.reclaimfs.sandbox;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.reclaimfs.abi.Errno;

/**
 * A seccomp filter: which system calls are refused, which are answered by the supervisor. A pure program of classic BPF
 * (linux/filter.h, linux/seccomp.h); all others are allowed.
 */
final class Filter {
    /** Bytes of a struct sock_filter. */
    static final int INSTRUCTION_BYTES = 8;

    static final int ALLOW = 0x7fff0000;
    static final int NOTIFY = 0x7fc00000;
    private static final int ERRNO = 0x00050000;

    // BPF_LD|BPF_W|BPF_ABS, BPF_JMP|BPF_JEQ|BPF_K, BPF_JMP|BPF_JGE|BPF_K, BPF_RET|BPF_K
    private static final int LOAD = 0x20;
    private static final int IF_EQUAL = 0x15;
    private static final int IF_AT_LEAST = 0x35;
    private static final int RETURN = 0x06;

    // struct seccomp_data
    private static final int NR = 0;
    private static final int ARCH = 4;
    private static final int ARGS = 16;

    // asm-generic/socket.h
    static final int SOL_SOCKET = 1;
    static final int SO_PEERCRED = 17;

    /** Numbers from here on are x86-64's x32 calls, another way to the same kernel functions. */
    private static final int X32 = 0x40000000;

    /** swapon, swapoff, init_module and delete_module of the 32-bit entry points, the same on i386 and ARM. */
    private static final int[] REFUSED_32 = {87, 115, 128, 129};

    private record Instruction(int code, int ifTrue, int ifFalse, int k) {}

    private final List<Instruction> program = new ArrayList<>();

    private Filter() {}

    /** Only the tier files: nothing is answered, but swap never reaches the host. */
    static Filter refusingSwap(Abi abi) {
        Filter filter = begin(abi);
        filter.rule(abi.swapon, refused(Errno.EPERM));
        filter.rule(abi.swapoff, refused(Errno.EPERM));
        return filter.end();
    }

    /** The tier syscalls. Without a supervisor the kernel answers ENOSYS to what it would be asked. */
    static Filter supervised(Abi abi) {
        Filter filter = begin(abi);
        filter.rule(abi.swapon, NOTIFY);
        filter.rule(abi.swapoff, NOTIFY);
        filter.rule(abi.statfs, NOTIFY);
        filter.rule(abi.fstatfs, NOTIFY);
        filter.rule(abi.sysinfo, NOTIFY);
        filter.rule(abi.nameToHandleAt, NOTIFY);
        // CLONE_INTO_CGROUP takes no directory of ours; programs fall back to clone only on ENOSYS.
        filter.rule(abi.clone3, refused(Errno.ENOSYS));
        filter.peerRule(abi.getsockopt);
        return filter.end();
    }

    static int refused(Errno errno) {
        return ERRNO | errno.number();
    }

    private static Filter begin(Abi abi) {
        Filter filter = new Filter();
        filter.load(ARCH);
        filter.add(IF_EQUAL, 4 + 2 * REFUSED_32.length, 0, abi.audit);
        filter.load(NR);
        for (int number : REFUSED_32) {
            filter.rule(number, refused(Errno.EPERM));
        }
        filter.rule(abi.finitModule32, refused(Errno.EPERM));
        filter.add(RETURN, 0, 0, ALLOW);
        filter.load(NR);
        filter.add(IF_AT_LEAST, 0, 1, X32);
        filter.add(RETURN, 0, 0, refused(Errno.ENOSYS));
        // Modules are the host's; set-up scripts get a modprobe of ours, which does not come here.
        filter.rule(abi.initModule, refused(Errno.EPERM));
        filter.rule(abi.finitModule, refused(Errno.EPERM));
        filter.rule(abi.deleteModule, refused(Errno.EPERM));
        // From a file of FUSE whose size is 0 it would send nothing and say that this is all; programs fall back to
        // read.
        filter.rule(abi.sendfile, refused(Errno.EINVAL));
        return filter;
    }

    private Filter end() {
        add(RETURN, 0, 0, ALLOW);
        return this;
    }

    private void load(int offset) {
        add(LOAD, 0, 0, offset);
    }

    private void rule(int number, int action) {
        add(IF_EQUAL, 0, 1, number);
        add(RETURN, 0, 0, action);
    }

    /** Of the many options of sockets only one, so that the others cost nothing. The last rule: it loads other words. */
    private void peerRule(int getsockopt) {
        add(IF_EQUAL, 0, 5, getsockopt);
        load(ARGS + 8);
        add(IF_EQUAL, 0, 3, SOL_SOCKET);
        load(ARGS + 16);
        add(IF_EQUAL, 0, 1, SO_PEERCRED);
        add(RETURN, 0, 0, NOTIFY);
    }

    private void add(int code, int ifTrue, int ifFalse, int k) {
        program.add(new Instruction(code, ifTrue, ifFalse, k));
    }

    /** The program as the kernel takes it. */
    byte[] bytes() {
        ByteBuffer out = ByteBuffer.allocate(program.size() * INSTRUCTION_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (Instruction instruction : program) {
            out.putShort((short) instruction.code());
            out.put((byte) instruction.ifTrue());
            out.put((byte) instruction.ifFalse());
            out.putInt(instruction.k());
        }
        return out.array();
    }
}
