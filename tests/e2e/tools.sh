#!/bin/sh
# free, vmstat, top, swapon, lsblk and zramctl show the pretend machine, with no complaint.
. "$(dirname "$0")/../lib.sh"
cat >"$scratch/machine.yaml" <<'YAML'
machine: {memory: 2GiB, cpus: 4}
disks: [{name: vda, size: 8GiB, profile: nvme}, {name: vdb, size: 1GiB, profile: hdd}]
zswap: {enabled: true, compressor: lz4}
zram: [{name: zram0, disksize: 512MiB, algorithm: lzo-rle}]
swap: [{device: /dev/vda}, {device: /dev/zram0, priority: 100}]
cgroups: {/web: {memory.high: max}}
YAML
start --manual --scenario "$scratch/machine.yaml"
ctl 'task worker cgroup=/web' 'alloc worker 256M content=ratio:3' 'advance 10s'
echo 128M >"$cg/web/memory.reclaim"
ctl 'advance 1s'

# said NAME COMMAND…: what it says of the machine stands in $scratch/NAME; it has nothing to say on stderr.
said() {
    out=$scratch/$1
    shift
    on_machine "$@" >"$out" 2>"$scratch/stderr" || fail "$*: status $?, $(cat "$scratch/stderr")"
    [ ! -s "$scratch/stderr" ] || fail "$*: $(cat "$scratch/stderr")"
}

# says NAME PATTERN
says() { grep -qE "$2" "$scratch/$1" || fail "$1 does not say '$2': $(cat "$scratch/$1")"; }

total=$(key "$mnt/proc/meminfo" MemTotal)
free=$(key "$mnt/proc/meminfo" MemFree)
swap_total=$(key "$mnt/proc/meminfo" SwapTotal)
swap_used=$((swap_total - $(key "$mnt/proc/meminfo" SwapFree)))
expect_num "something is swapped" "$swap_used" -gt 100000

said free free -k
says free "^Mem: +$total +[0-9]+ +$free "
says free "^Swap: +$swap_total +$swap_used "

said vmstat-s vmstat -s
says vmstat-s " $total K total memory"
says vmstat-s " $swap_used K used swap"
says vmstat-s " [1-9][0-9]* non-nice user cpu ticks"
says vmstat-s " [1-9][0-9]* system cpu ticks"
says vmstat-s ' [0-9]+ CPU context switches'
# Four CPUs for eleven seconds; each number is rounded down.
ticks=$(awk '/cpu ticks/ { sum += $1 } END { print sum }' "$scratch/vmstat-s")
expect_num "ticks in all" "$ticks" -ge 4390
expect_num "ticks in all" "$ticks" -le 4400

said vmstat-d vmstat -d
says vmstat-d '^vda '
said vmstat vmstat
expect_eq "columns of vmstat" 17 "$(awk 'NR == 3 { print NF }' "$scratch/vmstat")"

# It looks for a label on the devices, which must not be the host's.
said swapon sh -c 'mount -t tmpfs none /dev; exec "$@"' sh swapon --show=NAME,TYPE,SIZE,USED,PRIO --noheadings --bytes
says swapon '^/dev/vda +partition +[0-9]+ +0 +-1$'
says swapon "^/dev/zram0 +partition +536866816 +$((swap_used * 1024)) +100\$"

said lsblk lsblk --noheadings --raw --bytes --output NAME,MAJ:MIN,SIZE,RO,TYPE
says lsblk '^vda 254:0 8589934592 0 disk$'
says lsblk '^vdb 254:16 1073741824 0 disk$'
says lsblk '^zram0 253:0 536870912 0 disk$'

said zramctl zramctl --noheadings --raw --bytes --output NAME,DISKSIZE,DATA,ALGORITHM
says zramctl "^/dev/zram0 536870912 [1-9][0-9]* lzo-rle\$"

said top top -b -n1
says top '^top - .* up 0 min, .* load average: 0\.[0-9]+, 0\.[0-9]+, 0\.[0-9]+$'
says top '^%Cpu\(s\): .* id'
mib=$((total / 1024))
says top "^MiB Mem : +$mib\\.[0-9] total"
