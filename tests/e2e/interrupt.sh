#!/bin/sh
# A long write blocks its writer only, and a signal ends it with EINTR.
. "$(dirname "$0")/../lib.sh"
# A fiftieth of real time: reclaiming 64 MiB takes many seconds. As in the kernel, a signal counts between the calls of
# the reclaim loop, each of which is for a quarter of what is left.
start --speed 0.02 --scenario "$scenarios/zswap.yaml"
echo +memory >"$cg/cgroup.subtree_control"
mkdir "$cg/w"
ctl 'speed 100000' 'task t cgroup=/w' 'alloc t 64M content=ratio:3' 'speed 0.02'
# shellcheck disable=SC2016 # the inner shell expands it
timeout -s INT 1 sh -c 'LC_ALL=C; export LC_ALL; trap : INT; echo 64M | tee "$1" >/dev/null' sh "$cg/w/memory.reclaim" \
    2>"$scratch/err" &
writer=$!
expect_num "others read meanwhile" "$(key "$cg/w/memory.stat" anon)" -gt 0
status=0
wait "$writer" || status=$?
[ "$status" -ne 0 ] || fail "the write was not interrupted"
expect_num "a part may be done" "$(key "$cg/w/memory.stat" pgsteal)" -lt 16384
