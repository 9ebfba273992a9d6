#!/bin/sh
# libcgroup's tools list, make, read, set and remove cgroups of the machine.
. "$(dirname "$0")/../lib.sh"
borrow lscgroup cgroup-tools libcgroup2 >/dev/null || skip "cgroup-tools are neither installed nor to be had"
lscgroup=$(borrow lscgroup cgroup-tools libcgroup2)
bin=${lscgroup%/*}
for libraries in "$root"/target/borrowed/usr/lib/*-linux-gnu; do
    [ ! -d "$libraries" ] || export LD_LIBRARY_PATH="$libraries"
done
start --manual --scenario "$scenarios/zswap.yaml"
echo '+memory +pids' >"$cg/cgroup.subtree_control"
mkdir "$cg/web"
ctl 'task worker cgroup=/web' 'alloc worker 8M'
on_machine "$bin/lscgroup" >"$scratch/list" || fail "lscgroup: status $?, $(cat "$scratch/list")"
grep -qE '[:,]memory[,:].*:?/web/?$|memory.*:/web' "$scratch/list" || fail "lscgroup does not list /web: $(cat "$scratch/list")"
on_machine "$bin/cgcreate" -g memory,pids:/db || fail "cgcreate"
[ -d "$cg/db" ] || fail "cgcreate made no /db"
on_machine "$bin/cgset" -r memory.max=64M db || fail "cgset"
expect_eq "memory.max set" 67108864 "$(cat "$cg/db/memory.max")"
on_machine "$bin/cgget" -nv -r memory.max db >"$scratch/got" || fail "cgget"
expect_eq "memory.max got" 67108864 "$(grep . "$scratch/got")"
on_machine "$bin/cgget" -n -r memory.stat web >"$scratch/got" || fail "cgget memory.stat"
grep -qE '(memory.stat: |[[:space:]])anon 8388608$' "$scratch/got" || fail "cgget memory.stat: $(cat "$scratch/got")"
on_machine "$bin/cgdelete" -g memory,pids:/db || fail "cgdelete"
[ ! -e "$cg/db" ] || fail "cgdelete left /db"
