#!/bin/sh
# Whom systemd-oomd takes: leaves only, unless memory.oom.group joins them; the next one no sooner than 15 s later.
. "$(dirname "$0")/../lib.sh"
[ -w /proc/sys/kernel/ns_last_pid ] || skip "this kernel has no ns_last_pid"
in_sandbox
unpack_oomd bookworm
cat >"$scratch/common" <<'YAML'
machine: {memory: 1GiB, cpus: 2}
disks: [{name: vda, size: 64MiB}]
swap: [{device: /dev/vda}]
oomd: {DefaultMemoryPressureDurationSec: 1s}
YAML
scenario() { { cat "$scratch/common" && printf '%s\n' "$2"; } >"$scratch/$1.yaml"; }
watched='units:
  test.slice: {ManagedOOMMemoryPressure: kill, ManagedOOMMemoryPressureLimit: 5%}'

# The cgroup below is the leaf, and the service is not: its own process, were there one, would stay.
tree='timeline:
  - 0s: task calm cgroup=/test.slice/bloat.service/calm
  - 0s: alloc calm 1M
  - 0s: task bloat cgroup=/test.slice/bloat.service/below
  - 1s: alloc bloat 600M'
scenario leaf "$watched
  bloat.service: {Slice: test.slice}
cgroups: {/test.slice/bloat.service/below: {memory.high: 3M}, /test.slice/bloat.service/calm: {}}
$tree"
scenario group "$watched
  bloat.service: {Slice: test.slice}
cgroups:
  /test.slice/bloat.service: {memory.oom.group: 1}
  /test.slice/bloat.service/below: {memory.high: 3M}
  /test.slice/bloat.service/calm: {}
$tree"
scenario second "$watched
  bloat.service: {Slice: test.slice, MemoryHigh: 3M}
  again.service: {Slice: test.slice, MemoryHigh: 6M}
timeline:
  - 0s: task bloat cgroup=/test.slice/bloat.service
  - 0s: task again cgroup=/test.slice/again.service
  - 1s: alloc bloat 600M
  - 1s: alloc again 600M"
cat >"$scratch/look" <<'SH'
# look KILLS: until so many processes have been killed; their number, and the counter of the service's cgroup
cd /sys/fs/cgroup/test.slice || exit 1
members() { find . -name cgroup.procs -exec cat {} + | wc -l; }
n=0
until [ "$(members)" = 2 ] || [ $n -gt 300 ]; do sleep 0.1; n=$((n + 1)); done
until [ "$(members)" -le $((2 - $1)) ] || [ $n -gt 600 ]; do sleep 0.1; n=$((n + 1)); done
sleep 2
echo "left: $(members)"
for service in bloat.service bloat.service/below; do
    [ ! -d $service ] || python3 -c 'import os, sys; print(sys.argv[1], os.getxattr(sys.argv[1], "user.oomd_kill").decode())' $service
done 2>/dev/null
:
SH
for name in leaf group second; do
    kills=$([ $name = leaf ] && echo 1 || echo 2)
    beside $name --with "$oomd" --scenario "$scratch/$name.yaml" -- sh "$scratch/look" "$kills"
done
for name in leaf group second; do
    finished $name
    sed -n 's/^reclaimfs: \([a-z]*\) of .* was killed at \([0-9.]*\) s.*/\1 \2/p' "$scratch/$name.err" >"$scratch/$name.kills"
done
said() { cat "$scratch/$1.out" "$scratch/$1.err"; }
expect_eq "leaf: killed" bloat "$(awk '{ print $1 }' "$scratch/leaf.kills")"
expect_line "$scratch/leaf.out" 'left: 1'
expect_line "$scratch/leaf.out" 'bloat.service/below 1'
expect_eq "group: killed" 'bloat calm' "$(awk '{ print $1 }' "$scratch/group.kills" | sort | paste -sd' ' -)"
expect_line "$scratch/group.out" 'bloat.service 2'
expect_eq "second: kills" 2 "$(wc -l <"$scratch/second.kills")"
# oomd waits 15 s from its own kill; the sandbox writes down when it saw a death, which a busy machine delays. Without the
# wait the second would follow after the second that pressure has to last.
awk '{ at[NR] = $2 } END { exit !(at[2] - at[1] >= 12 && at[2] - at[1] <= 25) }' "$scratch/second.kills" ||
    fail "second: not about 15 s after the first: $(said second)"
