#!/bin/sh
# Set-up scripts that know nothing of us: Debian's zramswap, systemd-zram-generator, and those of Arch, Armbian and Android.
# shellcheck disable=SC2016 # the sandbox expands it
. "$(dirname "$0")/../lib.sh"
cat >"$scratch/m.yaml" <<'YAML'
machine: {memory: 1GiB, cpus: 2}
disks: [{name: vda, size: 64MiB}]
YAML
blocks_in_sandbox --scenario "$scratch/m.yaml"
host_swaps=$(cat /proc/swaps)

unpack zram-tools
cat >"$scratch/debian" <<'SH'
set -e
mkdir -p /run/etc && printf 'ALGO=zstd\nPERCENT=25\nPRIORITY=77\n' >/run/etc/zramswap
[ -e /etc/default/zramswap ] || zramswap() { sed 's#/etc/default/zramswap#/run/etc/zramswap#' "$script" | bash -s "$@"; }
script=$1
zramswap start >/dev/null 2>&1
awk 'NR > 1 { print $1, $2, $3, $5 }' /proc/swaps
zramswap status | awk 'NR > 1 { print $1, $2, $NF }'
zramswap stop >/dev/null 2>&1
echo "left: $(ls /dev/zram* 2>/dev/null) $(awk 'END { print NR }' /proc/swaps)"
zramswap start >/dev/null 2>&1 && zramswap stop >/dev/null 2>&1 && echo "and again"
SH
in_it bash "$scratch/debian" "$unpacked/usr/sbin/zramswap" >"$scratch/seen" 2>&1 || fail "zramswap: $(cat "$scratch/seen")"
cat >"$scratch/expected" <<'TEXT'
/dev/zram0 partition 249852 77
/dev/zram0 zstd [SWAP]
left:  1
and again
TEXT
expect_same_text "$scratch/expected" "$scratch/seen"

# The generator's two programs: units from a configuration, then one device set up and reset as its service would.
unpack systemd-zram-generator
generator=$(find "$unpacked" -name zram-generator -type f | head -n 1)
cat >"$scratch/generator" <<'SH'
set -e
mkdir -p /run/systemd/units /run/over
# Whatever this host is: in a container the generator does nothing.
printf '#!/bin/sh\necho none\nexit 1\n' >/run/.bin/systemd-detect-virt
chmod +x /run/.bin/systemd-detect-virt
mount -t tmpfs conf /run/over
mkdir /run/over/up /run/over/work
mount -t overlay -o lowerdir=/etc,upperdir=/run/over/up,workdir=/run/over/work over /etc
mkdir -p /etc/systemd
printf '[zram0]\nzram-size = ram / 4\ncompression-algorithm = lz4\nswap-priority = 50\n[zram1]\nzram-size = 16\nmount-point = /run/z\nfs-type = ext4\n' >/etc/systemd/zram-generator.conf
"$1" /run/systemd/units /run/systemd/units /run/systemd/units >/dev/null 2>&1
(cd /run/systemd/units && ls -d dev-zram0.swap run-z.mount)
for device in zram0 zram1; do
    "$1" --setup-device "$device" >/dev/null 2>&1
    echo "$device $(cat /sys/block/$device/disksize) $(grep -o '\[.*\]' /sys/block/$device/comp_algorithm)"
done
swapon -p 50 /dev/zram0
mkdir /run/z && mount /dev/zram1 /run/z && df --output=fstype /run/z | tail -n 1
umount /run/z
swapoff /dev/zram0
"$1" --reset-device zram0
"$1" --reset-device zram1
echo "reset: $(cat /sys/block/zram0/disksize) $(cat /sys/block/zram1/disksize)"
SH
in_it bash "$scratch/generator" "$generator" >"$scratch/seen" 2>&1 || fail "generator: $(cat "$scratch/seen")"
cat >"$scratch/expected" <<'TEXT'
dev-zram0.swap
run-z.mount
zram0 255852544 [lz4]
zram1 16777216 [lzo-rle]
ext4
reset: 0 0
TEXT
expect_same_text "$scratch/expected" "$scratch/seen"

# By hand, as the wikis have it: Arch (zramctl, udev settled), Armbian (several devices, one of them /var/log), Android.
cat >"$scratch/wikis" <<'SH'
set -e
modprobe zram
udevadm settle
zramctl /dev/zram0 --algorithm zstd --size "$(($(awk '/^MemTotal/ { print $2 }' /proc/meminfo) / 2))KiB"
mkswap -q -U clear /dev/zram0
swapon --discard --priority 100 /dev/zram0
awk 'NR > 1 { print "arch:", $1, $3, $5 }' /proc/swaps
swapoff /dev/zram0 && echo 1 >/sys/block/zram0/reset

modprobe zram num_devices=3
for i in 0 1; do
    echo lz4 >/sys/block/zram$i/comp_algorithm
    echo 32M >/sys/block/zram$i/disksize
    echo 16M >/sys/block/zram$i/mem_limit
    mkswap -q /dev/zram$i
    swapon -p 5 /dev/zram$i
done
echo 20M >/sys/block/zram2/disksize
mkfs.ext4 -q -O '^has_journal' -m 0 /dev/zram2
mkdir /run/log && mount -o noatime /dev/zram2 /run/log && cp -r /etc/passwd /run/log/
echo 0 >/sys/module/zswap/parameters/enabled
echo "armbian: $(awk 'NR > 1' /proc/swaps | wc -l) $(cmp /etc/passwd /run/log/passwd && echo same)"
umount /run/log && swapoff -a
for i in 0 1 2; do echo 1 >/sys/block/zram$i/reset; done

mkdir -p /dev/block && ln -s ../zram0 /dev/block/zram0
echo /dev/vda >/sys/block/zram0/backing_dev
echo 32M >/sys/block/zram0/disksize
echo 100 >/proc/sys/vm/swappiness && echo 0 >/proc/sys/vm/page-cluster
mkswap -q /dev/block/zram0 && swapon /dev/block/zram0
awk 'NR > 1 { print "android:", $1 }' /proc/swaps
swapoff /dev/block/zram0
head -c 4M /dev/urandom >/dev/zram0 && sync
echo 1 >/sys/block/zram0/writeback_limit_enable && echo 512 >/sys/block/zram0/writeback_limit
(echo huge >/sys/block/zram0/writeback) 2>/dev/null || echo "the limit was met"
awk '{ print "on the disk:", $1, "pages" }' /sys/block/zram0/bd_stat
SH
in_it bash "$scratch/wikis" >"$scratch/seen" 2>&1 || fail "wikis: $(cat "$scratch/seen")"
cat >"$scratch/expected" <<'TEXT'
arch: /dev/zram0 499708 100
armbian: 2 same
android: /dev/zram0
the limit was met
on the disk: 512 pages
TEXT
expect_same_text "$scratch/expected" "$scratch/seen"
expect_no_loops
expect_eq "the host's swap" "$host_swaps" "$(cat /proc/swaps)"
