#!/bin/sh
# systemd-oomd's policy for swap: who uses most of it dies, before the kernel's OOM killer; also where zram comes late.
. "$(dirname "$0")/../lib.sh"
[ -w /proc/sys/kernel/ns_last_pid ] || skip "this kernel has no ns_last_pid"
in_sandbox
unpack_oomd bookworm
cat >"$scratch/wait" <<'SH'
sh "$2"
sleep 1
"$1"
head -n 1 /run/log/systemd-oomd.log
grep -E '^(SwapFree|SwapTotal)' /proc/meminfo
SH
for name in swap zram-late; do
    beside $name --with "$oomd" --scenario "$scenarios/oomd/$name.yaml" -- \
        sh "$scratch/wait" "$oomctl" "$scenarios/oomd/until-hog-dies.sh"
done
for name in swap zram-late; do
    finished $name
    expect_eq "$name: kills" 1 "$(grep -c 'was killed at' "$scratch/$name.err")"
    grep -q 'hog of /system.slice/hog.service was killed at .* by a signal from the sandbox' "$scratch/$name.err" ||
        fail "$name: $(cat "$scratch/$name.out" "$scratch/$name.err")"
    grep -q 'systemd-oomd: Killed /system.slice/hog.service due to memory used (.*) and swap used (.*) being more than 90.00%' \
        "$scratch/$name.err" || fail "$name: why: $(cat "$scratch/$name.err")"
    grep -A 2 'Swap Monitored CGroups:' "$scratch/$name.out" | grep -q 'Path: /$' || fail "$name: oomctl: $(cat "$scratch/$name.out")"
    # The machine recovers.
    awk '/^SwapTotal/ { total = $2 } /^SwapFree/ { exit !($2 > total / 2) }' "$scratch/$name.out" ||
        fail "$name: swap is not free again: $(cat "$scratch/$name.out")"
done
grep -q 'No swap' "$scratch/zram-late.out" || fail "there was swap from the beginning: $(cat "$scratch/zram-late.out")"
