#!/bin/sh
# What the kernel's selftests zram01 and zram02 and LTP's zram01 to zram03 check, restated: several devices with file systems filled
# to the last block, their compression ratio, the data, the counters; devices as swap; all algorithms; everything given back.
# shellcheck disable=SC2016 # the sandbox expands it
. "$(dirname "$0")/../lib.sh"
blocks_in_sandbox
cat >"$scratch/tour" <<'SH'
set -eu
mib=$((1 << 20))
fail() { echo "FAIL: $*"; }
column() { awk -v n="$2" '{ print $n }' "/sys/block/zram$1/$3"; }

# Each algorithm that is listed can be chosen, and keeps data.
for algorithm in $(tr -d '[]' </sys/block/zram0/comp_algorithm); do
    echo "$algorithm" >/sys/block/zram0/comp_algorithm
    case $(cat /sys/block/zram0/comp_algorithm) in *"[$algorithm]"*) ;; *) fail "$algorithm is not chosen" ;; esac
    echo 4M >/sys/block/zram0/disksize
    head -c $((2 * mib)) /bin/bash | dd of=/dev/zram0 bs=1M oflag=direct iflag=fullblock status=none
    head -c $((2 * mib)) /dev/zram0 | cmp -n "$(stat -Lc %s /bin/bash)" - /bin/bash 2>/dev/null || fail "$algorithm lost data"
    [ "$(column 0 2 mm_stat)" -lt "$(column 0 1 mm_stat)" ] || fail "$algorithm did not compress"
    echo 1 >/sys/block/zram0/reset
done
echo "algorithms done"

# File systems on new devices: filled until there is no space, which zeros take hardly any memory for.
first=$(cat /sys/class/zram-control/hot_add)
second=$(cat /sys/class/zram-control/hot_add)
for i in "$first" "$second"; do
    echo $((25 * mib)) >"/sys/block/zram$i/disksize"
    echo 25M >"/sys/block/zram$i/mem_limit"
done
mkfs.ext4 -q "/dev/zram$first"
mkfs.ext2 -q "/dev/zram$second"
for i in "$first" "$second"; do
    mkdir "/run/zram$i"
    mount "/dev/zram$i" "/run/zram$i"
    dd if=/dev/zero of="/run/zram$i/file" bs=64K status=none 2>/dev/null && fail "the file system has no end"
    sync
    written=$(stat -c %s "/run/zram$i/file")
    used=$(column "$i" 3 mm_stat)
    [ "$written" -gt $((15 * mib)) ] && [ "$used" -gt 0 ] || fail "zram$i: $written bytes in $used"
    [ "$written" -ge "$used" ] || fail "zram$i: a ratio below 1"
    [ "$(column "$i" 6 mm_stat)" -gt 3000 ] || fail "zram$i: pages of zeros are not same-filled: $(cat /sys/block/zram$i/mm_stat)"
    echo 3 >/proc/sys/vm/drop_caches
    tr -d '\000' <"/run/zram$i/file" | wc -c | grep -qx 0 || fail "zram$i: not what was written"
    umount "/run/zram$i"
    [ "$(column "$i" 1 io_stat)$(column "$i" 2 io_stat)" = 00 ] || fail "zram$i: failed requests"
    [ "$(column "$i" 7 stat)" -gt $((written / 512)) ] || fail "zram$i: fewer sectors than were written"
    echo 1 >"/sys/block/zram$i/reset"
    echo "$i" >/sys/class/zram-control/hot_remove
done
[ ! -e "/dev/zram$first" ] || fail "zram$first is still there"
echo "file systems done"

# A memory limit that random data do not fit in: an I/O error, and what is there stays.
echo 8M >/sys/block/zram0/disksize
echo 2M >/sys/block/zram0/mem_limit
if head -c $((4 * mib)) /dev/urandom | dd of=/dev/zram0 bs=64K iflag=fullblock oflag=direct status=none 2>/run/why; then
    fail "4 MiB of noise went into 2 MiB"
fi
sed 's/.*: //' /run/why
[ "$(column 0 3 mm_stat)" -le $((2 * mib)) ] && [ "$(column 0 2 io_stat)" -gt 0 ] || fail "the limit: $(cat /sys/block/zram0/mm_stat)"
echo 1 >/sys/block/zram0/reset

# As swap, with a disksize far above the memory.
echo 100G >/sys/block/zram0/disksize
mkswap /dev/zram0 >/dev/null
swapon /dev/zram0
awk 'NR > 1 { print $1, $3 }' /proc/swaps
swapoff /dev/zram0
echo 1 >/sys/block/zram0/reset
SH
cat >"$scratch/expected" <<'TEXT'
algorithms done
file systems done
Input/output error
/dev/zram0 104857596
TEXT
in_it sh "$scratch/tour" >"$scratch/seen" 2>&1 || fail "status $?: $(cat "$scratch/seen")"
expect_same_text "$scratch/expected" "$scratch/seen"
expect_no_loops
