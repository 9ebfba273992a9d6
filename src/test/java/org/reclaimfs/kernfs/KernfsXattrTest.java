package org.reclaimfs.kernfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.reclaimfs.abi.ErrnoException;

/** Extended attributes: who may, how many, which file systems (spec/20 §1). */
final class KernfsXattrTest {
    private static final Caller USER = new Caller.Plain(1000, 1000, 42);

    private final Kernfs fs = ToyTree.build(new ToyGate(false), new ToyTree.Toy());

    @FunctionalInterface
    private interface Call {
        Object run() throws ErrnoException;
    }

    private static String result(Call call) {
        try {
            return String.valueOf(call.run());
        } catch (ErrnoException e) {
            return e.errno().name();
        }
    }

    @Test
    void extendedAttributes() throws ErrnoException {
        Node dir = fs.resolve("/cgroup");
        byte[] value = "v".getBytes(StandardCharsets.UTF_8);
        fs.setxattr(dir, "user.a", value, 0, Caller.ROOT);
        fs.setxattr(dir, "trusted.oomd", value, 0, Caller.ROOT);
        assertThat(fs.getxattr(dir, "user.a", USER)).isEqualTo(value);
        assertThat(fs.listxattr(dir, USER)).containsExactly("user.a");
        assertThat(fs.listxattr(dir, Caller.ROOT)).containsExactly("trusted.oomd", "user.a");
        assertThat(result(() -> fs.getxattr(dir, "trusted.oomd", USER))).isEqualTo("ENODATA");
        assertThat(setxattr(dir, "trusted.x", 1, 0, USER)).isEqualTo("EPERM");
        assertThat(setxattr(dir, "user.a", 1, 0, USER)).isEqualTo("EACCES");
        assertThat(setxattr(dir, "user.a", 1, Xattrs.CREATE, Caller.ROOT)).isEqualTo("EEXIST");
        assertThat(setxattr(dir, "user.b", 1, Xattrs.REPLACE, Caller.ROOT)).isEqualTo("ENODATA");
        assertThat(setxattr(dir, "system.b", 1, 0, Caller.ROOT)).isEqualTo("EOPNOTSUPP");
        for (String space : List.of("user.", "trusted.", "security.")) {
            assertThat(setxattr(dir, space, 1, 0, Caller.ROOT)).as(space).isEqualTo("EINVAL");
            assertThat(result(() -> fs.getxattr(dir, space, Caller.ROOT)))
                    .as(space)
                    .isEqualTo("EINVAL");
        }
        assertThat(setxattr(dir, "trusted.", 1, 0, USER)).isEqualTo("EPERM");
        assertThat(setxattr(fs.resolve("/sysfs/max"), "user.a", 1, 0, Caller.ROOT))
                .isEqualTo("EOPNOTSUPP");
        assertThat(setxattr(fs.resolve("/proc/max"), "user.a", 1, 0, Caller.ROOT))
                .isEqualTo("EOPNOTSUPP");
        fs.removexattr(dir, "user.a", Caller.ROOT);
        assertThat(result(() -> fs.getxattr(dir, "user.a", Caller.ROOT))).isEqualTo("ENODATA");
    }

    @Test
    void extendedAttributeLimits() throws ErrnoException {
        Node many = fs.resolve("/cgroup/max");
        for (int i = 0; i < 128; i++) {
            assertThat(setxattr(many, "user." + i, 1, 0, Caller.ROOT)).isEqualTo("OK");
        }
        assertThat(setxattr(many, "user.one_more", 1, 0, Caller.ROOT)).isEqualTo("ENOSPC");
        assertThat(setxattr(many, "user.0", 2, 0, Caller.ROOT)).isEqualTo("OK");
        Node big = fs.resolve("/cgroup/stat");
        assertThat(setxattr(big, "user.a", 65536, 0, Caller.ROOT)).isEqualTo("OK");
        assertThat(setxattr(big, "user.b", 65536, 0, Caller.ROOT)).isEqualTo("OK");
        assertThat(setxattr(big, "user.c", 1, 0, Caller.ROOT)).isEqualTo("ENOSPC");
    }

    private String setxattr(Node node, String name, int length, int flags, Caller caller) {
        return result(() -> {
            fs.setxattr(node, name, new byte[length], flags, caller);
            return "OK";
        });
    }
}
