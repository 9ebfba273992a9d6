#!/bin/sh
# systemd-oomd 252, unchanged, with the units of systemd's own TEST-55-OOMD: system, user and preference cases.
. "$(dirname "$0")/../lib.sh"
[ -w /proc/sys/kernel/ns_last_pid ] || skip "this kernel has no ns_last_pid"
in_sandbox
unpack_oomd bookworm
cases=$scenarios/oomd
workload=/TEST.slice/TEST-55.slice/TEST-55-OOMD.slice/TEST-55-OOMD-workload.slice
user=/user.slice/user-4711.slice/user@4711.service
mkdir -p "$scratch/avoid/system/testbloat.service.d"
printf '[Service]\nManagedOOMPreference=avoid\n' >"$scratch/avoid/system/testbloat.service.d/99.conf"

# one NAME UNITS SLICE VICTIM OTHER…
one() {
    name=$1 units=$2 slice=$3
    shift 3
    # shellcheck disable=SC2086 # words
    beside "$name" $units --units "$cases/test-55" --with "$oomd" --scenario "$cases/test-55.yaml" -- \
        sh "$cases/test-55.sh" "$reclaimfs" "$oomctl" "$slice" "$@"
}
one system '' $workload bloat chill
one user '' $user$workload bloat chill
one avoid "--units $scratch/avoid" $workload munch chill bloat
for name in system user avoid; do
    finished $name
    killed_after $name 2000
    # One process, once; the daemon counts it, and says so on its bus.
    expect_line "$scratch/$name.out" 'oomd_ooms 1 oomd_kill 1'
    expect_eq "$name: signals" 2 "$(grep -c '^signal' "$scratch/$name.out")"
    expect_line "$scratch/$name.out" 'signal "memory-pressure"'
    expect_line "$scratch/$name.out" 'Default Memory Pressure Duration: 2s'
    grep -q 'Memory Pressure Limit: 20.00%' "$scratch/$name.out" || fail "$name: oomctl: $(cat "$scratch/$name.out")"
    expect_eq "$name: kills" 1 "$(grep -c 'was killed at' "$scratch/$name.err")"
    grep -q 'systemd-oomd: Killed .* with reclaim activity' "$scratch/$name.err" || fail "$name: why: $(cat "$scratch/$name.err")"
done
expect_line "$scratch/system.out" "signal \"$workload/testbloat.service\""
expect_line "$scratch/user.out" "signal \"$user$workload/testbloat.service\""
expect_line "$scratch/avoid.out" "signal \"$workload/testmunch.service\""
grep -q "Path: $user$workload\$" "$scratch/user.out" || fail "the user's slice is not watched: $(cat "$scratch/user.out")"
