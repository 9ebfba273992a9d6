#!/bin/sh
# libcgroup's tools list, make, read, set and remove cgroups of the machine.
. "$(dirname "$0")/../lib.sh"
for tool in lscgroup cgcreate cgset cgget cgdelete; do
    borrow "$tool" cgroup-tools libcgroup2 >"$scratch/$tool" || skip "cgroup-tools are neither installed nor to be had"
done
# tool NAME ARG…: one of them, on the machine.
tool() {
    name=$1
    shift
    on_machine "$(cat "$scratch/$name")" "$@"
}
start --manual --scenario "$scenarios/zswap.yaml"
echo '+memory +pids' >"$cg/cgroup.subtree_control"
mkdir "$cg/web"
ctl 'task worker cgroup=/web' 'alloc worker 8M'
tool lscgroup >"$scratch/list" || fail "lscgroup: status $?, $(cat "$scratch/list")"
grep -qE '[:,]memory[,:].*:?/web/?$|memory.*:/web' "$scratch/list" || fail "lscgroup does not list /web: $(cat "$scratch/list")"
tool cgcreate -g memory,pids:/db || fail "cgcreate"
[ -d "$cg/db" ] || fail "cgcreate made no /db"
tool cgset -r memory.max=64M db || fail "cgset"
expect_eq "memory.max set" 67108864 "$(cat "$cg/db/memory.max")"
tool cgget -nv -r memory.max db >"$scratch/got" || fail "cgget"
expect_eq "memory.max got" 67108864 "$(grep . "$scratch/got")"
tool cgget -n -r memory.stat web >"$scratch/got" || fail "cgget memory.stat"
grep -qE '(memory.stat: |[[:space:]])anon 8388608$' "$scratch/got" || fail "cgget memory.stat: $(cat "$scratch/got")"
tool cgdelete -g memory,pids:/db || fail "cgdelete"
[ ! -e "$cg/db" ] || fail "cgdelete left /db"
