#!/bin/sh
# /dev/kmsg: a read is a record and waits for one, readers have positions of their own, a kill tells its story there.
. "$(dirname "$0")/../lib.sh"
start --scenario "$scenarios/zswap.yaml"
log=$mnt/dev/kmsg

# records [DD-OPERAND…]: what is there now, without waiting.
records() { timeout 10 dd if="$log" iflag=nonblock bs=8192 status=none "$@" 2>/dev/null || true; }

# next_of_3: the next record on descriptor 3.
next_of_3() { timeout 10 dd bs=8192 count=1 status=none <&3; }

expect_ok "$log" '<3>hello'
expect_ok "$log" 'plain words'
expect_ok "$log" '<30>of a daemon'
records | sed 's/,[0-9]*,[0-9]*,-;/ /' | tail -n 3 >"$scratch/last"
printf '%s\n' '11 hello' '12 plain words' '30 of a daemon' >"$scratch/expected"
expect_same_text "$scratch/expected" "$scratch/last"
expect_eq "numbered from 0" 0 "$(records count=1 | cut -d, -f2)"
expect_error EAGAIN dd if="$log" iflag=nonblock bs=8192
expect_error EINVAL dd if="$log" bs=4 count=1

# Whoever waits is ended by a signal, and the mount serves others meanwhile.
timeout 1 cat "$log" >"$scratch/cat" &
reader=$!
timeout 1 cat "$log" >"$scratch/cat2" &
expect_num "others are served" "$(key "$mnt/proc/meminfo" MemTotal)" -gt 0
status=0
wait "$reader" || status=$?
expect_eq "cat waits until it is told to end" 124 "$status"
wait
expect_eq "what cat saw" "$(records)" "$(cat "$scratch/cat")"
expect_eq "two readers see the same" "$(cat "$scratch/cat")" "$(cat "$scratch/cat2")"

# From the end on, only what is new; the size stands for the end.
expect_eq "nothing new" "" "$(records skip=1T iflag=skip_bytes,nonblock)"
timeout 20 dd if="$log" bs=8192 count=1 skip=1T iflag=skip_bytes status=none >"$scratch/new" &
reader=$!
until [ -s "$scratch/new" ]; do # the reader may not be there yet
    kill -0 "$reader" 2>/dev/null || fail "the reader at the end saw nothing"
    echo news >"$log"
    sleep 0.1
done
wait "$reader"
grep -q ';news$' "$scratch/new" || fail "at the end: $(cat "$scratch/new")"

# Who sleeps too long loses records and is told so once.
exec 3<"$log"
next_of_3 >/dev/null
long=$(printf '%01000d' 0)
i=0
while [ "$i" -lt 280 ]; do
    echo "$long" >"$log"
    i=$((i + 1))
done
expect_error EPIPE next_of_3
first=$(next_of_3 | cut -d, -f2)
exec 3<&-
expect_eq "goes on with the oldest" "$(records count=1 | cut -d, -f2)" "$first"
expect_num "after those that were lost" "$first" -gt 1

# A follower sees the story of a kill.
timeout 60 grep -m 1 'Killed process' "$log" >"$scratch/killed" &
follower=$!
echo +memory >"$cg/cgroup.subtree_control"
mkdir "$cg/w"
echo 8M >"$cg/w/memory.max"
echo 0 >"$cg/w/memory.swap.max"
ctl 'speed 100' 'task hog cgroup=/w comm=hogger'
"$reclaimfs" ctl "$mnt" 'alloc hog 32M content=random' >/dev/null 2>&1 || true # the task dies of it
status=0
wait "$follower" || status=$?
expect_eq "the follower's status" 0 "$status"
grep -q ';Memory cgroup out of memory: Killed process [0-9]* (hogger) total-vm:[0-9]*kB, anon-rss:[0-9]*kB' "$scratch/killed" ||
    fail "the kill: $(cat "$scratch/killed")"
records >"$scratch/story"
for line in ';hogger invoked oom-killer: gfp_mask=' ';memory: usage 8192kB, limit 8192kB, failcnt ' \
    ';Tasks state (memory values in pages):' ';oom-kill:constraint=CONSTRAINT_MEMCG,' 'oom_memcg=/w,task_memcg=/w,task=hogger,'; do
    grep -qF "$line" "$scratch/story" || fail "the story has no '$line': $(tail -n 40 "$scratch/story")"
done
