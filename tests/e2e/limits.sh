#!/bin/sh
# memory.max and memory.high are enforced by reclaim; what cannot be reclaimed is killed.
. "$(dirname "$0")/../lib.sh"
start --manual --scenario "$scenarios/zswap.yaml"
echo +memory >"$cg/cgroup.subtree_control"
mkdir "$cg/w"
ctl 'task t cgroup=/w' 'alloc t 64M content=ratio:4'

echo 32M >"$cg/w/memory.max"
expect_num "usage fits" "$(cat "$cg/w/memory.current")" -le $((32 * 1048576))
expect_num "by swapping" "$(key "$cg/w/memory.stat" zswapped)" -gt $((30 * 1048576))
expect_line "$cg/w/memory.events" 'oom_kill 0'
expect_num "direct reclaim" "$(key "$cg/w/memory.stat" pgsteal_direct)" -gt 0
expect_eq "peak" 1 "$(($(cat "$cg/w/memory.peak") >= 64 * 1048576))"

ctl 'alloc t 16M content=ratio:4'
expect_num "growing below the limit" "$(cat "$cg/w/memory.current")" -le $((32 * 1048576))
expect_num "max events" "$(key "$cg/w/memory.events" max)" -gt 0

echo 0 >"$cg/w/memory.swap.max"
echo 4M >"$cg/w/memory.max"
expect_line "$cg/w/memory.events" 'oom_kill 1'
expect_line "$cg/w/cgroup.events" 'populated 0'
expect_eq "the task is gone" "" "$(cat "$cg/w/cgroup.procs")"
expect_eq "vmstat oom_kill" 1 "$(key "$mnt/proc/vmstat" oom_kill)"

mkdir "$cg/h"
echo 16M >"$cg/h/memory.high"
ctl 'task u cgroup=/h' 'alloc u 48M content=ratio:8'
expect_num "high keeps usage near it" "$(cat "$cg/h/memory.current")" -le $((18 * 1048576))
expect_num "high events" "$(key "$cg/h/memory.events" high)" -gt 0
expect_line "$cg/h/memory.events" 'oom_kill 0'
