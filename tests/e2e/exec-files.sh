#!/bin/sh
# exec shows the machine's files at the real paths, to a program alone in its PID namespace; the host keeps its own.
. "$(dirname "$0")/../lib.sh"
in_sandbox --tier files --scenario "$scenarios/zram.yaml"
cat >"$scratch/look" <<'LOOK'
set -eu
grep '^MemTotal:' /proc/meminfo
tail -n 1 /proc/swaps
cat /proc/sys/vm/swappiness /proc/1/cgroup /sys/block/zram0/comp_algorithm
grep -m 1 ' cgroup2 ' /proc/mounts
ls /sys/fs/cgroup/service/memory.current /sys/devices/virtual/block/zram0/mm_stat /dev/kmsg
echo "processes: $(ps -e -o pid= | wc -l)"
swapon --show=NAME,SIZE --noheadings --bytes
mkdir /sys/fs/cgroup/made
echo 40 >/proc/sys/vm/swappiness
free -k
LOOK
host_swappiness=$(cat /proc/sys/vm/swappiness)
# But for what other tests mount meanwhile, below directories of theirs like ours.
mounts_of_host() { grep -v " ${scratch%/*}/tmp\.[^ ]* " /proc/self/mountinfo; }
host_mounts=$(mounts_of_host)
in_it sh "$scratch/look" >"$scratch/seen" || fail "status $?"
expect_line "$scratch/seen" 'MemTotal:         999424 kB'
expect_line "$scratch/seen" 150
expect_line "$scratch/seen" '0::/init.scope'
expect_line "$scratch/seen" '/sys/fs/cgroup/service/memory.current'
expect_line "$scratch/seen" '/sys/devices/virtual/block/zram0/mm_stat'
expect_line "$scratch/seen" /dev/kmsg
grep -q '^/dev/zram0 .*partition.*100$' "$scratch/seen" || fail "no swap: $(cat "$scratch/seen")"
grep -q '\[zstd\]' "$scratch/seen" || fail "not the machine's zram0"
# The first one in the table is what tools take for the root of all cgroups.
[ "$(id -u)" != 0 ] || expect_line "$scratch/seen" 'cgroup2 /sys/fs/cgroup cgroup2 rw,relatime 0 0'
grep -q '^/dev/zram0  *2147479552$' "$scratch/seen" || fail "swapon --show: $(cat "$scratch/seen")"
grep -q '^Mem:  *999424 ' "$scratch/seen" || fail "free: $(cat "$scratch/seen")"
# sh, the substitution's subshell, ps, wc, process 1 and the one that starts stand-ins.
expect_num "processes in the sandbox" "$(sed -n 's/^processes: //p' "$scratch/seen")" -le 6
# sendfile(2) would say that a file of size 0 is empty.
if command -v busybox >/dev/null; then
    expect_eq "busybox cat" "MemTotal: 999424 kB" "$(in_it busybox cat /proc/meminfo | awk 'NR == 1 { $1 = $1; print }')"
fi
expect_eq "the host's swappiness" "$host_swappiness" "$(cat /proc/sys/vm/swappiness)"
expect_eq "the host's mounts" "$host_mounts" "$(mounts_of_host)"
! grep -F "$scratch" /proc/self/mountinfo || fail "a mount of the sandbox is left"
[ ! -e /sys/fs/cgroup/made ] || fail "a cgroup was made on the host"

# A machine that is mounted already: its server goes on.
start --manual --scenario "$scenarios/zram.yaml"
# shellcheck disable=SC2016 # the sandbox expands it
got=$("$reclaimfs" exec --tier files "$mnt" -- sh -c 'mkdir /sys/fs/cgroup/made; exec "$0" ctl /run "task t cgroup=/made"' "$reclaimfs" 2>&1) ||
    fail "exec on a mount: $got"
expect_num "its cgroup has the task" "$(wc -l <"$cg/made/cgroup.procs")" -eq 1

# All that counts CPUs or memory blocks counts the machine's.
echo 'machine: {memory: 1GiB, cpus: 3, nodes: 2}' >"$scratch/cpus.yaml"
in_sandbox --tier files --scenario "$scratch/cpus.yaml"
expect_eq "CPUs, nodes and sockets that lscpu lists" '0,0,0 1,0,0 2,1,1' \
    "$(in_it lscpu -p=CPU,NODE,SOCKET | grep -v '^#' | tr '\n' ' ' | sed 's/ $//')"
expect_eq "CPUs that sysconf counts" 3 "$(in_it getconf _NPROCESSORS_CONF)"
expect_eq "what lsmem finds" "lsmem: This system does not support memory blocks" "$(in_it lsmem 2>&1)"
