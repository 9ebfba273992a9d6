#!/bin/sh
# A user without privileges mounts, reclaims and unmounts, where /dev/fuse is open to all.
. "$(dirname "$0")/../lib.sh"
if [ "$(id -u)" != 0 ]; then
    start --manual --scenario "$scenarios/zswap.yaml"
    expect_ok "$cg/cgroup.subtree_control" +memory
    exit 0
fi
for_plain_user
cp "$scenarios/zswap.yaml" "$scratch/"
cat >"$scratch/session" <<'SH'
set -eu
mnt=$HOME/mnt cg=$HOME/mnt/sys/fs/cgroup
mkdir "$mnt"
../mount-scripts/reclaimfs mount --manual --scenario ../zswap.yaml "$mnt"
trap '../mount-scripts/reclaimfs umount "$mnt"' EXIT
echo +memory >"$cg/cgroup.subtree_control"
mkdir "$cg/w"
../mount-scripts/reclaimfs ctl "$mnt" "task t cgroup=/w" "alloc t 64M content=ratio:3"
echo 16M >"$cg/w/memory.reclaim"
grep -w zswapped "$cg/w/memory.stat"
SH
as_plain_user sh "$scratch/session" >"$scratch/said" 2>&1 || fail "$(cat "$scratch/said")"
expect_num "pages went to zswap" "$(awk '/^zswapped/ { print $2 }' "$scratch/said")" -ge $((16 * 1048576))
