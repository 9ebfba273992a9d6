#!/bin/sh
# earlyoom, unchanged, kills the task it should, and nobody outside though memory looks hopeless.
# shellcheck disable=SC2016 # the sandbox expands it
. "$(dirname "$0")/../lib.sh"
[ -w /proc/sys/kernel/ns_last_pid ] || skip "this kernel has no ns_last_pid"
unpack earlyoom
earlyoom=$unpacked/usr/bin/earlyoom
cat >"$scratch/full.yaml" <<'YAML'
machine: {memory: 1GiB, cpus: 2}
cgroups: {/a: {}, /b: {}}
timeline:
  - 0s: task small cgroup=/a
  - 0s: alloc small 100M
  - 0s: task big cgroup=/b
  - 0s: alloc big 700M
  - 4s: alloc big 60M
YAML
in_sandbox --stand-ins --scenario "$scratch/full.yaml"

# First of all: in there are only the sandbox's own processes. Without that no killer is started.
seen=$(in_it sh -c 'ps -e -o pid= | wc -l; [ ! -e "/proc/$1" ] || [ "$1" -lt 100 ]' sh "$$") || fail "the host's processes are in sight"
expect_num "processes in sight" "$seen" -le 8

# Dry: it names the victim, again and again, and nobody dies.
in_it sh -c '
    timeout 20 "$1" --dryrun -d -r 1 >"$2" 2>&1 &
    until grep -q "sending SIGTERM to process" "$2"; do sleep 0.1; done
    kill $!
    cat /sys/fs/cgroup/b/cgroup.procs
' sh "$earlyoom" "$scratch/log" >"$scratch/seen" 2>"$scratch/why" || fail "dry: status $?: $(cat "$scratch/log" "$scratch/why")"
grep -q 'sending SIGTERM to process [0-9]* uid 0 "big"' "$scratch/log" || fail "dry: $(cat "$scratch/log")"
expect_num "members of /b" "$(wc -l <"$scratch/seen")" -eq 1
! grep -q 'was killed' "$scratch/why" || fail "dry: $(cat "$scratch/why")"

# The processes of the host, which could be victims.
ps -e -o pid=,comm= >"$scratch/before"
sleep 100 &
bystander=$!
in_it sh -c '
    timeout 20 "$1" -r 1 >"$2" 2>&1 &
    until [ -z "$(cat /sys/fs/cgroup/b/cgroup.procs)" ] && [ -n "$(cat /sys/fs/cgroup/a/cgroup.procs)" ]; do sleep 0.1; done
    kill $!
    sed -n "s/^MemAvailable: *//p" /proc/meminfo
' sh "$earlyoom" "$scratch/log" >"$scratch/seen" 2>"$scratch/why" || fail "status $?: $(cat "$scratch/log" "$scratch/why")"
grep -q 'sending SIGTERM to process [0-9]* uid 0 "big"' "$scratch/log" || fail "$(cat "$scratch/log")"
expect_eq "signals sent" 1 "$(grep -c 'sending SIG[A-Z]* to process' "$scratch/log")"
expect_num "the machine has recovered, kB" "$(sed 's/ kB//' "$scratch/seen")" -gt 800000
grep -q 'big of /b was killed at [4-9]\..* s by a signal' "$scratch/why" || fail "why: $(cat "$scratch/why")"
grep -q 'before: available .* (6\.[0-9] %)' "$scratch/why" || fail "no evidence: $(cat "$scratch/why")"
kill "$bystander" || fail "a process of the host was killed"

# Hopeless: no memory is ever given back, so the killer goes on with all it can see, itself at last.
cat >"$scratch/hopeless.yaml" <<'YAML'
machine: {memory: 512MiB, cpus: 2}
cgroups: {/a: {}}
timeline:
  - 0s: task immortal cgroup=/a oom_score_adj=-1000
  - 0s: alloc immortal 440M
YAML
exec_arguments="--scenario $scratch/hopeless.yaml"
sleep 100 &
bystander=$!
in_it sh -c '
    sleep 50 & sleep 50 & sleep 50 & sleep 1
    timeout 10 "$1" -r 0 >"$2" 2>&1 || true
' sh "$earlyoom" "$scratch/log" >/dev/null 2>&1 || true
grep -q 'sending SIG[A-Z]* to process' "$scratch/log" || fail "earlyoom was content: $(cat "$scratch/log")"
# It named only numbers of the sandbox.
sed -n 's/.*sending SIG[A-Z]* to process \([0-9]*\) .*/\1/p' "$scratch/log" >"$scratch/victims"
expect_num "victims" "$(wc -l <"$scratch/victims")" -ge 1
kill "$bystander" || fail "a process of the host was killed"
while read -r pid rest; do
    # Those that have ended by themselves meanwhile are not the killer's: it cannot have known their numbers.
    if ! [ -e "/proc/$pid" ] && grep -qx "$pid" "$scratch/victims"; then
        fail "process $pid ($rest) of the host has gone, and is on the killer's list"
    fi
done <"$scratch/before"
