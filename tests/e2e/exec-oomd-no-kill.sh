#!/bin/sh
# Where systemd-oomd must not kill, it does not: pressure below the limit, only swap or only memory short, no unit with 5 % of the
# swap, no reclaim activity, ManagedOOMPreference=omit.
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
# The policy for swap, and pressure is no reason.
policy='units:
  -.slice: {ManagedOOMSwap: kill}
  test.slice: {ManagedOOMMemoryPressure: kill, ManagedOOMMemoryPressureLimit: 100%}
  bloat.service: {Slice: test.slice}
  chill.service: {Slice: test.slice}'
# Memory is full, and swap is not.
sed -i 's/alloc bloat 600M/alloc bloat 1200M/' "$scratch/common"
scenario memory "disks: [{name: vda, size: 2GiB}]
swap: [{device: /dev/vda}]
$policy"
# Both are full of what is in no unit: none has more than 5 % of the swap.
sed -i 's/alloc bloat 1200M/alloc bloat 40M/' "$scratch/common"
cat >>"$scratch/common" <<'YAML'
  - 1s: task init cgroup=/
  - 1s: alloc init 1088M
YAML
scenario shares "disks: [{name: vda, size: 192MiB}]
swap: [{device: /dev/vda}]
cgroups: {/test.slice/bloat.service: {memory.swap.max: 4M}, /test.slice/chill.service: {}}
$policy"
cat >"$scratch/look" <<'SH'
cd /sys/fs/cgroup/test.slice || exit 1
sleep 12
grep '^full' memory.pressure
grep '^pgscan ' memory.stat
awk '/^(MemTotal|MemAvailable|SwapTotal|SwapFree):/ { print $1, $2 }' /proc/meminfo
for service in bloat chill; do echo "$service: '$(cat $service.service/cgroup.procs)'"; done
"$1"
SH
for name in limit no-swap omit memory shares; do
    beside $name --with "$oomd" --scenario "$scratch/$name.yaml" -- sh "$scratch/look" "$oomctl"
done
for name in limit no-swap omit; do
    finished $name
    full=$(sed -n 's/^full avg10=\([0-9]*\).*/\1/p' "$scratch/$name.out")
    expect_num "$name: pressure" "$full" -ge 10
    grep -q 'Path: /test.slice' "$scratch/$name.out" || fail "$name is not watched: $(cat "$scratch/$name.out")"
done
for name in memory shares; do
    finished $name
done
for name in limit no-swap memory shares; do
    ! grep -q 'was killed at' "$scratch/$name.err" || fail "$name: $(cat "$scratch/$name.out" "$scratch/$name.err")"
    grep -q "^bloat: '[0-9]" "$scratch/$name.out" || fail "$name: $(cat "$scratch/$name.out" "$scratch/$name.err")"
done
expect_line "$scratch/no-swap.out" 'pgscan 0'
grep -q '^SwapFree: [0-9]\{1,3\}$' "$scratch/limit.out" || fail "swap is not full: $(cat "$scratch/limit.out")"
expect_line "$scratch/omit.out" "chill: ''"
grep -q "^bloat: '[0-9]" "$scratch/omit.out" || fail "omit: $(cat "$scratch/omit.out" "$scratch/omit.err")"
# As full as the policy asks for: less than a tenth of it is left.
low() { [ $(($(key "$scratch/$1.out" "$2") * 10)) -lt "$(key "$scratch/$1.out" "$3")" ]; }
low memory MemAvailable MemTotal || fail "memory: is not full: $(cat "$scratch/memory.out")"
! low memory SwapFree SwapTotal || fail "memory: swap is full, too: $(cat "$scratch/memory.out")"
low shares MemAvailable MemTotal || fail "shares: memory is not full: $(cat "$scratch/shares.out")"
low shares SwapFree SwapTotal || fail "shares: swap is not full: $(cat "$scratch/shares.out")"
