#!/bin/sh
# reclaimfs/trace: a stall's events as they happen; a reader waits for them, and a policy switched in mid-stall shows at once.
. "$(dirname "$0")/../lib.sh"
cat >"$scratch/stall.yaml" <<'YAML'
machine: {memory: 256MiB, cpus: 2}
zram: [{name: zram0, disksize: 1GiB}]
swap: [{device: /dev/zram0}]
YAML
start --manual --scenario "$scratch/stall.yaml"
trace=$mnt/reclaimfs/trace

# events: what is there now, without waiting.
events() { timeout 10 dd if="$trace" iflag=nonblock bs=64k status=none 2>/dev/null || true; }

expect_error EAGAIN dd if="$trace" iflag=nonblock bs=4096
timeout 60 head -n 3 "$trace" >"$scratch/first" &
reader=$!
expect_num "others are served while a reader waits" "$(key "$mnt/proc/meminfo" MemTotal)" -gt 0
ctl 'task hog cgroup=/' 'alloc hog 1G content=random rate=4G/s'
tries=0
until grep -q '"event":"retry"' "$scratch/all" 2>/dev/null; do
    [ "$tries" -lt 200 ] || fail "no retry decision in 2 s of virtual time"
    ctl 'advance 10ms'
    events >"$scratch/all"
    tries=$((tries + 1))
done
wait "$reader" || fail "the reader that waited got nothing"
expect_eq "the reader saw the first events" "$(head -n 3 "$scratch/all")" "$(cat "$scratch/first")"
grep -q '"no_progress_loops":0,"wmark_check":1' "$scratch/all" || fail "stock goes round again: $(tail -n 3 "$scratch/all")"
expect_num "nobody is killed yet" "$(key "$mnt/proc/vmstat" oom_kill)" -eq 0

echo 1 >"$patches/ram_backed_swap"
ctl 'advance 2s'
expect_num "patch A ends it" "$(key "$mnt/proc/vmstat" oom_kill)" -eq 1
events >"$scratch/all"
grep -q '"wmark_check":0' "$scratch/all" || fail "no decision failed"
grep '"event":"stall","task":"hog"' "$scratch/all" | tail -n 1 | grep -qE '"exit":"(estimate|killed)"' || fail "how did it end?"

# The sysctl of patch A2 is there while A2 is on.
[ ! -e "$mnt/proc/sys/vm/reclaim_progress_pct" ] || fail "reclaim_progress_pct without the patch"
echo 1 >"$patches/reclaim_progress"
expect_eq "default" 1 "$(cat "$mnt/proc/sys/vm/reclaim_progress_pct")"
expect_errno "$mnt/proc/sys/vm/reclaim_progress_pct" 101 EINVAL
