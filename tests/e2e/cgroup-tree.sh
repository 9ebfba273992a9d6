#!/bin/sh
# Making and removing cgroups, and which files are there.
. "$(dirname "$0")/../lib.sh"
start --manual

expect_eq "controllers of the root" "cpuset cpu io memory pids misc" "$(cat "$cg/cgroup.controllers")"
expect_eq "none enabled yet" "" "$(cat "$cg/cgroup.subtree_control")"
mkdir "$cg/a"
[ ! -e "$cg/a/memory.max" ] || fail "memory files without the controller"
expect_errno "$cg/a/cgroup.subtree_control" +memory ENOENT
echo +memory >"$cg/cgroup.subtree_control"
expect_eq "now it is" memory "$(cat "$cg/cgroup.subtree_control")"
expect_eq "and has defaults" max "$(cat "$cg/a/memory.max")"
expect_errno "$cg/cgroup.subtree_control" '+memory +nosuch' EINVAL
expect_error EEXIST mkdir "$cg/a"
expect_error EEXIST mkdir "$cg/cgroup.procs"
expect_error EINVAL mkdir "$cg/new
line"
mkdir "$cg/with space" "$cg/...dots"
rmdir "$cg/with space" "$cg/...dots"

mkdir "$cg/a/b"
expect_error EBUSY rmdir "$cg/a"
expect_errno "$cg/a/memory.max" 1KB EINVAL
[ ! -e "$cg/a/b/memory.max" ] || fail "a did not hand memory on"
echo +memory >"$cg/a/cgroup.subtree_control"
for text in 4095:0 1M:1048576 0x1000:4096 8E:max max:max; do
    echo "${text%:*}" >"$cg/a/memory.max"
    expect_eq "memory.max <- ${text%:*}" "${text#*:}" "$(cat "$cg/a/memory.max")"
done

ctl 'task t cgroup=/a/b'
pid=$(cat "$cg/a/b/cgroup.procs")
expect_line "$cg/a/cgroup.events" 'populated 1'
expect_error EBUSY rmdir "$cg/a/b"
mkdir "$cg/c"
echo "$pid" >"$cg/c/cgroup.procs"
expect_eq "moved" "$pid" "$(cat "$cg/c/cgroup.procs")"
expect_line "$cg/a/cgroup.events" 'populated 0'
expect_errno "$cg/c/cgroup.procs" 999999 ESRCH
echo 1 >"$cg/c/cgroup.kill"
expect_line "$cg/c/cgroup.events" 'populated 0'

# file descriptors across rmdir
exec 3<"$cg/a/b/memory.stat" 4>"$cg/a/b/memory.max"
old=$(stat -c %i "$cg/a/b")
rmdir "$cg/a/b"
expect_error ENODEV sh -c 'dd bs=64 count=1 <&3'
expect_error ENODEV sh -c 'cat <&3'
expect_eq "links of a removed file" 0 "$(stat -L -c %h /proc/self/fd/3 <&3)"
expect_error ENODEV sh -c 'printf 1M | dd status=none >&4'
exec 3<&- 4>&-
mkdir "$cg/a/b"
[ "$old" != "$(stat -c %i "$cg/a/b")" ] || fail "an inode number was used again"

expect_error EPERM rm "$cg/a/memory.max"
expect_error EACCES touch "$cg/a/nosuch"
expect_error ENOTDIR rmdir "$cg/a/memory.max"
expect_eq "nothing has st_size" 0 "$(stat -c %s "$cg/a/memory.stat")"

echo 1 >"$cg/a/cgroup.max.depth"
mkdir "$cg/a/b/c" 2>/dev/null && fail "deeper than cgroup.max.depth"
rmdir "$cg/a/b" "$cg/a" "$cg/c"
