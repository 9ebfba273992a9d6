#!/bin/sh
# However it ends, with data in the devices: programs get EIO, nothing hangs, no loop device of the host stays ours.
# shellcheck disable=SC2016 # the sandbox expands it
. "$(dirname "$0")/../lib.sh"
cat >"$scratch/m.yaml" <<'YAML'
machine: {memory: 512MiB, cpus: 2}
disks: [{name: vda, size: 128MiB}]
zram: [{name: zram0, disksize: 128MiB}]
YAML
blocks_in_sandbox --scenario "$scratch/m.yaml"
mkdir "$scratch/fs"
cat >"$scratch/writer" <<'SH'
mkfs.ext4 -q /dev/zram0 && mount /dev/zram0 "$1/fs" || exit 9
dd if=/dev/zero of=/dev/vda bs=1M count=64 status=none
(while dd if=/dev/urandom of="$1/fs/f" bs=64K count=256 conv=notrunc status=none; do :; done) 2>/dev/null &
: >"$1/up"
sleep 100
SH
there() { [ -e "$scratch/up" ]; }
ended() { ! kill -0 "$pid" 2>/dev/null; }

# end_by SIGNAL: the server gets it in the middle of writing.
end_by() {
    rm -f "$scratch/up"
    # shellcheck disable=SC2086 # words
    "$reclaimfs" exec $exec_arguments -- sh "$scratch/writer" "$scratch" >"$scratch/said" 2>&1 &
    pid=$!
    wait_until 60 "the writer writes: $(cat "$scratch/said")" there
    losetup -a | grep -qF /run/.tree || fail "there is no loop device: what is tested here?"
    kill "-$1" "$pid"
    wait_until 20 "the end after SIG$1" ended
    wait "$pid" || true
    expect_no_loops
}
end_by KILL
end_by TERM

# A machine that another server has: when it is killed, the sandbox in front of it sees EIO and ends.
start --scenario "$scratch/m.yaml"
rm -f "$scratch/up"
"$reclaimfs" exec --tier block "$mnt" -- sh "$scratch/writer" "$scratch" >"$scratch/said" 2>&1 &
pid=$!
wait_until 60 "the writer writes: $(cat "$scratch/said")" there
# One sandbox at a time has the devices: a second one is refused, or goes without.
if "$reclaimfs" exec --tier block "$mnt" -- true 2>"$scratch/second"; then
    fail "two sandboxes had the devices"
fi
grep -q 'no block devices can be made' "$scratch/second" || fail "no reason: $(cat "$scratch/second")"
kill -KILL "$(cat "$mnt/reclaimfs/pid")"
wait_until 20 "the sandbox' end: $(cat "$scratch/said")" ended
wait "$pid" || true
timeout 30 "$reclaimfs" umount "$mnt" 2>/dev/null || true
none_of_ours() { ! losetup -a | grep -qF "$mnt"; }
wait_until 10 "the loop devices are free: $(losetup -a)" none_of_ours
