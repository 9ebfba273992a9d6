#!/bin/sh
# The tier syscalls: statfs, sysinfo, swapon, swapoff and file handles are the machine's for static programs too.
. "$(dirname "$0")/../lib.sh"
command -v gcc >/dev/null || skip "no gcc"
cat >"$scratch/zram.yaml" <<'YAML'
machine: {memory: 1GiB, cpus: 2}
zram: [{name: zram0, disksize: 2GiB, algorithm: zstd}, {name: zram1, disksize: 1GiB}]
disks: [{name: vda, size: 1GiB}]
swap: [{device: /dev/zram0, priority: 100}]
cgroups: {/service: {}}
YAML
in_sandbox --tier syscalls --scenario "$scratch/zram.yaml"
cat >"$scratch/probe.c" <<'C'
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/vfs.h>
#include <unistd.h>

static void result(const char *call, const char *about, long r) {
    printf("%s %s: %s\n", call, about, r < 0 ? strerrorname_np(errno) : "0");
}

static void magic(const char *path) {
    struct statfs s;
    int fd = open(path, O_PATH);
    if (statfs(path, &s)) {
        result("statfs", path, -1);
        return;
    }
    printf("statfs %s: %lx\n", path, (long)s.f_type);
    if (fstatfs(fd, &s) == 0)
        printf("fstatfs %s: %lx\n", path, (long)s.f_type);
    close(fd);
}

int main(void) {
    struct sysinfo info;
    struct { struct file_handle head; unsigned char room[16]; } handle;
    int mount;
    const char *paths[] = {"/sys/fs/cgroup/", "/sys/fs/cgroup/service/memory.max", "/proc/meminfo", "/proc/self/status",
                           "/sys/block", "/nonexistent", "/dev/null"};
    for (unsigned i = 0; i < sizeof paths / sizeof *paths; i++)
        magic(paths[i]);
    if (chdir("/sys/fs/cgroup/service"))
        return 1;
    magic("../service/cgroup.procs");
    sysinfo(&info);
    printf("sysinfo: %lu %lu %u\n", info.totalram, info.totalswap, info.mem_unit);
    handle.head.handle_bytes = 8;
    result("name_to_handle_at", "cgroup", name_to_handle_at(AT_FDCWD, ".", &handle.head, &mount, 0));
    printf("handle: %u bytes, type %x\n", handle.head.handle_bytes, handle.head.handle_type);
    handle.head.handle_bytes = 0;
    result("name_to_handle_at", "no room", name_to_handle_at(AT_FDCWD, ".", &handle.head, &mount, 0));
    result("clone3", "", syscall(435, 0, 0));
    result("swapon", "zram1", swapon("/dev/zram1", SWAP_FLAG_PREFER | 5));
    result("swapon", "again", swapon("/dev/zram1", 0));
    result("swapon", "bad flags", swapon("/dev/vda", 1 << 30));
    result("swapon", "a file", swapon("/etc/passwd", 0));
    result("swapon", "a directory", swapon("/dev", 0));
    result("swapoff", "a directory", swapoff("/etc"));
    result("swapon", "nothing", swapon("/nonexistent", 0));
    result("swapon", "bad address", swapon((const char *)1, 0));
    result("swapoff", "zram0", swapoff("/dev/zram0"));
    result("swapoff", "again", swapoff("/dev/zram0"));
    if (setresuid(65534, 65534, 65534) == 0)
        result("swapon", "as a user", swapon("/dev/vda", 0));
    return 0;
}
C
gcc -static -o "$scratch/probe" "$scratch/probe.c" 2>"$scratch/gcc" || fail "$(cat "$scratch/gcc")"
host_swaps=$(cat /proc/swaps)
cat >"$scratch/expected" <<'TEXT'
statfs /sys/fs/cgroup/: 63677270
fstatfs /sys/fs/cgroup/: 63677270
statfs /sys/fs/cgroup/service/memory.max: 63677270
fstatfs /sys/fs/cgroup/service/memory.max: 63677270
statfs /proc/meminfo: 9fa0
fstatfs /proc/meminfo: 9fa0
statfs /proc/self/status: 9fa0
fstatfs /proc/self/status: 9fa0
statfs /sys/block: 62656572
fstatfs /sys/block: 62656572
statfs /nonexistent: ENOENT
statfs /dev/null: 1021994
fstatfs /dev/null: 1021994
statfs ../service/cgroup.procs: 63677270
fstatfs ../service/cgroup.procs: 63677270
sysinfo: 1023410176 2147479552 1
name_to_handle_at cgroup: 0
handle: 8 bytes, type fe
name_to_handle_at no room: EOVERFLOW
clone3 : ENOSYS
swapon zram1: 0
swapon again: EBUSY
swapon bad flags: EINVAL
swapon a file: EINVAL
swapon a directory: EISDIR
swapoff a directory: EISDIR
swapon nothing: ENOENT
swapon bad address: EFAULT
swapoff zram0: 0
swapoff again: EINVAL
swapon as a user: EPERM
TEXT
# shellcheck disable=SC2016 # the sandbox expands it
in_it sh -c '"$0" && tail -n +2 /proc/swaps' "$scratch/probe" >"$scratch/seen" || fail "status $?: $(cat "$scratch/seen")"
grep -v '^/dev' "$scratch/seen" >"$scratch/calls" || true
# A plain user is nobody else in its own user namespace.
[ "$(id -u)" = 0 ] || sed -i '/as a user/d' "$scratch/expected"
expect_same_text "$scratch/expected" "$scratch/calls"
expect_eq "swap left" "/dev/zram1 5" "$(awk '/^\/dev/ { print $1, $5 }' "$scratch/seen")"

if command -v busybox >/dev/null; then
    in_it busybox free -k >"$scratch/seen" || fail "busybox free"
    expect_eq "busybox free" "999424 2097148" "$(awk '/^Mem:/ { m = $2 } /^Swap:/ { print m, $2 }' "$scratch/seen")"
fi
if command -v systemd-cgtop >/dev/null; then
    in_it sh -c 'systemd-cgtop --batch --iterations=1 --raw; systemd-cgls --no-pager' >"$scratch/seen" || fail "systemd-cgtop"
    grep -q '^Control group /:' "$scratch/seen" || fail "systemd-cgls: $(cat "$scratch/seen")"
fi

# The tier files: nothing is answered, and nothing reaches the host.
exec_arguments="--tier files --scenario $scratch/zram.yaml"
in_it "$scratch/probe" >"$scratch/calls" || fail "status $?"
expect_line "$scratch/calls" 'statfs /sys/fs/cgroup/: 65735546'
expect_line "$scratch/calls" 'swapon zram1: EPERM'
expect_line "$scratch/calls" 'swapoff zram0: EPERM'
expect_eq "the host's swap" "$host_swaps" "$(cat /proc/swaps)"
