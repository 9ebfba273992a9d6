#!/bin/sh
# A story from bug reports, with earlyoom unchanged: zram full of what does not compress leaves swap free, so it never acts.
. "$(dirname "$0")/../lib.sh"
[ -w /proc/sys/kernel/ns_last_pid ] || skip "this kernel has no ns_last_pid"
in_sandbox
unpack earlyoom
# shellcheck disable=SC2016 # the sandbox expands it
beside zram --stand-ins --scenario "$scenarios/oomd/zram-random.yaml" -- sh -c '
    timeout 60 "$1" -r 1 >"$2" 2>&1 &
    n=0
    until [ -n "$(cat /sys/fs/cgroup/b/cgroup.procs)" ]; do sleep 0.1; done
    while [ -n "$(cat /sys/fs/cgroup/b/cgroup.procs)" ] && [ $n -lt 500 ]; do
        sleep 0.1
        n=$((n + 1))
    done
    kill $!
' sh "$unpacked/usr/bin/earlyoom" "$scratch/log"
finished zram
grep -q 'hog of /b was killed at .* by oom' "$scratch/zram.err" || fail "$(cat "$scratch/zram.err" "$scratch/log")"
expect_eq "kills" 1 "$(grep -c 'was killed at' "$scratch/zram.err")"
! grep -q 'sending SIG[A-Z]* to process' "$scratch/log" || fail "earlyoom acted: $(cat "$scratch/log")"
# It has seen what comes: nearly no memory, and swap far above its limit.
grep -qE 'mem avail:.*\( ?[0-9]\.[0-9]+%\), swap free:.*\( ?([2-9]|10)[0-9]\.[0-9]+%\)' "$scratch/log" ||
    fail "earlyoom saw nothing: $(cat "$scratch/log")"
