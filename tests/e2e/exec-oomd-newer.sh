#!/bin/sh
# Newer ones, unchanged: systemd-oomd 257 with a duration of a unit's own; the newest (262) kills by cgroup.kill and reloads on SIGHUP.
. "$(dirname "$0")/../lib.sh"
[ -w /proc/sys/kernel/ns_last_pid ] || skip "this kernel has no ns_last_pid"
in_sandbox
cases=$scenarios/oomd
workload=/TEST.slice/TEST-55.slice/TEST-55-OOMD.slice/TEST-55-OOMD-workload.slice

# duration_override: the services are watched by themselves, testmunch for 3 s.
mkdir -p "$scratch/override/system/testmunch.service.d" "$scratch/override/system/testchill.service.d"
printf '[Service]\nManagedOOMMemoryPressure=kill\nManagedOOMMemoryPressureDurationSec=3s\nManagedOOMMemoryPressureLimit=20%%\n' \
    >"$scratch/override/system/testmunch.service.d/override.conf"
printf '[Service]\nManagedOOMMemoryPressure=kill\n' >"$scratch/override/system/testchill.service.d/override.conf"
mkdir -p "$scratch/override/system/TEST-55-OOMD-workload.slice.d"
printf '[Slice]\nManagedOOMMemoryPressure=auto\n' >"$scratch/override/system/TEST-55-OOMD-workload.slice.d/override.conf"
unpack_oomd trixie
beside munch --units "$scratch/override" --units "$cases/test-55" --with "$oomd" --scenario "$cases/test-55.yaml" -- \
    sh "$cases/test-55.sh" "$reclaimfs" "$oomctl" $workload munch chill

unpack_oomd sid
cat >"$scratch/reload" <<'SH'
set -eu
printf '[OOM]\nSwapUsedLimit=80%%\nDefaultMemoryPressureLimit=55%%\nDefaultMemoryPressureDurationSec=5s\n' \
    >/run/systemd/oomd.conf.d/zz-reload.conf
# Not by its name: it runs under its own loader.
for process in /proc/[0-9]*; do
    if tr '\0' ' ' <"$process/cmdline" 2>/dev/null | grep -q '/usr/lib/systemd/systemd-oomd *$'; then
        kill -HUP "${process#/proc/}"
    fi
done
sleep 1
"$1"
SH
# shellcheck disable=SC2016 # the sandbox expands it
beside bloat --units "$cases/test-55" --with "$oomd" --scenario "$cases/test-55.yaml" -- \
    sh -ec 'sh "$1" "$2" "$3" "$4" bloat chill; sh "$5" "$3"' sh \
    "$cases/test-55.sh" "$reclaimfs" "$oomctl" $workload "$scratch/reload"

finished munch
awk '/Path:/ { path = $2 } /Memory Pressure Duration:/ { sub(".*/", "", path); print path, $NF }' "$scratch/munch.out" >"$scratch/durations"
expect_line "$scratch/durations" 'testmunch.service 3s'
expect_line "$scratch/durations" 'testchill.service 2s'
killed_after munch 3000
expect_eq "kills" 1 "$(grep -c 'was killed at' "$scratch/munch.err")"

finished bloat
killed_after bloat 2000
grep -q 'testbloat.service was killed at .* by cgroup.kill' "$scratch/bloat.err" || fail "why: $(cat "$scratch/bloat.err")"
grep -q 'systemd-oomd: Marked .* for killing due to memory pressure' "$scratch/bloat.err" || fail "why: $(cat "$scratch/bloat.err")"
expect_eq "kills" 1 "$(grep -c 'was killed at' "$scratch/bloat.err")"
expect_line "$scratch/bloat.out" 'Swap Used Limit: 90.00%'
for line in 'Swap Used Limit: 80.00%' 'Default Memory Pressure Limit: 55.00%' 'Default Memory Pressure Duration: 5s'; do
    expect_line "$scratch/bloat.out" "$line"
done
