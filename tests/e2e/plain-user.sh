#!/bin/sh
# A user without privileges mounts, reclaims and unmounts, where /dev/fuse is open to all.
. "$(dirname "$0")/../lib.sh"
if [ "$(id -u)" != 0 ]; then
    start --manual --scenario "$scenarios/zswap.yaml"
    expect_ok "$cg/cgroup.subtree_control" +memory
    exit 0
fi
[ -e /dev/fuse ] || skip "there is no /dev/fuse"
[ -n "${RECLAIMFS_JAR-}" ] || [ -e "$root/target/reclaimfs.jar" ] || "$root/mount-scripts/setup.sh"
# Others must be able to read the jar: it goes to a place of its own, with the launcher.
mkdir -p "$scratch/home/mnt" "$scratch/mount-scripts"
cp "${RECLAIMFS_JAR:-$root/target/reclaimfs.jar}" "$scratch/reclaimfs.jar"
cp "$root/mount-scripts/reclaimfs" "$scratch/mount-scripts/"
cp "$scenarios/zswap.yaml" "$scratch/"
mknod "$scratch/fuse" c 10 229
chmod 666 "$scratch/fuse"
chmod 755 "$scratch" "$scratch/mount-scripts"
chown -R 65534:65534 "$scratch/home"
# shellcheck disable=SC2016 # the inner shell expands it
unshare -m sh -eu -c '
    mount --bind "$1/fuse" /dev/fuse
    exec setpriv --reuid 65534 --regid 65534 --clear-groups env HOME="$1/home" XDG_RUNTIME_DIR="$1/home" \
        RECLAIMFS_JAR="$1/reclaimfs.jar" sh -eu -c "
            mnt=$1/home/mnt cg=$1/home/mnt/sys/fs/cgroup
            $1/mount-scripts/reclaimfs mount --manual --scenario $1/zswap.yaml \$mnt
            trap \"$1/mount-scripts/reclaimfs umount \$mnt\" EXIT
            echo +memory >\$cg/cgroup.subtree_control
            mkdir \$cg/w
            $1/mount-scripts/reclaimfs ctl \$mnt \"task t cgroup=/w\" \"alloc t 64M content=ratio:3\"
            echo 16M >\$cg/w/memory.reclaim
            grep -w zswapped \$cg/w/memory.stat
        "
' sh "$scratch" >"$scratch/said" 2>&1 || fail "$(cat "$scratch/said")"
expect_num "pages went to zswap" "$(awk '/^zswapped/ { print $2 }' "$scratch/said")" -ge $((16 * 1048576))
