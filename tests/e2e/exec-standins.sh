#!/bin/sh
# exec --stand-ins: simulated tasks are real processes that can be killed; real processes can be members of cgroups.
. "$(dirname "$0")/../lib.sh"
[ -w /proc/sys/kernel/ns_last_pid ] || skip "this kernel has no ns_last_pid"
cat >"$scratch/two.yaml" <<'YAML'
machine: {memory: 1GiB, cpus: 2}
cgroups: {/a: {}, /b: {}, /c: {}, /d: {memory.max: 64M}}
timeline:
  - 0s: task small cgroup=/a
  - 0s: alloc small 100M
  - 0s: task big cgroup=/b oom_score_adj=100 comm=browser
  - 0s: alloc big 700M
  - 0s: task spare cgroup=/c
YAML
in_sandbox --stand-ins --scenario "$scratch/two.yaml"
cat >"$scratch/inside" <<'SH'
set -eu
cg=/sys/fs/cgroup
# Each line of ours must be true; the first that is not says so.
t() { "$@" || { echo "not true: $*"; exit 1; }; }
until_true() {
    n=0
    until "$@" 2>/dev/null; do
        n=$((n + 1))
        [ $n -lt 200 ] || { echo "never true: $*"; exit 1; }
        sleep 0.05
    done
}
big() { cat $cg/b/cgroup.procs; }
state() { sed 's/.*) //; s/ .*//' "/proc/$1/stat"; }
has_memory() { [ "$(cat $cg/b/memory.current)" -ge 734003200 ]; }
shown() { grep -q '^VmRSS:.* 716800 kB' "/proc/$(big)/status"; }
until_true has_memory
until_true shown
pid=$(big)
t [ "$(cat "/proc/$pid/comm")" = browser ]
t [ "$(cat "/proc/$pid/cgroup")" = 0::/b ]
t [ "$(cat "/proc/$pid/oom_score_adj")" = 100 ]
t [ "$(cut -d ' ' -f 2 "/proc/$pid/statm")" = 179200 ]
# (1000 + (179200 + page tables + 100 * 249) * 1000 / 249856) * 2 / 3
t [ "$(cat "/proc/$pid/oom_score")" -gt 1200 ]
t [ "$(ps -o rss= -p "$pid")" -eq 716800 ]

echo 1 >$cg/b/cgroup.freeze
until_true eval '[ "$(state $pid)" = T ]'
echo 0 >$cg/b/cgroup.freeze
until_true eval '[ "$(state $pid)" = S ]'

# Killed by a program: gone from the cgroup and from memory.
kill -9 "$pid"
until_true eval '[ -z "$(big)" ]'
until_true eval '[ "$(cat $cg/b/memory.current)" -lt 1048576 ]'
t [ ! -e "/proc/$pid" ]

# Killed by the machine: the process goes, too.
pid=$(cat $cg/c/cgroup.procs)
t [ -e "/proc/$pid" ]
echo 1 >$cg/c/cgroup.kill
until_true eval '[ ! -e /proc/$pid ]'

# A task that comes later, above its limit: the OOM killer's victim is a real one.
echo 'task late cgroup=/d' >/run/reclaimfs/ctl
pid=$(cat $cg/d/cgroup.procs)
until_true eval '[ -e /proc/$pid/cgroup ]'
echo 'alloc late 100M' >/run/reclaimfs/ctl || true
until_true eval '[ ! -e /proc/$pid ]'

# Real processes: this shell by 0, a child by its number, with its memory.
echo 0 >$cg/a/cgroup.procs
t grep -qx $$ $cg/a/cgroup.procs
until_true grep -qx 0::/a /proc/$$/cgroup
head -c 30000000 /dev/zero | tail -c 29000000 | sleep 1000 &
sleeper=$!
tail=
until_true eval 'tail=$(pgrep -x tail)'
echo "$tail" >$cg/c/cgroup.procs
until_true eval '[ "$(cat $cg/c/memory.current)" -gt 28000000 ]'
echo 1 >$cg/c/cgroup.kill
until_true eval '! pgrep -x tail'
until_true grep -qx 'populated 0' $cg/c/cgroup.events
kill $sleeper
if echo 4000000 2>/dev/null >$cg/c/cgroup.procs; then echo "took what is not there"; exit 1; fi
echo all done
SH
in_it bash "$scratch/inside" >"$scratch/seen" 2>"$scratch/why" || fail "$(cat "$scratch/seen" "$scratch/why")"
expect_line "$scratch/seen" 'all done'
grep -q 'big of /b was killed at .* by a signal from the sandbox' "$scratch/why" || fail "why: $(cat "$scratch/why")"
grep -q 'spare of /c was killed at .* by cgroup.kill' "$scratch/why" || fail "why: $(cat "$scratch/why")"
grep -q 'late of /d was killed at .* by memcg-oom' "$scratch/why" || fail "why: $(cat "$scratch/why")"
expect_eq "kills" 4 "$(grep -c 'was killed at' "$scratch/why")"

# Stand-ins that come while the program ends do not change its status.
{
    echo 'machine: {memory: 1GiB, cpus: 2}'
    echo 'cgroups: {/a: {}}'
    echo 'timeline:'
    n=0
    while [ $n -lt 80 ]; do
        echo "  - $((n * 25))ms: task t$n cgroup=/a"
        n=$((n + 1))
    done
} >"$scratch/many.yaml"
in_sandbox --stand-ins --scenario "$scratch/many.yaml"
for status in 3 4 5; do
    got=0
    in_it sh -c "sleep 0.$status; exit $status" || got=$?
    expect_eq "status while stand-ins start" $status "$got"
done
