#!/bin/sh
# oomd, unchanged, with a configuration of its own: pressure that a thrashing task makes leads to the kill of that task.
. "$(dirname "$0")/../lib.sh"
[ -w /proc/sys/kernel/ns_last_pid ] || skip "this kernel has no ns_last_pid"
unpack oomd
oomd=$unpacked/usr/bin/oomd
"$oomd" --list-plugins >/dev/null 2>"$scratch/said" || skip "oomd does not run here: $(tail -n 1 "$scratch/said")"
cat >"$scratch/oomd.json" <<'JSON'
{"rulesets": [{
  "name": "memory pressure protection",
  "detectors": [["pressure", {"name": "pressure_above",
      "args": {"cgroup": "workload", "resource": "memory", "threshold": "5", "duration": "2"}},
    {"name": "memory_reclaim", "args": {"cgroup": "workload", "duration": "10"}}]],
  "actions": [{"name": "kill_by_memory_size_or_growth", "args": {"cgroup": "workload/*"}}]}]}
JSON
cat >"$scratch/thrash.yaml" <<'YAML'
machine: {memory: 1GiB, cpus: 2}
disks: [{name: vda, size: 2GiB, profile: hdd}]
swap: [{device: /dev/vda}]
cgroups: {/workload: {}, /workload/bloat: {memory.max: 100M}, /workload/chill: {}}
timeline:
  - 0s: task bloat cgroup=/workload/bloat
  - 0s: task chill cgroup=/workload/chill
  - 0s: alloc chill 20M
  - 0s: alloc bloat 90M
  - 3s: alloc bloat 200M
  - 4s: touch bloat pattern=uniform for=1h
YAML
in_sandbox --stand-ins --scenario "$scratch/thrash.yaml"
cat >"$scratch/inside" <<'SH'
mkdir /run/oomd
"$1" -C "$2/oomd.json" -i 1 --cgroup-fs /sys/fs/cgroup -D /run/oomd >"$2/log" 2>&1 &
cd /sys/fs/cgroup/workload || exit 1
full() { sed -n 's/^full avg10=\([0-9]*\).*/\1/p' memory.pressure; }
until [ -n "$(cat bloat/cgroup.procs)" ]; do sleep 0.1; done
n=0
while [ -n "$(cat bloat/cgroup.procs)" ] && [ $n -lt 300 ]; do
    sleep 0.1
    n=$((n + 1))
done
at=$(full)
kill $!
sleep 6
echo "pressure $at, then $(full); bloat '$(cat bloat/cgroup.procs)', chill '$(cat chill/cgroup.procs)'"
SH
in_it sh "$scratch/inside" "$oomd" "$scratch" >"$scratch/seen" 2>"$scratch/why" || fail "$(cat "$scratch/log" "$scratch/why")"
grep -q "bloat '', chill '[0-9]*'" "$scratch/seen" || fail "$(cat "$scratch/log" "$scratch/why" "$scratch/seen")"
expect_num "pressure at the kill" "$(sed -n 's/.*pressure \([0-9]*\),.*/\1/p' "$scratch/seen")" -ge 5
expect_num "pressure after it" "$(sed -n 's/.* then \([0-9]*\);.*/\1/p' "$scratch/seen")" -le \
    "$(sed -n 's/.*pressure \([0-9]*\),.*/\1/p' "$scratch/seen")"
grep -q 'bloat of /workload/bloat was killed at .* by a signal' "$scratch/why" || fail "why: $(cat "$scratch/why")"
expect_eq "kills" 1 "$(grep -c 'was killed at' "$scratch/why")"
grep -q 'pressure .* is over the threshold' "$scratch/log" || fail "not for pressure: $(cat "$scratch/log")"
