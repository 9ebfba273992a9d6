#!/bin/sh
# Devices come with hot_add, modprobe and zramctl --find, and go with hot_remove, rmmod and zramctl --reset; bad input as on Linux.
# shellcheck disable=SC2016 # the sandbox expands it
. "$(dirname "$0")/../lib.sh"
blocks_in_sandbox
cat >"$scratch/tour" <<'SH'
control=/sys/class/zram-control
# refused COMMAND…: what the C library says for it.
refused() { LC_ALL=C "$@" 2>&1 >/dev/null | sed 's/.*: //'; }
to() { printf '%s\n' "$1" | LC_ALL=C tee "$2" 2>&1 >/dev/null | sed 's/.*: //'; }
nodes() { (cd /dev && echo zram*); }

echo "first: $(nodes) $(blockdev --getsize64 /dev/zram0)"
echo "a write without room: $(refused dd if=/dev/zero of=/dev/zram0 bs=4096 count=1 status=none)"
echo "hot_add: $(cat $control/hot_add) $(nodes)"
echo "hot_remove: $(to 1 $control/hot_remove) $(nodes)"
echo "again: $(to 1 $control/hot_remove)"
echo "find: $(zramctl --find --size 8M --algorithm zstd) $(zramctl --find --size 16M) $(nodes)"
zramctl --noheadings --raw --output NAME,DISKSIZE,ALGORITHM | sort
echo "disksize twice: $(to 8M /sys/block/zram0/disksize)"
exec 5</dev/zram1
echo "open: $(to 1 $control/hot_remove) $(to 1 /sys/block/zram1/reset)"
exec 5<&-
zramctl --reset /dev/zram1
echo "closed: $(nodes)"

echo "no header: $(refused swapon /dev/zram0)"
mkswap -q /dev/zram0
swapon /dev/zram0
echo "in use: $(refused swapon /dev/zram0) $(to 1 /sys/block/zram0/reset)"
echo "no device: $(refused swapon /dev/zram7)"
swapoff /dev/zram0
echo "not in use: $(refused swapoff /dev/zram0)"

# Other names of a device: a link, a bind, a node.
ln -s /dev/zram0 /run/link
: >/run/bind
mount --bind /dev/zram0 /run/bind
mknod -m 600 /run/node b $(stat -c '0x%t 0x%T' /dev/zram0)
for name in /run/link /run/bind /run/node; do
    swapon "$name"
    echo "$name: $(awk 'NR > 1 { print $1, $2 }' /proc/swaps)"
    swapoff /dev/zram0
done

echo "beyond the end: $(refused dd if=/dev/zero of=/dev/zram0 bs=1M count=9 status=none)"
modprobe zram num_devices=3 && echo "modprobe: $(nodes)"
exec 5</dev/zram2
rmmod zram 2>&1
exec 5<&-
rmmod zram && echo "rmmod: $(nodes)"
modprobe zram && udevadm settle && echo "modprobe: $(nodes) $(cat /sys/block/zram0/disksize)"
modprobe nosuch 2>/dev/null || echo "no such module"
cat /run/wrappers.log
SH
cat >"$scratch/expected" <<'TEXT'
first: zram0 0
a write without room: No space left on device
hot_add: 1 zram0 zram1
hot_remove:  zram0
again: No such device
find: /dev/zram0 /dev/zram1 zram0 zram1
/dev/zram0 8M zstd
/dev/zram1 16M lzo-rle
disksize twice: Device or resource busy
open: Device or resource busy Device or resource busy
closed: zram0
no header: read swap header failed
in use: Device or resource busy Device or resource busy
no device: No such file or directory
not in use: Invalid argument
/run/link: /dev/zram0 partition
/run/bind: /dev/zram0 partition
/run/node: /dev/zram0 partition
beyond the end: No space left on device
modprobe: zram0 zram1 zram2
rmmod: FATAL: Module zram is in use.
rmmod: zram*
modprobe: zram0 0
no such module
modprobe zram num_devices=3 = 0
rmmod zram = 1
rmmod zram = 0
modprobe zram = 0
udevadm settle = 0
modprobe nosuch = 1
TEXT
in_it sh "$scratch/tour" >"$scratch/seen" 2>&1 || fail "status $?: $(cat "$scratch/seen")"
expect_same_text "$scratch/expected" "$scratch/seen"
expect_no_loops
