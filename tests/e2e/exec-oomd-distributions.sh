#!/bin/sh
# The defaults of Debian (its package's own files) and Fedora, with systemd-oomd 252: who is killed, after 20 s of pressure.
. "$(dirname "$0")/../lib.sh"
[ -w /proc/sys/kernel/ns_last_pid ] || skip "this kernel has no ns_last_pid"
in_sandbox
unpack_oomd bookworm
cat >"$scratch/wait" <<'SH'
app=/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/app.slice
# The managers of the system and of the user each tell their units on a connection of their own, in any order.
n=0
until "$1" >/run/dump 2>&1 && grep -q "Path: $2\$" /run/dump && grep -q "Path: $3\$" /run/dump; do
    sleep 0.1
    n=$((n + 1))
    [ $n -lt 300 ] || break
done
cat /run/dump
n=0
while [ -n "$(cat $app/hog.service/cgroup.procs)" ] && [ $n -lt 900 ]; do
    sleep 0.1
    n=$((n + 1))
done
sleep 1
SH
user=/user.slice/user-1000.slice/user@1000.service
beside debian --with "$oomd" --units "$unpacked/usr/lib/systemd" --scenario "$scenarios/oomd/debian.yaml" -- \
    sh "$scratch/wait" "$oomctl" / $user
beside fedora --with "$oomd" --units "$scenarios/oomd/fedora" --scenario "$scenarios/oomd/fedora.yaml" -- \
    sh "$scratch/wait" "$oomctl" /system.slice $user/app.slice
for name in debian fedora; do
    finished $name
    expect_line "$scratch/$name.out" 'Default Memory Pressure Duration: 20s'
    expect_eq "$name: kills" 1 "$(grep -c 'was killed at' "$scratch/$name.err")"
    grep -q 'hog of .*/hog.service was killed' "$scratch/$name.err" || fail "$name: $(cat "$scratch/$name.err")"
    grep -q 'for > 20s with reclaim activity' "$scratch/$name.err" || fail "$name: why: $(cat "$scratch/$name.err")"
    awk '/Path:/ { path = $2 } /Monitored CGroups/ { kind = $1 } /Limit:/ && path { print kind, path, $NF; path = "" }
        kind == "Swap" && path { print kind, path; path = "" }' "$scratch/$name.out" >"$scratch/$name"
done
expect_line "$scratch/debian" "Memory $user 50.00%"
expect_line "$scratch/debian" "Swap /"
for slice in system.slice "${user#/}/app.slice" "${user#/}/session.slice"; do
    expect_line "$scratch/fedora" "Memory /$slice 80.00%"
done
