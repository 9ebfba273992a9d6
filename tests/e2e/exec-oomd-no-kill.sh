#!/bin/sh
# Where systemd-oomd must not kill, it does not: pressure below the limit with full swap, no reclaim activity, ManagedOOMPreference=omit.
. "$(dirname "$0")/../lib.sh"
[ -w /proc/sys/kernel/ns_last_pid ] || skip "this kernel has no ns_last_pid"
in_sandbox
unpack_oomd bookworm
cat >"$scratch/common" <<'YAML'
machine: {memory: 1GiB, cpus: 2}
oomd: {DefaultMemoryPressureDurationSec: 1s}
timeline:
  - 0s: task chill cgroup=/test.slice/chill.service
  - 0s: alloc chill 1M
  - 0s: task bloat cgroup=/test.slice/bloat.service
  - 1s: alloc bloat 600M
YAML
swap='disks: [{name: vda, size: 64MiB}]
swap: [{device: /dev/vda}]'
# case NAME TEXT: a scenario of its own
scenario() { { cat "$scratch/common" && printf '%s\n' "$2"; } >"$scratch/$1.yaml"; }

# Swap is full, and memory is not: the policy for swap wants both. Pressure is high, and the limit is higher.
scenario limit "$swap
units:
  -.slice: {ManagedOOMSwap: kill}
  test.slice: {ManagedOOMMemoryPressure: kill, ManagedOOMMemoryPressureLimit: 90%}
  bloat.service: {Slice: test.slice, MemoryHigh: 3M}
  chill.service: {Slice: test.slice}"
# Nothing can be reclaimed without swap: pressure without a single page scanned.
scenario no-swap "units:
  -.slice: {ManagedOOMSwap: kill}
  test.slice: {ManagedOOMMemoryPressure: kill, ManagedOOMMemoryPressureLimit: 5%}
  bloat.service: {Slice: test.slice, MemoryHigh: 3M}
  chill.service: {Slice: test.slice}"
# The one to blame is not to be killed: the other is.
scenario omit "$swap
units:
  test.slice: {ManagedOOMMemoryPressure: kill, ManagedOOMMemoryPressureLimit: 5%}
  bloat.service: {Slice: test.slice, MemoryHigh: 3M, ManagedOOMPreference: omit}
  chill.service: {Slice: test.slice}"
cat >"$scratch/look" <<'SH'
cd /sys/fs/cgroup/test.slice || exit 1
sleep 12
grep '^full' memory.pressure
grep '^pgscan ' memory.stat
grep '^SwapFree' /proc/meminfo
for service in bloat chill; do echo "$service: '$(cat $service.service/cgroup.procs)'"; done
"$1"
SH
for name in limit no-swap omit; do
    beside $name --with "$oomd" --scenario "$scratch/$name.yaml" -- sh "$scratch/look" "$oomctl"
done
for name in limit no-swap omit; do
    finished $name
    full=$(sed -n 's/^full avg10=\([0-9]*\).*/\1/p' "$scratch/$name.out")
    expect_num "$name: pressure" "$full" -ge 10
    grep -q 'Path: /test.slice' "$scratch/$name.out" || fail "$name is not watched: $(cat "$scratch/$name.out")"
done
for name in limit no-swap; do
    ! grep -q 'was killed at' "$scratch/$name.err" || fail "$name: $(cat "$scratch/$name.out" "$scratch/$name.err")"
    grep -q "^bloat: '[0-9]" "$scratch/$name.out" || fail "$name: $(cat "$scratch/$name.out" "$scratch/$name.err")"
done
expect_line "$scratch/no-swap.out" 'pgscan 0'
grep -q '^SwapFree: *[0-9]\{1,3\} kB' "$scratch/limit.out" || fail "swap is not full: $(cat "$scratch/limit.out")"
expect_line "$scratch/omit.out" "chill: ''"
grep -q "^bloat: '[0-9]" "$scratch/omit.out" || fail "omit: $(cat "$scratch/omit.out" "$scratch/omit.err")"
