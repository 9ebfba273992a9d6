#!/bin/sh
# /dev/NAME keeps the bytes that programs write: dd, cmp, holes, the end of the device, EBUSY while it is open.
. "$(dirname "$0")/../lib.sh"

cat >"$scratch/bytes.scenario" <<'EOF'
machine: {memory: 1GiB}
disks: [{name: vda, size: 32MiB}, {name: ram0, size: 4MiB, profile: ram}]
EOF
start --manual --scenario "$scratch/bytes.scenario"
zram=$mnt/sys/block/zram0
node=$mnt/dev/zram0

[ ! -e "$node" ] || fail "a device without disksize has a node"
echo lz4 >"$zram/comp_algorithm"
echo 64M >"$zram/disksize"
expect_eq "size and mode of the node" "67108864 660" "$(stat -c '%s %a' "$node")"

# A page of each kind: zeros, text, noise.
{
    head -c 1048576 /dev/zero
    seq -f 'line %.0f of a text that repeats itself' 40000 | head -c 1048576
    head -c 1048576 /dev/urandom
} >"$scratch/data"
dd if="$scratch/data" of="$node" bs=1M conv=fsync,notrunc status=none
cmp "$scratch/data" "$node" -n 3145728 || fail "zram0 gives other bytes back"
# shellcheck disable=SC2046 # nine numbers
set -- $(cat "$zram/mm_stat")
expect_eq "orig_data_size" 3145728 "$1"
expect_eq "same_pages" 256 "$6"
expect_eq "huge_pages" 256 "$8"
if [ "$2" -le 1048576 ] || [ "$2" -ge 2097152 ]; then
    fail "compr_data_size is $2"
fi

# Part of a page, across a border.
printf 'hello' | dd of="$node" bs=1 seek=4094 conv=notrunc status=none
expect_eq "five bytes across a page border" hello "$(dd if="$node" bs=1 skip=4094 count=5 status=none)"
expect_eq "what is beside them" 0 "$(dd if="$node" bs=1 count=4094 status=none | tr -d '\0' | wc -c)"

# The end of the device.
expect_eq "bytes to the end" 4096 "$(dd if="$node" bs=4096 skip=16383 count=2 status=none | wc -c)"
for page in 16384 1048577; do # the last is beyond what 32 bits count
    if dd if=/dev/zero of="$node" bs=4096 seek=$page count=1 conv=notrunc 2>"$scratch/err"; then
        fail "a write behind the end, to page $page, was taken"
    fi
    grep -q 'No space left' "$scratch/err" || fail "a write behind the end, to page $page: $(cat "$scratch/err")"
done

# A hole frees slots.
fallocate -p -o 2097152 -l 1048576 "$node"
expect_eq "bytes in a hole" 0 "$(dd if="$node" bs=1M skip=2 count=1 status=none | tr -d '\0' | wc -c)"
# shellcheck disable=SC2046
set -- $(cat "$zram/mm_stat")
expect_eq "huge_pages after the hole" 0 "$8"
expect_eq "notify_free after the hole" 256 "$(awk '{ print $4 }' "$zram/io_stat")"

# Whoever has it open keeps it.
exec 5<"$node"
expect_errno "$zram/reset" 1 EBUSY
exec 5<&-
echo 1 >"$zram/reset"
[ ! -e "$node" ] || fail "a device that was reset has a node"

# Disks keep bytes, too; a RAM disk takes RAM for them.
for disk in vda ram0; do
    dd if="$scratch/data" of="$mnt/dev/$disk" bs=1M conv=notrunc status=none
    cmp "$scratch/data" "$mnt/dev/$disk" -n 3145728 || fail "$disk gives other bytes back"
done
expect_eq "pages of the RAM disk" 768 "$(cat "$mnt/sys/kernel/debug/ramdisk_pages/ram0")"
