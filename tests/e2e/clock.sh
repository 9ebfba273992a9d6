#!/bin/sh
# Virtual time: manual moves by advance only, scaled runs fast, pause stops it.
. "$(dirname "$0")/../lib.sh"
start --manual
expect_eq "a standstill" "$(cat "$mnt/reclaimfs/clock")" "$(cat "$mnt/reclaimfs/clock")"
echo +memory >"$cg/cgroup.subtree_control"
mkdir "$cg/w"
ctl 'task t cgroup=/w' 'alloc t 10M rate=1M/s'
expect_eq "nothing yet" 0 "$(key "$cg/w/memory.stat" anon)"
ctl 'advance 3s'
anon=$(key "$cg/w/memory.stat" anon)
expect_num "3 MiB after 3 s" "$anon" -ge $((3 * 1048576 - 65536))
expect_num "and no more" "$anon" -le $((3 * 1048576 + 65536))
ctl 'advance 1m'
expect_eq "all of it" $((10 * 1048576)) "$(key "$cg/w/memory.stat" anon)"
up=$(cut -d. -f1 "$mnt/proc/uptime")
expect_num "uptime follows" "$up" -ge 63
refused 'advance -3s'
refused 'nosuchstep' nosuchstep
refused 'alloc nobody 1M' nobody
stop

start --speed 1000
ctl pause
a=$(cat "$mnt/reclaimfs/clock")
expect_eq "paused" "$a" "$(cat "$mnt/reclaimfs/clock")"
ctl resume
