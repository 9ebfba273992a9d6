#!/bin/sh
# Who waits for a file is told: poll(2) of events files, PSI triggers, inotify.
. "$(dirname "$0")/../lib.sh"
command -v gcc >/dev/null || skip "there is no gcc"
gcc -O2 -Wall -Wextra -Werror -o "$scratch/notify" "$root/tests/e2e/notify.c"
start --scenario "$scenarios/zswap.yaml"
echo +memory >"$cg/cgroup.subtree_control"
mkdir "$cg/w" "$cg/w/leaf" "$cg/other"
echo +memory >"$cg/w/cgroup.subtree_control"

# begin NAME ARG…: starts it in the background and waits until it is ready; what it says goes to $scratch/NAME
begin() {
    name=$1
    shift
    : >"$scratch/$name"
    "$scratch/notify" "$@" >"$scratch/$name" &
    eval "pid_$name=\$!"
    tries=0
    until grep -qx ready "$scratch/$name"; do
        tries=$((tries + 1))
        [ "$tries" -lt 200 ] || fail "notify $* is not ready: $(cat "$scratch/$name")"
        sleep 0.05
    done
}
# expect_said WHAT NAME EXPECTED: waits for its end; what it has said after "ready", a semicolon for each line's end
expect_said() {
    eval "wait \"\$pid_$2\"" || fail "notify ended: $(cat "$scratch/$2")"
    expect_eq "$1" "$3" "$(awk 'told; $0 == "ready" { told = 1 }' "$scratch/$2" | tr '\n' ';')"
}

# poll: an fd that was never read has news; then one piece of news for each change, until read again
begin events poll "$cg/w/cgroup.events" 5000 300
expect_eq "never read" "PRI ERR" "$(sed -n 1p "$scratch/events")"
ctl 'task t cgroup=/w/leaf'
expect_said "populated" events "PRI ERR;nothing;"

begin low poll "$cg/w/memory.events" 5000
begin local poll "$cg/w/memory.events.local" 500
echo 4M >"$cg/w/leaf/memory.max"
echo 0 >"$cg/w/leaf/memory.swap.max"
ctl 'alloc t 16M content=random' || true
expect_said "the parent's events are its children's too" low "PRI ERR;"
expect_said "its local ones are not" local "nothing;"

# 64 descriptors of one file are told one by one
begin many fds 64 "$cg/other/cgroup.events"
echo 1 >"$cg/other/cgroup.freeze"
expect_said "all are told" many "64;"
echo 0 >"$cg/other/cgroup.freeze"

# removal wakes pollers
begin removed poll "$cg/other/cgroup.events" 5000
rmdir "$cg/other"
expect_said "gone" removed "PRI ERR;read: No such device;"

# PSI: two events in four seconds of stall would be one a window; there is none before any stall
mkdir "$cg/thrash"
echo 24M >"$cg/thrash/memory.high"
begin psi psi "$cg/thrash/memory.pressure" 'some 50000 1000000' 400 8000 300 3000
ctl 'task hog cgroup=/thrash' 'alloc hog 8M content=random'
sleep 0.5 # the first poll has ended: nothing stalled so far
ctl 'alloc hog 512M content=random rate=64M/s'
expect_said "once a window" psi "nothing;PRI;nothing;PRI;"
echo 1 >"$cg/thrash/cgroup.kill"

# inotify: files by themselves, and their directory
mkdir "$cg/seen" "$cg/seen/below"
echo 4M >"$cg/seen/memory.max"
echo 0 >"$cg/seen/memory.swap.max"
begin inotify inotify 4000 "$cg/seen/cgroup.events" "$cg/seen/memory.events" "$cg/seen" "$cg/seen/below"
ctl 'task s cgroup=/seen'
said_so() {
    tries=0
    until grep -qx "$1" "$scratch/inotify"; do
        tries=$((tries + 1))
        [ "$tries" -lt 500 ] || fail "no event '$1' but: $(cat "$scratch/inotify")"
        sleep 0.02
    done
}
said_so '1 MODIFY'
said_so '3 MODIFY cgroup.events'
ctl 'alloc s 16M content=random' || true
said_so '2 MODIFY'
mkdir "$cg/seen/new"
rmdir "$cg/seen/below"
eval "wait \"\$pid_inotify\""
expect_eq "no word of what did not happen" "" \
    "$(awk 'told; $0 == "ready" { told = 1 }' "$scratch/inotify" | grep -vxE '1 MODIFY|2 MODIFY|3 MODIFY (cgroup|memory)\.events(\.local)?|3 (CREATE new|DELETE below)|4 (DELETE_SELF|IGNORED)' || true)"
for event in '3 CREATE new' '3 DELETE below' '4 DELETE_SELF' '4 IGNORED'; do said_so "$event"; done
