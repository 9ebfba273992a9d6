#!/bin/sh
# The life of the captured guest, moment by moment: what it showed in /proc, in its cgroup, of zram and of zswap is what the
# mount shows then. Every text has the names, order, columns and units of the capture, and its values where they follow.
. "$(dirname "$0")/../lib.sh"
start --manual --scenario "$root/tests/replay/guest.yaml"
zram=/sys/block/zram0
params=/sys/module/zswap/parameters

# Numbers become marks. In columns as wide as the digits and blanks before them, elsewhere of one width.
# shellcheck disable=SC2016 # awk expands them
columns='{ out = ""; while (match($0, / *[0-9]+/)) { mark = substr($0, RSTART, RLENGTH); gsub(/./, "#", mark);
    out = out substr($0, 1, RSTART - 1) mark; $0 = substr($0, RSTART + RLENGTH) } print out $0 }'
masked='{ gsub(/[0-9]+/, "#"); print }'

# as_worded KIND CAPTURED FILE: equal but for the numbers
as_worded() {
    awk "$1" "$2" >"$scratch/captured"
    awk "$1" "$3" >"$scratch/here"
    [ -s "$scratch/captured" ] || [ ! -s "$2" ] || fail "nothing left of $2"
    diff -u "$scratch/captured" "$scratch/here" || fail "$3 is not worded as $2"
}

# of_our_devices FILE: RAM disks and loop devices beyond ours are left out
of_our_devices() { grep -vE ' (ram1|loop[0-9]) ?' "$1" || true; }

# proc STATE: /proc as it was captured then
proc() {
    captured=$fixtures/proc/$1
    for file in vmstat zoneinfo uptime loadavg pressure/cpu pressure/io pressure/memory; do
        as_worded "$masked" "$captured/$file" "$mnt/proc/$file"
    done
    for file in meminfo buddyinfo; do
        as_worded "$columns" "$captured/$file" "$mnt/proc/$file"
    done
    of_our_devices "$captured/diskstats" | awk '{ print $1, $2, $3, NF }' >"$scratch/captured-disks"
    awk '{ print $1, $2, $3, NF }' "$mnt/proc/diskstats" >"$scratch/disks"
    expect_same_text "$scratch/captured-disks" "$scratch/disks"
    of_our_devices "$captured/partitions" >"$scratch/captured-disks"
    expect_same_text "$scratch/captured-disks" "$mnt/proc/partitions"
    expect_eq "keys of stat in $1" "$(awk '{ print $1 }' "$captured/stat")" "$(awk '{ print $1 }' "$mnt/proc/stat")"
    # Files are no swap here, and how much is used is the model's.
    grep -v '^/mnt/' "$captured/swaps" | awk "$columns" >"$scratch/captured-swaps"
    awk "$columns" "$mnt/proc/swaps" >"$scratch/swaps"
    expect_same_text "$scratch/captured-swaps" "$scratch/swaps"
}

# What the life of processes decides, and which number a device has got.
live='memory\.(current|peak|stat|numa_stat|events|events.local|zswap.current|swap.(current|peak))$|pressure$|cpu\.stat$'
live="$live|cgroup\.(procs|threads|stat.local)\$|io\.stat\$|pids\.(current|peak)\$|diskseq\$|uevent\$|/debug/"
in_columns='/(stat|mm_stat|io_stat|bd_stat|inflight)$'

# dump FIXTURE [EXACT]: each file of a captured directory, its mode and its text. Of files that are live only the words, but
# for those whose path matches EXACT.
dump() {
    awk -v to="$scratch/section" '/^== / { n++; print n, $2, $3; file = to n; printf "" >file; next } n { print >file }' \
        "$fixtures/$1.txt" >"$scratch/sections"
    [ -s "$scratch/sections" ] || fail "no files in $1"
    while read -r n path mode; do
        expect_eq "mode of $path in $1" "$mode" "$(stat -c %a "$mnt$path")"
        case $(head -c 5 "$scratch/section$n") in
            cat:* | '(writ'*) continue ;;
        esac
        if ! printf %s "$path" | grep -qE "$live|$in_columns" || printf %s "$path" | grep -qE "${2:-^$}"; then
            expect_same_text "$scratch/section$n" "$mnt$path"
        elif printf %s "$path" | grep -qE "$in_columns"; then
            as_worded "$columns" "$scratch/section$n" "$mnt$path"
        elif ! printf %s "$path" | grep -qE 'io\.stat$'; then # the guest had read its programs from a disk
            as_worded "$masked" "$scratch/section$n" "$mnt$path"
        fi
    done <"$scratch/sections"
}

# swaps VARIANT
swaps() { as_worded "$columns" "$fixtures/proc/swaps_variants/$1" "$mnt/proc/swaps"; }

proc 0_boot_noswap
swaps zero
echo "+memory +pids +io +cpu +cpuset +misc" >"$cg/cgroup.subtree_control"
mkdir "$cg/work"
dump cgroup/child_0_empty '.'
dump sys/zram_0_uninit '_stat$|/stat$'
dump sys/zswap_0_boot

ctl 'advance 5s' 'swapon /dev/vda'
proc 1_disk_swap_on
expect_same_text "$fixtures/proc/swaps_variants/one_partition" "$mnt/proc/swaps"
ctl 'task alloc cgroup=/work' 'alloc alloc 64M region=heap content=ratio:3.7' 'advance 2s'
dump cgroup/child_1_64M_anon_resident 'events|io\.stat|swap\.(current|peak)|zswap\.current'
expect_ok "$cg/work/memory.reclaim" 32M
ctl 'advance 2s'
dump cgroup/child_2_32M_swapped_to_disk_zswap_off 'events|zswap\.current'
proc 2_disk_swapped
ctl 'touch alloc region=heap' 'advance 2s'
dump cgroup/child_3_swapped_back_in 'events|zswap\.current'
ctl 'exit alloc' 'advance 2s'
dump cgroup/child_4_after_exit 'events|zswap\.current|swap\.current|cgroup\.(procs|threads)|pids\.current'
rmdir "$cg/work"
mkdir "$cg/work"

expect_ok "$mnt$params/enabled" Y
dump sys/zswap_1_enabled /debug/
ctl 'task alloc cgroup=/work' 'alloc alloc 64M region=heap content=ratio:3.7'
expect_ok "$cg/work/memory.reclaim" 32M
ctl 'advance 2s'
dump cgroup/child_5_32M_in_zswap events
proc 3_in_zswap
dump sys/zswap_2_with_pages '(_fail|limit_hit|poor|written_back_pages|incompressible_pages)$'
swaps one_partition_with_zswap_used
until [ -z "$(write_error "$cg/work/memory.reclaim" "4M source=zswap")" ]; do
    tries=$((${tries-0} + 1))
    expect_num "attempts" "$tries" -le 20
done
ctl 'advance 2s'
proc 4_after_source_zswap
dump sys/zswap_3_after_source_zswap '(_fail|limit_hit|poor|incompressible_pages)$'
dump cgroup/child_5_32M_in_zswap events
ctl 'touch alloc region=heap' 'advance 2s'
proc 5_touched
ctl 'exit alloc' 'advance 2s'
rmdir "$cg/work"
mkdir "$cg/work"
expect_ok "$mnt$params/enabled" N
ctl 'swapoff /dev/vda'
expect_same_text "$fixtures/proc/swaps_variants/zero_after_swapoff" "$mnt/proc/swaps"

expect_ok "$mnt$zram/disksize" 128M
dump sys/zram_1_disksize_set_128M '_stat$|/stat$'
ctl 'swapon /dev/zram0 priority=100'
dump sys/zram_3_after_swapon 'io_stat$|bd_stat$|debug_stat$'
proc 6_zram_on
expect_same_text "$fixtures/proc/swaps_variants/one_zram" "$mnt/proc/swaps"
ctl 'task alloc cgroup=/work' 'alloc alloc 64M region=heap content=ratio:3.7'
expect_ok "$cg/work/memory.reclaim" 32M
ctl 'advance 2s'
dump sys/zram_4_after_32M_swapped 'bd_stat$|debug_stat$'
dump cgroup/child_8_32M_in_zram 'events|zswap\.current'
swaps one_zram_used
ctl 'touch alloc region=heap' 'advance 2s'
dump cgroup/child_9_touched_after_zram 'events|zswap\.current'
ctl 'exit alloc' 'advance 2s' 'swapon /dev/vda priority=5' 'swapon /dev/ram0'
proc 10_many_swaps
