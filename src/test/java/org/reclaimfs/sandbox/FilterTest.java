package org.reclaimfs.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.reclaimfs.abi.Errno;

/** The filters' programs, run by a small interpreter of classic BPF. */
final class FilterTest {
    private static final int I386 = 0x40000003;
    private static final int ARM = 0x40000028;
    private static final int KILL = 0;

    /** What the kernel would do with a call. Jumps out of the program are the test's error. */
    private static int run(Filter filter, int arch, int nr, int... args) {
        ByteBuffer program = ByteBuffer.wrap(filter.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        int accumulator = 0;
        for (int at = 0; at < program.capacity() / Filter.INSTRUCTION_BYTES; at++) {
            int base = at * Filter.INSTRUCTION_BYTES;
            int k = program.getInt(base + 4);
            int ifTrue = program.get(base + 2) & 0xff;
            int ifFalse = program.get(base + 3) & 0xff;
            switch (program.getShort(base)) {
                case 0x20 ->
                    accumulator = switch (k) {
                        case 0 -> nr;
                        case 4 -> arch;
                        default -> args.length > (k - 16) / 8 ? args[(k - 16) / 8] : 0;
                    };
                case 0x15 -> at += accumulator == k ? ifTrue : ifFalse;
                case 0x35 -> at += Integer.compareUnsigned(accumulator, k) >= 0 ? ifTrue : ifFalse;
                case 0x06 -> {
                    return k;
                }
                default -> throw new IllegalStateException("instruction " + at);
            }
        }
        return KILL;
    }

    @ParameterizedTest(name = "x86-64 call {0} ({1}): supervised {2}, files {3}")
    @CsvSource({
        "0,   read,              ALLOW,  ALLOW",
        "40,  sendfile,          EINVAL, EINVAL",
        "56,  clone,             ALLOW,  ALLOW",
        "87,  unlink,            ALLOW,  ALLOW",
        "115, getgroups,         ALLOW,  ALLOW",
        "99,  sysinfo,           NOTIFY, ALLOW",
        "137, statfs,            NOTIFY, ALLOW",
        "138, fstatfs,           NOTIFY, ALLOW",
        "303, name_to_handle_at, NOTIFY, ALLOW",
        "167, swapon,            NOTIFY, EPERM",
        "168, swapoff,           NOTIFY, EPERM",
        "435, clone3,            ENOSYS, ALLOW",
        "175, init_module,       EPERM,  EPERM",
        "176, delete_module,     EPERM,  EPERM",
        "313, finit_module,      EPERM,  EPERM",
        "1073741991, x32 swapon, ENOSYS, ENOSYS",
    })
    void x86(int nr, String name, String supervised, String files) {
        assertThat(run(Filter.supervised(Abi.X86_64), Abi.X86_64.audit, nr)).isEqualTo(action(supervised));
        assertThat(run(Filter.refusingSwap(Abi.X86_64), Abi.X86_64.audit, nr)).isEqualTo(action(files));
    }

    @ParameterizedTest(name = "aarch64 call {0} ({1}): supervised {2}, files {3}")
    @CsvSource({
        "63,  read,              ALLOW,  ALLOW",
        "71,  sendfile,          EINVAL, EINVAL",
        "87,  timerfd_gettime,   ALLOW,  ALLOW",
        "179, sysinfo,           NOTIFY, ALLOW",
        "43,  statfs,            NOTIFY, ALLOW",
        "44,  fstatfs,           NOTIFY, ALLOW",
        "264, name_to_handle_at, NOTIFY, ALLOW",
        "224, swapon,            NOTIFY, EPERM",
        "225, swapoff,           NOTIFY, EPERM",
        "105, init_module,       EPERM,  EPERM",
        "106, delete_module,     EPERM,  EPERM",
        "273, finit_module,      EPERM,  EPERM",
        "435, clone3,            ENOSYS, ALLOW",
    })
    void arm(int nr, String name, String supervised, String files) {
        assertThat(run(Filter.supervised(Abi.AARCH64), Abi.AARCH64.audit, nr)).isEqualTo(action(supervised));
        assertThat(run(Filter.refusingSwap(Abi.AARCH64), Abi.AARCH64.audit, nr)).isEqualTo(action(files));
    }

    @ParameterizedTest(name = "getsockopt(fd, {0}, {1}): {2}")
    @CsvSource({"1, 17, NOTIFY", "1, 16, ALLOW", "1, 0, ALLOW", "0, 17, ALLOW", "6, 17, ALLOW"})
    void ofSocketOptionsOnlyThePeerIsAnswered(int level, int option, String expected) {
        for (Abi abi : Abi.values()) {
            int action = run(Filter.supervised(abi), abi.audit, abi.getsockopt, 3, level, option);
            assertThat(action).isEqualTo(action(expected));
            assertThat(run(Filter.refusingSwap(abi), abi.audit, abi.getsockopt, 3, level, option))
                    .isEqualTo(Filter.ALLOW);
        }
    }

    private static int action(String name) {
        return switch (name) {
            case "ALLOW" -> Filter.ALLOW;
            case "NOTIFY" -> Filter.NOTIFY;
            default -> Filter.refused(Errno.valueOf(name));
        };
    }

    @ParameterizedTest
    @EnumSource(Abi.class)
    void swapAndModulesOf32BitProgramsAreRefusedAndTheRestAllowed(Abi abi) {
        for (int arch : new int[] {I386, ARM}) {
            for (Filter filter : new Filter[] {Filter.supervised(abi), Filter.refusingSwap(abi)}) {
                assertThat(run(filter, arch, 87)).isEqualTo(Filter.refused(Errno.EPERM));
                assertThat(run(filter, arch, 115)).isEqualTo(Filter.refused(Errno.EPERM));
                assertThat(run(filter, arch, 128)).isEqualTo(Filter.refused(Errno.EPERM));
                assertThat(run(filter, arch, 129)).isEqualTo(Filter.refused(Errno.EPERM));
                assertThat(run(filter, arch, abi.finitModule32)).isEqualTo(Filter.refused(Errno.EPERM));
                assertThat(run(filter, arch, abi.statfs)).isEqualTo(Filter.ALLOW);
                assertThat(run(filter, arch, 3)).isEqualTo(Filter.ALLOW);
            }
        }
    }

    @Test
    void everyCallHasAnAnswer() {
        for (Abi abi : Abi.values()) {
            for (int nr = 0; nr < 600; nr++) {
                assertThat(run(Filter.supervised(abi), abi.audit, nr))
                        .as("call " + nr)
                        .isNotEqualTo(KILL);
            }
        }
    }
}
