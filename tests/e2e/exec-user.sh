#!/bin/sh
# A plain user gets a sandbox in a user namespace: files and system calls, with no help of root.
. "$(dirname "$0")/../lib.sh"
if [ "$(id -u)" != 0 ]; then
    in_sandbox --tier syscalls --scenario "$scenarios/zram.yaml"
    in_it grep -qx 150 /proc/sys/vm/swappiness
    exit 0
fi
[ -e /dev/fuse ] || skip "there is no /dev/fuse"
setpriv --reuid 65534 --regid 65534 --clear-groups unshare -U -r -m true 2>/dev/null || skip "no user namespaces for plain users"
[ -n "${RECLAIMFS_JAR-}" ] || [ -e "$root/target/reclaimfs.jar" ] || "$root/mount-scripts/setup.sh"
# Others must be able to read the jar: it goes to a place of its own, with the scripts.
mkdir -p "$scratch/home" "$scratch/mount-scripts"
cp "${RECLAIMFS_JAR:-$root/target/reclaimfs.jar}" "$scratch/reclaimfs.jar"
cp "$root/mount-scripts/reclaimfs" "$root/mount-scripts/sandbox.sh" "$scratch/mount-scripts/"
cp "$scenarios/zram.yaml" "$scratch/"
cat >"$scratch/look" <<'LOOK'
set -eu
id -u
grep '^MemTotal:' /proc/meminfo
cat /proc/sys/vm/swappiness
stat -f -c %t /sys/fs/cgroup
ls /sys/fs/cgroup/service/memory.current
ps -e -o pid= | wc -l
cat /sys/fs/cgroup/service/cgroup.procs
ps -e -o comm= | grep service
mkdir /sys/fs/cgroup/made
head -c 1M /dev/zero >swap && chmod 600 swap && mkswap swap >/dev/null && swapon swap || exit 0
tail -n 1 /proc/swaps | awk '{ print $2, $3, $5 }'
swapoff swap && tail -n +2 /proc/swaps
LOOK
mknod "$scratch/fuse" c 10 229
chmod 666 "$scratch/fuse" "$scratch/look"
chmod 755 "$scratch" "$scratch/mount-scripts"
chown -R 65534:65534 "$scratch/home"
# shellcheck disable=SC2016 # the inner shell expands it
unshare -m sh -eu -c '
    mount --bind "$1/fuse" /dev/fuse
    cd "$1/home"
    exec setpriv --reuid 65534 --regid 65534 --clear-groups env HOME="$1/home" RECLAIMFS_JAR="$1/reclaimfs.jar" \
        "$1/mount-scripts/reclaimfs" exec --tier syscalls --stand-ins --scenario "$1/zram.yaml" -- \
        sh -c "sleep 2; exec sh $1/look"
' sh "$scratch" >"$scratch/seen" 2>&1 || fail "$(cat "$scratch/seen")"
expect_line "$scratch/seen" 0
expect_line "$scratch/seen" 'MemTotal:         999424 kB'
expect_line "$scratch/seen" 150
expect_line "$scratch/seen" 63677270
expect_line "$scratch/seen" /sys/fs/cgroup/service/memory.current
expect_line "$scratch/seen" service
# On a tmpfs there are no swap files.
[ "$(stat -fc %T "$scratch")" = tmpfs ] || expect_line "$scratch/seen" "file 1020 -1"
