#!/bin/sh
# Whoever is killed, server or sandbox: the other ends soon, and no process, mount or directory is left.
. "$(dirname "$0")/../lib.sh"
in_sandbox --tier auto
# Everything of one exec is a descendant of it, and knows this mark.
begin() {
    : >"$scratch/out"
    mark="mark-$$-$1"
    # shellcheck disable=SC2086 # words
    MARK=$mark "$reclaimfs" exec $exec_arguments -- sh -c 'echo up; exec sleep 1000' >"$scratch/out" 2>"$scratch/err" &
    pid=$!
    wait_until 60 "the program is up" grep -q up "$scratch/out"
}
# The processes that have the mark in their environment.
left() { grep -lsF "MARK=$mark" /proc/[0-9]*/environ | wc -l; }
nothing_left() { [ "$(left)" = 0 ]; }
mkdir "$scratch/tmp"
export RECLAIMFS_JAVA_OPTS="-Djava.io.tmpdir=$scratch/tmp"

begin server
expect_num "processes of a sandbox" "$(left)" -ge 3
kill -KILL "$pid"
wait "$pid" 2>/dev/null || true
wait_until 2 "nothing is left of a killed server" nothing_left
grep -q 'the server is gone' "$scratch/err" || fail "no word about it: $(cat "$scratch/err")"

begin sandbox
first=
grep -lsF "MARK=$mark" /proc/[0-9]*/environ >"$scratch/all" || true # some have gone meanwhile
while read -r environ; do
    # Process 1 of its namespace.
    if grep -q '^NSpid:.*[[:space:]]1$' "${environ%environ}status"; then
        first=${environ#/proc/}
    fi
done <"$scratch/all"
[ -n "$first" ] || fail "no process 1"
kill -KILL "${first%/environ}"
status=0
wait "$pid" || status=$?
expect_num "status of a killed sandbox" "$status" -ne 0
wait_until 2 "nothing is left of a killed sandbox" nothing_left

# A machine of somebody else's, whose server is killed.
start --manual
server=$(cat "$mnt/reclaimfs/pid")
: >"$scratch/out"
MARK=mark-$$-mounted "$reclaimfs" exec "$mnt" -- sh -c 'echo up; exec sleep 1000' >"$scratch/out" 2>"$scratch/err" &
pid=$! mark=mark-$$-mounted
wait_until 60 "the program is up" grep -q up "$scratch/out"
kill -KILL "$server"
status=0
wait "$pid" || status=$?
expect_num "status when the server is gone" "$status" -ne 0
grep -q 'is gone' "$scratch/err" || fail "no word about it: $(cat "$scratch/err")"
wait_until 2 "nothing is left" nothing_left
stop || true
! grep -E " (/run/\.|$scratch)" /proc/self/mountinfo || fail "mounts are left"
expect_eq "files" "" "$(ls -A "$scratch/tmp")"
