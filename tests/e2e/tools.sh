#!/bin/sh
# free, vmstat, swapon and zramctl show the pretend machine when its files stand where they look.
. "$(dirname "$0")/../lib.sh"
[ "$(id -u)" = 0 ] || skip "binding files over /proc needs root"
start --manual --scenario "$scenarios/zswap.yaml"
# shellcheck disable=SC2016 # the inner shell expands it
unshare -m sh -eu -c '
    mnt=$1
    for file in meminfo vmstat swaps stat loadavg uptime; do mount --bind "$mnt/proc/$file" "/proc/$file"; done
    mount --bind "$mnt/sys/block" /sys/block
    free -k
    vmstat -s
    swapon --show=NAME,TYPE,SIZE,USED,PRIO --noheadings --bytes
' sh "$mnt" >"$scratch/said"
total=$(key "$mnt/proc/meminfo" MemTotal)
grep -q "^Mem: *$total " "$scratch/said" || fail "free: $(cat "$scratch/said")"
grep -q " $total K total memory" "$scratch/said" || fail "vmstat -s: $(cat "$scratch/said")"
swap=$(($(awk 'NR == 2 { print $3 }' "$mnt/proc/swaps") * 1024))
grep -qE "^/dev/vda +partition +$swap +0 +-1$" "$scratch/said" || fail "swapon: $(cat "$scratch/said")"
