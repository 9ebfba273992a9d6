#!/bin/sh
# Frozen tasks stand still, can be killed and moved, and thaw; pids.max refuses a new one.
. "$(dirname "$0")/../lib.sh"
start --scenario "$scenarios/zswap.yaml"
echo '+memory +pids' >"$cg/cgroup.subtree_control"
mkdir "$cg/w" "$cg/w/leaf" "$cg/free"
ctl 'task t cgroup=/w/leaf' 'alloc t 1G content=same rate=16M/s'

echo 1 >"$cg/w/cgroup.freeze"
expect_eq "asked here" 0 "$(cat "$cg/w/leaf/cgroup.freeze")"
expect_line "$cg/w/leaf/cgroup.events" 'frozen 1'
frozen_at=$(cat "$cg/w/memory.current")
sleep 0.5
expect_eq "nothing moves" "$frozen_at" "$(cat "$cg/w/memory.current")"
expect_num "and the time is counted, in us" "$(key "$cg/w/leaf/cgroup.stat.local" frozen_usec)" -ge 500000
mkdir "$cg/w/late"
expect_line "$cg/w/late/cgroup.events" 'frozen 1'

pid=$(cat "$cg/w/leaf/cgroup.procs")
echo "$pid" >"$cg/free/cgroup.procs"
sleep 0.5
expect_num "moved out it runs" "$(cat "$cg/free/memory.current")" -gt 0
echo "$pid" >"$cg/w/leaf/cgroup.procs"
echo 1 >"$cg/w/cgroup.kill"
tries=0
until grep -qx 'populated 0' "$cg/w/cgroup.events"; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || fail "a frozen task cannot be killed"
    sleep 0.05
done
echo 0 >"$cg/w/cgroup.freeze"
expect_line "$cg/w/leaf/cgroup.events" 'frozen 0'

echo 1 >"$cg/free/pids.max"
ctl 'task one cgroup=/free'
refused 'task two cgroup=/free' pids.max
expect_eq "counted" 'max 1' "$(cat "$cg/free/pids.events")"
expect_eq "one is left" 1 "$(cat "$cg/free/pids.current")"
