#!/bin/sh
# oomd 0.5.0, unchanged: its package's own rules, growth, a dry run and senpai act on what the machine does, and it recovers.
. "$(dirname "$0")/../lib.sh"
[ -w /proc/sys/kernel/ns_last_pid ] || skip "this kernel has no ns_last_pid"
in_sandbox
unpack oomd
oomd=$unpacked/usr/bin/oomd
"$oomd" --list-plugins >/dev/null 2>"$scratch/said" || skip "oomd does not run here: $(tail -n 1 "$scratch/said")"
"$oomd" --check-config "$unpacked/etc/oomd/oomd.json" >/dev/null 2>&1 || fail "oomd does not take its own example"

# ---- the package's example: pressure above 60 for 30 s, free swap below 10 percent ----

cat >"$scratch/pressure.yaml" <<'YAML'
machine: {memory: 1GiB, cpus: 2}
disks: [{name: vda, size: 4GiB, profile: hdd}]
swap: [{device: /dev/vda}]
cgroups:
  /system.slice: {}
  /user.slice/user-1000.slice/session-1.scope: {memory.high: 64M}
  /user.slice/user-1000.slice/user@1000.service/app.slice: {}
timeline:
  - 0s: task editor cgroup=/user.slice/user-1000.slice/user@1000.service/app.slice
  - 0s: task victim cgroup=/user.slice/user-1000.slice/session-1.scope
  - 0s: alloc editor 20M
  - 0s: alloc victim 3000M             # above memory.high it is throttled, and stalls most of the time
YAML
cat >"$scratch/swap.yaml" <<'YAML'
machine: {memory: 512MiB, cpus: 2}
disks: [{name: vda, size: 1GiB}]
swap: [{device: /dev/vda}]
cgroups: {/user.slice: {}, /system.slice/hog.service: {}, /system.slice/small.service: {}}
timeline:
  - 0s: task other cgroup=/system.slice/small.service
  - 0s: alloc other 10M
  - 0s: task victim cgroup=/system.slice/hog.service
  - 1s: alloc victim 1300M
  - 4s: alloc victim 300M rate=15M/s region=more   # the last tenth of swap lasts for seven seconds
YAML

# ---- rules of our own ----

# Nobody has 60 percent of it: who grows fastest is to go, though not the largest.
cat >"$scratch/growth.json" <<'JSON'
{"rulesets": [{"name": "low swap",
  "detectors": [["free swap", {"name": "swap_free", "args": {"threshold_pct": "80"}}]],
  "actions": [{"name": "kill_by_memory_size_or_growth",
    "args": {"cgroup": "work/*", "size_threshold": "60", "growing_size_percentile": "10", "min_growth_ratio": "1.1"}}]}]}
JSON
cat >"$scratch/growth.yaml" <<'YAML'
machine: {memory: 1GiB, cpus: 2}
disks: [{name: vda, size: 256MiB}]
swap: [{device: /dev/vda}]
cgroups: {/work/large: {}, /work/grows: {}}
timeline:
  - 0s: task large cgroup=/work/large
  - 0s: alloc large 500M
  - 0s: task victim cgroup=/work/grows
  - 0s: alloc victim 150M
  - 4s: alloc victim 700M rate=80M/s region=more
YAML
cat >"$scratch/dry.json" <<'JSON'
{"rulesets": [{"name": "pressure",
  "detectors": [["pressure", {"name": "pressure_above",
    "args": {"cgroup": "user.slice", "resource": "memory", "threshold": "5", "duration": "2"}}]],
  "actions": [{"name": "kill_by_memory_size_or_growth",
    "args": {"cgroup": "user.slice/user-*.slice/session-*.scope", "dry": "true", "post_action_delay": "60"}}]}]}
JSON
# Of 400 MiB a tenth is in use: senpai takes memory away until it hurts.
cat >"$scratch/senpai.json" <<'JSON'
{"rulesets": [{"name": "senpai",
  "detectors": [["always", {"name": "exists", "args": {"cgroup": "work"}}]],
  "actions": [{"name": "senpai", "args": {"cgroup": "work", "limit_min_bytes": "1048576", "interval": "2",
    "max_probe": "0.2", "pressure_ms": "50"}}]}]}
JSON
cat >"$scratch/senpai.yaml" <<'YAML'
machine: {memory: 1GiB, cpus: 2}
disks: [{name: vda, size: 1GiB}]
swap: [{device: /dev/vda}]
cgroups: {/work: {}}
timeline:
  - 0s: task idle cgroup=/work
  - 0s: alloc idle 360M
  - 0s: alloc idle 40M region=hot
  - 1s: touch idle region=hot pattern=uniform rate=40M/s for=1h
YAML

# inside OOMD CONFIGURATION LOG SECONDS VICTIM: as long as the victim lives, at most that; then how things are.
cat >"$scratch/inside" <<'SH'
mkdir /run/oomd
"$1" -C "$2" -i 1 --cgroup-fs /sys/fs/cgroup -D /run/oomd >"$3" 2>&1 &
victim=/sys/fs/cgroup/$5
until [ -n "$(cat "$victim/cgroup.procs")" ]; do sleep 0.1; done
n=0
while [ -n "$(cat "$victim/cgroup.procs")" ] && [ $n -lt $(($4 * 10)) ]; do
    sleep 0.1
    n=$((n + 1))
done
echo "ended after $n"
sleep 2
kill $! || echo "oomd has gone"
echo "processes: $(find /sys/fs/cgroup -mindepth 2 -name cgroup.procs -exec cat {} + | wc -l)"
sed -n 's/^\(MemAvailable\|SwapTotal\|SwapFree\): *\([0-9]*\) kB/\1 \2/p' /proc/meminfo
echo "current $(cat "$victim/memory.current")"
echo "high $(cat "$victim/memory.high")"
sed -n 's/^full avg10=\([0-9]*\).*/full \1/p' "$victim/memory.pressure"
SH
# rules NAME SCENARIO CONFIGURATION SECONDS VICTIM
rules() {
    beside "$1" --stand-ins --scenario "$scratch/$2.yaml" -- sh "$scratch/inside" "$oomd" "$3" "$scratch/$1.log" "$4" "$5"
}
session=user.slice/user-1000.slice/session-1.scope
rules pressure pressure "$unpacked/etc/oomd/oomd.json" 80 $session
rules swap swap "$unpacked/etc/oomd/oomd.json" 60 system.slice/hog.service
rules growth growth "$scratch/growth.json" 60 work/grows
rules dry pressure "$scratch/dry.json" 18 $session
rules senpai senpai "$scratch/senpai.json" 30 work

said() { cat "$scratch/$1.out" "$scratch/$1.err" "$scratch/$1.log"; }
seen() { key "$scratch/$1.out" "$2"; }
for name in pressure swap growth; do
    finished $name
    expect_eq "$name: kills" 1 "$(grep -c 'was killed at' "$scratch/$name.err")"
    grep -q 'victim of .* was killed at .* by a signal from the sandbox' "$scratch/$name.err" || fail "$name: $(said $name)"
    expect_line "$scratch/$name.out" 'processes: 1'
    ! grep -q 'oomd has gone' "$scratch/$name.out" || fail "$name: $(said $name)"
done
# The machine recovers.
expect_num "pressure: available afterwards, kB" "$(seen pressure MemAvailable)" -gt 800000
expect_num "swap: available afterwards, kB" "$(seen swap MemAvailable)" -gt 400000
# What the large one had to give up before is still in swap: how much, depends on when oomd looked.
expect_num "growth: available afterwards, kB" "$(seen growth MemAvailable)" -gt 400000
for name in pressure swap; do
    expect_num "$name: swap is free again, kB" "$(seen $name SwapFree)" -gt $(($(seen $name SwapTotal) * 3 / 4))
done
grep -q 'user pressure above 60 for 30s' "$scratch/pressure.log" || fail "pressure: another rule: $(said pressure)"
grep -q 'free swap goes below 10 percent' "$scratch/swap.log" || fail "swap: another rule: $(said swap)"
grep -qi 'growth' "$scratch/growth.log" || fail "growth: not for growth: $(said growth)"

finished dry
grep -q 'pressure .* is over the threshold of 5 for 2 seconds' "$scratch/dry.log" || fail "dry: no pressure: $(said dry)"
grep -q "dry-run mode; would have tried to kill /sys/fs/cgroup/$session" "$scratch/dry.log" || fail "dry: no victim: $(said dry)"
! grep -q 'was killed at' "$scratch/dry.err" || fail "dry: $(said dry)"
expect_line "$scratch/dry.out" 'ended after 180'
expect_line "$scratch/dry.out" 'processes: 2'

# What is in use stays, nearly all else has gone to swap; its limit is what it holds.
finished senpai
! grep -q 'was killed at' "$scratch/senpai.err" || fail "senpai: $(said senpai)"
expect_num "senpai: what is left, bytes" "$(seen senpai current)" -lt 200000000
expect_num "senpai: what is left, bytes" "$(seen senpai current)" -gt 20000000
expect_num "senpai: the limit, bytes" "$(seen senpai high)" -lt 220000000
expect_num "senpai: pressure" "$(seen senpai full)" -lt 20
