#!/bin/sh
# A host without seccomp notification: the tier is left out with one line, or refused when it is asked for by name.
# shellcheck disable=SC2016 # the inner shell expands it
. "$(dirname "$0")/../lib.sh"
[ "$(id -u)" = 0 ] || skip "only root can pretend that the host lacks something"
in_sandbox
echo 'kill_process kill_thread trap errno trace log allow' >"$scratch/actions"
# lacking ARG…: exec where the kernel offers no user_notif; its status.
lacking() {
    unshare -m sh -c 'mount --bind "$0" /proc/sys/kernel/seccomp/actions_avail && exec "$@"' "$scratch/actions" \
        "$reclaimfs" exec "$@" >"$scratch/out" 2>"$scratch/said" && echo 0 || echo $?
}
expect_eq "asked for by name" 1 "$(lacking --tier syscalls -- true)"
grep -q 'this host lacks seccomp user notification' "$scratch/said" || fail "no reason: $(cat "$scratch/said")"
expect_eq "auto" 0 "$(lacking -- stat -f -c %t /sys/fs/cgroup)"
expect_eq "lines said" 1 "$(wc -l <"$scratch/said")"
grep -q 'tier syscalls is left out' "$scratch/said" || fail "no word: $(cat "$scratch/said")"
expect_eq "what statfs says" 65735546 "$(cat "$scratch/out")"
unshare -m sh -c 'mount --bind "$0" /proc/sys/kernel/seccomp/actions_avail && exec "$@"' "$scratch/actions" \
    "$reclaimfs" doctor >"$scratch/doctor" || fail "doctor"
grep -q '^exec, tier syscalls  *no (seccomp' "$scratch/doctor" || fail "doctor: $(cat "$scratch/doctor")"
grep -q '^exec, tier files  *yes' "$scratch/doctor" || fail "doctor: $(cat "$scratch/doctor")"
