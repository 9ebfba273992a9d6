#!/bin/sh
# /dev/zram0, ram0 and disks are real block devices for unchanged tools: mkswap, swapon, zramctl, lsblk, blkid, mkfs and mount.
# shellcheck disable=SC2016 # the sandbox expands it
. "$(dirname "$0")/../lib.sh"
cat >"$scratch/m.yaml" <<'YAML'
machine: {memory: 1GiB, cpus: 2}
disks: [{name: vda, size: 128MiB}, {name: vdb, size: 16MiB}]
zram: [{name: zram0, disksize: 128MiB, algorithm: lz4}]
YAML
blocks_in_sandbox --scenario "$scratch/m.yaml"
mkdir "$scratch/fs"
host_swaps=$(cat /proc/swaps)
host_zrams=$(ls -d /sys/block/zram* 2>/dev/null || true)

cat >"$scratch/tour" <<'SH'
set -eu
# One number, whoever is asked.
for device in zram0 vda vdb; do
    t=$(stat -c '%t %T' /dev/$device)
    number=$(printf '%d:%d' 0x${t% *} 0x${t#* })
    [ "$number" = "$(cat /sys/block/$device/dev)" ] || echo "$device is $number, and dev says $(cat /sys/block/$device/dev)"
    [ /sys/block/$device -ef /sys/dev/block/$number ] || echo "/sys/dev/block/$number is not $device"
    grep -q "^ *${number%:*}  *${number#*:}  *[0-9]* $device\$" /proc/partitions || echo "partitions: $(cat /proc/partitions)"
done
echo "zram0: $(blockdev --getsize64 --getss --getpbsz /dev/zram0 | tr '\n' ' ')"
echo "vda: $(blockdev --getsize64 --getss /dev/vda | tr '\n' ' ')"
lsblk -rno NAME,TYPE,SIZE,LOG-SEC

# Swap: header, label, all columns.
mkswap -L cellar -U 1d3ec0de-0000-4000-8000-000000000001 /dev/zram0 | head -n 1
blkid /dev/zram0
swaplabel /dev/zram0
swaplabel -L attic /dev/zram0
swapon -p 100 /dev/zram0
swapon --noheadings --raw --show=NAME,TYPE,SIZE,PRIO,LABEL
zramctl --noheadings --raw --output NAME,DISKSIZE,DATA,ALGORITHM,ZERO-PAGES,MIGRATED,MOUNTPOINT
echo "columns: $(zramctl --output-all | awk 'NR == 1 { print NF }')"
printf '1\n' | LC_ALL=C tee /sys/block/zram0/reset 2>&1 >/dev/null | sed 's/.*: //'
swapoff /dev/zram0

# A file system: what is written is read back from the device, not from a cache.
echo 1 >/sys/block/zram0/reset
echo "reset: $(blockdev --getsize64 /dev/zram0)"
echo 128M >/sys/block/zram0/disksize
begin=$(date +%s%3N)
mkfs.ext4 -q /dev/zram0
mount /dev/zram0 "$1/fs"
head -c 32M /dev/urandom >"$1/fs/random"
yes 'a line that compresses' | head -c 32M >"$1/fs/text"
(cd "$1/fs" && sha1sum random text) >"$1/sums"
umount "$1/fs"
echo "$(($(date +%s%3N) - begin))" >"$1/ms"
awk '{ print ($1 > 60000000), ($2 < $1), ($3 > 32000000), ($8 > 8000) }' /sys/block/zram0/mm_stat
mount /dev/zram0 "$1/fs"
lsblk -rno NAME,MOUNTPOINT /dev/zram0
printf '1\n' | LC_ALL=C tee /sys/block/zram0/reset 2>&1 >/dev/null | sed 's/.*: //'
swapon /dev/zram0 2>/dev/null || echo "a mounted device is no swap"
(cd "$1/fs" && sha1sum --quiet -c "$1/sums") && echo "the same"
rm "$1/fs/random" && sync && fstrim "$1/fs"
awk '{ print "after fstrim:", ($2 < 20000000) }' /sys/block/zram0/mm_stat
umount "$1/fs"
blkdiscard -f /dev/zram0 2>/dev/null
awk '{ print "after blkdiscard:", $1, $2 }' /sys/block/zram0/mm_stat
dd if=/dev/zero of=/dev/vdb bs=1M 2>&1 | sed -n 's/^dd: //p'
SH
cat >"$scratch/expected" <<'TEXT'
zram0: 134217728 4096 4096 
vda: 134217728 512 
vda disk 128M 512
vdb disk 16M 512
zram0 disk 128M 4096
Setting up swapspace version 1, size = 128 MiB (134213632 bytes)
/dev/zram0: LABEL="cellar" UUID="1d3ec0de-0000-4000-8000-000000000001" TYPE="swap"
LABEL: cellar
UUID:  1d3ec0de-0000-4000-8000-000000000001
/dev/zram0 partition 128M 100 attic
/dev/zram0 128M 4K lz4 0 0B [SWAP]
columns: 12
Device or resource busy
reset: 0
1 1 1 1
zram0 FS
Device or resource busy
a mounted device is no swap
the same
after fstrim: 1
after blkdiscard: 0 0
error writing '/dev/vdb': No space left on device
TEXT
in_it sh "$scratch/tour" "$scratch" >"$scratch/seen" 2>&1 || fail "status $?: $(cat "$scratch/seen")"
sed -i "s#$scratch/fs#FS#" "$scratch/seen"
expect_same_text "$scratch/expected" "$scratch/seen"
echo "mkfs, 64 MiB written, checksums and umount: $(cat "$scratch/ms") ms"
expect_num "ms for mkfs and 64 MiB" "$(cat "$scratch/ms")" -le 10000
expect_no_loops
expect_eq "the host's swap" "$host_swaps" "$(cat /proc/swaps)"
expect_eq "the host's zram devices" "$host_zrams" "$(ls -d /sys/block/zram* 2>/dev/null || true)"
