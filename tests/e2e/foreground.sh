#!/bin/sh
# In the foreground, an interrupt ends the server and takes the mount away.
. "$(dirname "$0")/../lib.sh"
[ -w /dev/fuse ] || skip "no permission for /dev/fuse"
[ -n "${RECLAIMFS_JAR-}" ] || [ -e "$root/target/reclaimfs.jar" ] || "$root/mount-scripts/setup.sh"

# Interrupts the server once it answers. (A job in the background of sh ignores SIGINT, so the server is not one.)
(
    tries=0
    until grep -q 'reclaimfs: ready' "$scratch/out" 2>/dev/null; do
        tries=$((tries + 1))
        [ "$tries" -lt 300 ] || exit 1
        sleep 0.1 # a bounded wait for another process
    done
    key "$mnt/proc/meminfo" MemTotal >"$scratch/total"
    kill -INT "$(cat "$mnt/reclaimfs/pid")"
) &
status=0
timeout 60 "$reclaimfs" mount --foreground "$mnt" >"$scratch/out" 2>"$scratch/err" || status=$?
expect_num "it answered" "$(cat "$scratch/total")" -gt 0
! mounted || fail "the mount is still there"
case $status in 0 | 130) ;; *) fail "ended with $status: $(cat "$scratch/err")" ;; esac
