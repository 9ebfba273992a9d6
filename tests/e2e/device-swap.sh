#!/bin/sh
# mkswap's header on a device's node is what swapon goes by; mkfs.ext4, debugfs and e2fsck work on the node.
. "$(dirname "$0")/../lib.sh"

cat >"$scratch/swap.scenario" <<'EOF'
machine: {memory: 1GiB}
disks: [{name: vda, size: 64MiB}, {name: vdb, size: 64MiB}]
swap: [{file: "/mnt/my file", size: 8MiB, disk: vdb, priority: 5}]
EOF
start --manual --scenario "$scratch/swap.scenario"
node=$mnt/dev/zram0
echo 32M >"$mnt/sys/block/zram0/disksize"
PATH=$PATH:/sbin:/usr/sbin

expect_eq "the scenario's file" '/mnt/my\040file                         file		8188		0		5' \
    "$(tail -1 "$mnt/proc/swaps")"

# Data, but no header.
printf 'data' | dd of="$node" conv=notrunc status=none
if "$reclaimfs" ctl "$mnt" 'swapon /dev/zram0' 2>"$scratch/err"; then
    fail "swapon took a device without a header"
fi
grep -q 'swap-space signature' "$scratch/err" || fail "swapon without a header: $(cat "$scratch/err")"

mkswap --label 'a label' "$node" >"$scratch/mkswap" 2>&1 || fail "mkswap: $(cat "$scratch/mkswap")"
expect_eq "blkid finds" swap "$(blkid -p -o value -s TYPE "$node")"
expect_eq "its label" "a label" "$(blkid -p -o value -s LABEL "$node")"
ctl 'swapon /dev/zram0 priority=100 discard=once'
expect_eq "/proc/swaps" '/dev/zram0                              partition	32764		0		100' \
    "$(grep zram0 "$mnt/proc/swaps")"
expect_errno "$mnt/sys/block/zram0/reset" 1 EBUSY
if dd if=/dev/zero of="$node" bs=4096 count=1 conv=notrunc 2>"$scratch/err"; then
    fail "an active swap device took a write"
fi
grep -q 'Text file busy' "$scratch/err" || fail "a write to active swap: $(cat "$scratch/err")"
expect_eq "the label while it is swap" "a label" "$(blkid -p -o value -s LABEL "$node")"
ctl 'swapoff /dev/zram0'

# mkswap of a smaller area: the header counts, not the device.
mkswap "$mnt/dev/vda" 16384 >/dev/null 2>&1 || fail "mkswap of 16 MiB"
ctl 'swapon /dev/vda'
expect_eq "the smaller area" 16380 "$(awk '$1 == "/dev/vda" { print $3 }' "$mnt/proc/swaps")"
ctl 'swapoff /dev/vda'

# A file system: made, filled and checked by programs that know nothing of us.
if ! command -v mkfs.ext4 >/dev/null || ! command -v debugfs >/dev/null; then
    echo "mkfs.ext4 or debugfs is missing: the file system is left out"
    exit 0
fi
echo 1 >"$mnt/sys/block/zram0/reset"
echo zstd >"$mnt/sys/block/zram0/comp_algorithm"
echo 64M >"$mnt/sys/block/zram0/disksize"
mkfs.ext4 -q -F "$node" || fail "mkfs.ext4"
expect_eq "blkid finds" ext4 "$(blkid -p -o value -s TYPE "$node")"
seq 1 200000 >"$scratch/numbers"
head -c 8388608 /dev/urandom >"$scratch/noise"
for name in numbers noise; do
    debugfs -w -R "write $scratch/$name $name" "$node" >/dev/null 2>&1 || fail "debugfs write $name"
    debugfs -R "dump $name $scratch/back" "$node" >/dev/null 2>&1
    cmp "$scratch/$name" "$scratch/back" || fail "$name comes back changed"
done
e2fsck -fn "$node" >"$scratch/fsck" 2>&1 || fail "e2fsck: $(cat "$scratch/fsck")"
