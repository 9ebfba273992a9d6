#!/bin/sh
# A plain user gets a sandbox in a user namespace: files and system calls, with no help of root.
. "$(dirname "$0")/../lib.sh"
if [ "$(id -u)" != 0 ]; then
    in_sandbox --tier syscalls --scenario "$scenarios/zram.yaml"
    in_it grep -qx 150 /proc/sys/vm/swappiness
    exit 0
fi
setpriv --reuid 65534 --regid 65534 --clear-groups unshare -U -r -m true 2>/dev/null || skip "no user namespaces for plain users"
for_plain_user
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
as_plain_user ../mount-scripts/reclaimfs exec --tier syscalls --stand-ins --scenario "$scratch/zram.yaml" -- \
    sh -c "sleep 2; exec sh $scratch/look" >"$scratch/seen" 2>&1 || fail "$(cat "$scratch/seen")"
expect_line "$scratch/seen" 0
expect_line "$scratch/seen" 'MemTotal:         999424 kB'
expect_line "$scratch/seen" 150
expect_line "$scratch/seen" 63677270
expect_line "$scratch/seen" /sys/fs/cgroup/service/memory.current
expect_line "$scratch/seen" service
# On a tmpfs there are no swap files.
[ "$(stat -fc %T "$scratch")" = tmpfs ] || expect_line "$scratch/seen" "file 1020 -1"
