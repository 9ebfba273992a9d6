#!/bin/sh
# Whoever ends tests/run.sh, by a signal to it alone as a machine does or by Ctrl-C, has no mount and no process left.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

# left: the processes that the run has started, by what they have been told to use for their files.
left() {
    for environ in /proc/[0-9]*/environ; do
        tr '\0' '\n' <"$environ" 2>/dev/null | grep -qx "TMPDIR=$scratch/run" && echo "$environ"
    done
    return 0
}

for signal in TERM INT; do
    mkdir "$scratch/run"
    # In a group of its own, and one that hears SIGINT, as in a terminal.
    TMPDIR=$scratch/run setsid python3 -c '
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])' "$root/tests/run.sh" interrupt exec-nohang >"$scratch/log" 2>&1 &
    runner=$!
    until grep -qF " $scratch/run/" /proc/self/mounts; do
        kill -0 "$runner" || fail "the tests ended by themselves: $(cat "$scratch/log")"
        sleep 0.1
    done
    kill -s "$signal" "$runner"
    status=0
    wait "$runner" || status=$?
    expected=143
    [ "$signal" = TERM ] || expected=130
    [ "$status" = "$expected" ] || fail "SIG$signal: status $status: $(cat "$scratch/log")"
    ! grep -F " $scratch/run/" /proc/self/mounts || fail "SIG$signal: a mount is left"
    [ -z "$(left)" ] || fail "SIG$signal: left are $(left)"
    [ -z "$(ls -A "$scratch/run")" ] || fail "SIG$signal: files are left: $(ls -A "$scratch/run")"
    rmdir "$scratch/run"
done
