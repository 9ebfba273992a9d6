#!/bin/sh
# A zram administrator's evening: a backing device, idle and incompressible pages written to it under a limit, the rest
# compressed anew with a stronger algorithm, and a process that gets its pages back from everywhere.
. "$(dirname "$0")/../lib.sh"
cat >"$scratch/scenario" <<'SCENARIO'
machine: {memory: 1GiB, cpus: 2, seed: 1}
disks: [{name: vdb, size: 1GiB, profile: nvme}, {name: vdc, size: 64KiB, profile: nvme}]
zram: [{name: zram0}]
SCENARIO
start --manual --scenario "$scratch/scenario"
z=$mnt/sys/block/zram0
state=$mnt/sys/kernel/debug/zram/zram0/block_state
# column FILE N
column() { awk -v n="$2" '{ print $n; exit }' "$z/$1"; }

# ---- setting up, in the order in which it works -----------------------------------------------------------------------
expect_eq "no backing device" none "$(cat "$z/backing_dev")"
expect_errno "$z/backing_dev" /dev/vdx ENOENT
expect_errno "$z/backing_dev" /dev EISDIR
expect_errno "$z/idle" all EINVAL
expect_errno "$z/writeback" huge EINVAL
expect_ok "$z/comp_algorithm" lz4
expect_ok "$z/recomp_algorithm" "algo=zstd priority=1"
expect_ok "$z/algorithm_params" "algo=zstd level=8"
expect_ok "$z/backing_dev" /dev/vdb
refused 'swapon /dev/vdb' 'backing device'
expect_ok "$z/disksize" 512M
expect_errno "$z/backing_dev" /dev/vdc EBUSY
expect_errno "$z/recomp_algorithm" algo=zstd EBUSY
expect_errno "$z/compressed_writeback" 1 EBUSY

# ---- pages come in ----------------------------------------------------------------------------------------------------
ctl 'swapon /dev/zram0 priority=100'
echo +memory >"$cg/cgroup.subtree_control"
mkdir "$cg/app"
ctl 'task app cgroup=/app' 'alloc app 32M region=logs content=ratio:3' 'alloc app 16M region=media content=random'
expect_errno "$cg/app/memory.reclaim" 1G EAGAIN
expect_eq "orig_data_size" $((48 * 1048576 + 4096)) "$(column mm_stat 1)"
expect_eq "huge pages" 4096 "$(column mm_stat 8)"
expect_eq "block_state has a line a page" 12289 "$(wc -l <"$state" | tr -d ' ')"
expect_eq "slots without flags" 8193 "$(grep -c ' \.\.\.\.\.\.$' "$state")"

# ---- what does not compress goes to the disk, as far as the daily limit allows -----------------------------------------
expect_ok "$z/writeback_limit" 1000
expect_ok "$z/writeback_limit_enable" 1
used=$(column mm_stat 3)
free=$(key "$mnt/proc/meminfo" MemFree)
expect_errno "$z/writeback" type=huge EIO
expect_eq "the limit is used up" 0 "$(cat "$z/writeback_limit")"
expect_eq "bd_stat" "1000 0 1000" "$(awk '{ print $1, $2, $3 }' "$z/bd_stat")"
expect_eq "1000 pages of the pool are free" $((used - 4096000)) "$(column mm_stat 3)"
expect_num "the machine has them back, kB" "$(key "$mnt/proc/meminfo" MemFree)" -ge $((free + 4000))
expect_ok "$z/writeback_limit_enable" 0
expect_ok "$z/writeback" huge
expect_eq "none is huge now" 0 "$(column mm_stat 8)"
expect_eq "bd_stat" "4096 0 4096" "$(awk '{ print $1, $2, $3 }' "$z/bd_stat")"
expect_eq "the disk was written" $((4096 * 8)) "$(awk '{ print $7 }' "$mnt/sys/block/vdb/stat")"
expect_eq "written-back slots" 4096 "$(grep -c ' \.w\.\.\.\.$' "$state")"

# ---- the cold rest is compressed anew ---------------------------------------------------------------------------------
ctl 'advance 1h'
expect_ok "$z/idle" 3600
expect_eq "not yet older than that" 0 "$(grep -c 'i\.\.$' "$state" || true)"
ctl 'advance 1s'
expect_ok "$z/idle" 3600
expect_eq "idle slots" 8193 "$(grep -c 'i\.\.$' "$state")"
compr=$(column mm_stat 2)
expect_errno "$z/recompress" "type=idle algo=deflate" EINVAL
expect_errno "$z/recompress" threshold=4096 EINVAL
expect_ok "$z/recompress" "type=idle max_pages=100"
expect_eq "recompressed slots" 100 "$(grep -c 'r\.$' "$state")"
expect_ok "$z/recompress" "type=idle"
expect_num "a fifth less, or more" "$(column mm_stat 2)" -lt $((compr * 4 / 5))

sectors_read() { awk '{ print $3 }' "$mnt/sys/block/vdb/stat"; }

# ---- and the process gets everything back -----------------------------------------------------------------------------
ctl 'touch app region=logs'
expect_eq "nothing read from the disk for the logs" 0 "$(column bd_stat 2)"
read_before=$(sectors_read)
ctl 'touch app region=media'
expect_eq "media came from the disk, whose blocks are free again" "0 4096 4096" "$(awk '{ print $1, $2, $3 }' "$z/bd_stat")"
expect_eq "the disk was read" $((4096 * 8)) $(($(sectors_read) - read_before))
expect_eq "only the swap header is left" 4096 "$(column mm_stat 1)"

ctl 'swapoff /dev/zram0'
expect_ok "$z/reset" 1
expect_eq "no backing device" none "$(cat "$z/backing_dev")"
expect_eq "bd_stat" "0 0 0" "$(awk '{ print $1, $2, $3 }' "$z/bd_stat")"
expect_eq "no secondary algorithm" "" "$(cat "$z/recomp_algorithm")"
expect_eq "the batch size stays" 32 "$(cat "$z/writeback_batch_size")"

# ---- a full backing device, and blocks written by hand ----------------------------------------------------------------
expect_ok "$z/backing_dev" /dev/vdc
expect_ok "$z/disksize" 4M
ctl 'io /dev/zram0 write 0 20 content=random'
expect_errno "$z/writeback" huge ENOSPC
expect_eq "16 blocks fit" 16 "$(column bd_stat 1)"
ctl 'io /dev/zram0 discard 10 10'
expect_eq "a discard frees them" 6 "$(column bd_stat 1)"
expect_eq "and is counted" 10 "$(column io_stat 4)"
refused 'io /dev/zram0 write 1020 5' EIO
expect_ok "$z/writeback" page_indexes=0-9
expect_errno "$z/writeback" page_indexes=0-1024 ERANGE

# ---- bytes: what was written back is on the disk, in the blocks it was given -------------------------------------------
expect_ok "$z/reset" 1
expect_ok "$z/backing_dev" /dev/vdc
expect_ok "$z/disksize" 4M
head -c 40960 /dev/urandom >"$scratch/noise"
dd if="$scratch/noise" of="$mnt/dev/zram0" bs=4096 conv=notrunc status=none
expect_ok "$z/writeback" huge
expect_eq "all are written" 10 "$(column bd_stat 1)"
sums() { head -c 40960 "$1" | split -b 4096 --filter=sha1sum | sort; }
expect_eq "the disk's first ten blocks" "$(sums "$scratch/noise")" "$(sums "$mnt/dev/vdc")"
expect_ok "$z/reset" 1
expect_eq "after reset" 0 "$(head -c 40960 "$mnt/dev/vdc" | tr -d '\000' | wc -c)"
