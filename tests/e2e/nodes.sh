#!/bin/sh
# Two NUMA nodes: their directories, numa_stat and zoneinfo agree, and a node can be reclaimed by its own file.
. "$(dirname "$0")/../lib.sh"
cat >"$scratch/nodes.yaml" <<'YAML'
machine: {memory: 1GiB, cpus: 4, nodes: 2}
zram: [{disksize: 512M}]
swap: [{device: /dev/zram0}]
cgroups: {/a: {}, /f: {}}
YAML
start --manual --scenario "$scratch/nodes.yaml"
nodes=$mnt/sys/devices/system/node

expect_eq "online" 0-1 "$(cat "$nodes/online")"
expect_eq "CPUs of node 0" 0-1 "$(cat "$nodes/node0/cpulist")"
expect_eq "CPUs of node 1" 2-3 "$(cat "$nodes/node1/cpulist")"
expect_eq "distance" '20 10' "$(cat "$nodes/node1/distance")"
expect_eq "zoneinfo has both" 2 "$(grep -c '^Node [01], zone *DMA32$' "$mnt/proc/zoneinfo")"
total=$(cat "$nodes"/node?/meminfo | awk '/MemTotal/ { sum += $4 } END { print sum }')
expect_eq "MemTotal of the nodes" "$(key "$mnt/proc/meminfo" MemTotal)" "$total"

# A task's pages come from the node of its CPU; numa_stat, the node's files and memory.stat say the same.
ctl 'task a cgroup=/a' 'alloc a 100M content=ratio:3'
expect_eq "anon by node" "$(key "$cg/a/memory.stat" anon)" \
    "$(sed -n 's/^anon N0=\([0-9]*\) N1=\([0-9]*\)$/\1 \2/p' "$cg/a/memory.numa_stat" | awk '{ print $1 + $2 }')"
mapped=$(cat "$nodes"/node?/meminfo | awk '/AnonPages/ { sum += $4 } END { print sum }')
expect_eq "AnonPages of the nodes" "$(key "$mnt/proc/meminfo" AnonPages)" "$mapped"

# Node reclaim wants page cache: a node with nothing but anonymous memory gives EAGAIN, whatever swap there is.
for n in 0 1; do
    expect_errno "$nodes/node$n/reclaim" 8M EAGAIN
done
expect_errno "$nodes/node0/reclaim" 8X EAGAIN
ctl 'task f cgroup=/f' 'alloc f 64M kind=file region=log'
home=0
[ "$(sed -n 's/^file N0=\([0-9]*\) .*/\1/p' "$cg/f/memory.numa_stat")" -gt 0 ] || home=1
stolen() { key "$nodes/node$1/vmstat" pgsteal_proactive; }
expect_ok "$nodes/node$home/reclaim" 8M
expect_num "pages of that node" "$(stolen "$home")" -ge 2048
expect_eq "none of the other" 0 "$(stolen $((1 - home)))"
expect_num "from the cache first" "$(key "$cg/f/memory.stat" file)" -lt $((64 * 1048576))

# What a full node sends to the next one is counted once, at the zone it came from.
ctl 'task b cgroup=/' 'alloc b 500M content=ratio:3'
expect_num "pages of another node" "$(key "$mnt/proc/vmstat" numa_miss)" -gt 0
for item in numa_hit numa_miss numa_foreign numa_local numa_other; do
    sum=$(awk -v item="$item" '$1 == item { sum += $2 } END { print sum }' "$mnt/proc/zoneinfo")
    expect_eq "$item of all zones" "$(key "$mnt/proc/vmstat" "$item")" "$sum"
done
