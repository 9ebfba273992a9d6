#!/bin/sh
# Who may not: another user sees nothing of a mount, nobody's files but the owner's are written, scenarios name no file of the host.
. "$(dirname "$0")/../lib.sh"
umask 022
start --manual
options=$(awk -v mnt="$mnt" '$2 == mnt { print $4 }' /proc/self/mounts)
case ,$options, in
    *,allow_other,*) fail "other users are let in: $options" ;;
    *,nosuid,nodev,*) ;;
    *) fail "devices and set-user-ID count on the mount: $options" ;;
esac
# As in the kernel, whoever can reach the file may set a pressure trigger; no other may be written by others.
expect_eq "files that others may write" "" "$(find "$mnt" -type f -perm /002 ! -path "$mnt/proc/pressure/*" ! -path "$mnt/dev/*")"
expect_eq "ours that others may open" "" "$(find "$mnt/reclaimfs" -type f -perm /077)"

# Steps name files of the tree: none of the host's, by whatever way.
for path in /etc/hostname /../etc/hostname "$scratch/secret" /proc/self/environ /sys/../../etc/hostname; do
    refused "expect $path == x" ENOENT
    refused "write $path x" ENOENT
done
echo old >"$scratch/secret"
expect_errno "$mnt/sys/block/zram0/backing_dev" "$scratch/secret" ENOENT
expect_eq "a file of the host" old "$(cat "$scratch/secret")"

# The state directory and the log are ours alone, and no link that others have put there is followed.
mkdir -m 755 "$scratch/run"
mkdir -m 777 "$scratch/run/reclaimfs-$(id -u)"
mkdir "$scratch/other"
chmod go-w "$scratch"
! said=$(XDG_RUNTIME_DIR="$scratch/run" "$reclaimfs" mount "$scratch/other" 2>&1) || fail "a state directory open to others was used"
case $said in *'open to others'*) ;; *) fail "it said '$said'" ;; esac
rmdir "$scratch/run"/*
ln -s "$scratch/elsewhere" "$scratch/run/reclaimfs-$(id -u)"
! XDG_RUNTIME_DIR="$scratch/run" "$reclaimfs" mount "$scratch/other" 2>/dev/null || fail "a link was followed"
[ ! -e "$scratch/elsewhere" ] || fail "something was made at the end of a link"

# A mount point that somebody else could exchange.
mkdir -p "$scratch/open/mnt"
chmod 777 "$scratch/open"
! said=$("$reclaimfs" mount "$scratch/open/mnt" 2>&1) || fail "mounted where others can rename directories"
case $said in *'can be changed by others'*) ;; *) fail "it said '$said'" ;; esac

[ "$(id -u)" = 0 ] || exit 0
# What another user gets to see of a mount is that there is one.
chmod 755 "$scratch"
for what in "ls $mnt" "cat $mnt/proc/meminfo" "cat $mnt/reclaimfs/ctl" "touch $mnt/reclaimfs/ctl"; do
    ! said=$(LC_ALL=C setpriv --reuid 65534 --regid 65534 --clear-groups sh -c "$what" 2>&1) || fail "another user could: $what"
    case $said in *'Permission denied'*) ;; *) fail "$what: '$said'" ;; esac
done
# Nor does root look into what only claims to be ours.
mkdir -p "$scratch/fake/reclaimfs"
echo 1 >"$scratch/fake/reclaimfs/pid"
mount -t tmpfs reclaimfs "$scratch/other"
mkdir "$scratch/other/reclaimfs"
echo 1 >"$scratch/other/reclaimfs/pid"
! said=$("$reclaimfs" exec "$scratch/other" -- true 2>&1) || said=ran
umount "$scratch/other"
case $said in *'not served by this user'*) ;; *) fail "exec with a tree of somebody else: '$said'" ;; esac
