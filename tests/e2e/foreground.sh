#!/bin/sh
# In the foreground, an interrupt ends the server and takes the mount away.
. "$(dirname "$0")/../lib.sh"
[ -w /dev/fuse ] || skip "no permission for /dev/fuse"
[ -n "${RECLAIMFS_JAR-}" ] || [ -e "$root/target/reclaimfs.jar" ] || "$root/mount-scripts/setup.sh"
"$reclaimfs" mount --foreground "$mnt" >"$scratch/out" 2>"$scratch/err" &
server=$!
tries=0
until grep -q 'reclaimfs: ready' "$scratch/out"; do
    tries=$((tries + 1))
    [ "$tries" -lt 300 ] || fail "not ready: $(cat "$scratch/err")"
    sleep 0.1 # a bounded wait for another process
done
expect_num "it answers" "$(key "$mnt/proc/meminfo" MemTotal)" -gt 0
kill -INT "$(cat "$mnt/reclaimfs/pid")"
status=0
wait "$server" || status=$?
! mounted || fail "the mount is still there"
case $status in 0 | 130) ;; *) fail "ended with $status: $(cat "$scratch/err")" ;; esac
