#!/bin/sh
# A zram device from hot_add to reset, as swap, with the kernel's errnos and columns.
. "$(dirname "$0")/../lib.sh"
start --manual
sys=$mnt/sys/block
n=$(cat "$mnt/sys/class/zram-control/hot_add")
z=$sys/zram$n
expect_eq "not initialised" 0 "$(cat "$z/initstate")"
expect_eq "mm_stat of nothing" "       0        0        0        0        0        0        0        0        0" "$(cat "$z/mm_stat")"
expect_errno "$z/disksize" 0 EINVAL
expect_errno "$z/comp_algorithm" nosuch EINVAL
expect_ok "$z/comp_algorithm" lz4
case $(cat "$z/comp_algorithm") in *'[lz4]'*) ;; *) fail "lz4 is not selected" ;; esac
expect_ok "$z/disksize" 512M
expect_eq "initialised" 1 "$(cat "$z/initstate")"
expect_errno "$z/disksize" 512M EBUSY
expect_errno "$z/comp_algorithm" zstd EBUSY

ctl "swapon /dev/zram$n priority=100"
expect_errno "$z/reset" 1 EBUSY
grep -q "^/dev/zram$n .*partition.*100$" "$mnt/proc/swaps" || fail "/proc/swaps: $(cat "$mnt/proc/swaps")"
echo +memory >"$cg/cgroup.subtree_control"
mkdir "$cg/w"
free=$(key "$mnt/proc/meminfo" MemFree)
ctl 'task t cgroup=/w' 'alloc t 64M content=random'
expect_errno "$cg/w/memory.reclaim" 1G EAGAIN
# orig_data_size includes the swap header's page
expect_eq "orig_data_size" $((64 * 1048576 + 4096)) "$(awk '{ print $1 }' "$z/mm_stat")"
expect_eq "huge_pages" 16384 "$(awk '{ print $8 }' "$z/mm_stat")"
expect_num "random data take as much memory as before" $((free - $(key "$mnt/proc/meminfo" MemFree))) -ge 65536
expect_eq "device writes" 16384 "$(key "$mnt/proc/vmstat" pswpout)"

ctl 'touch t'
expect_eq "a zram slot is free once read" 4096 "$(awk '{ print $1 }' "$z/mm_stat")"
expect_eq "one page a fault" 16384 "$(key "$cg/w/memory.stat" pgmajfault)"

ctl "swapoff /dev/zram$n"
expect_ok "$z/reset" 1
expect_eq "reset" 0 "$(cat "$z/disksize")"
expect_ok "$mnt/sys/class/zram-control/hot_remove" "$n"
[ ! -e "$z" ] || fail "zram$n is still there"
expect_errno "$mnt/sys/class/zram-control/hot_remove" "$n" ENODEV
