#!/bin/sh
# Sandboxes of different machines have block devices at the same time, each its own; whichever process of one is killed, its loop
# devices go back to the host, the other sandbox goes on, and the next one gets them again.
# shellcheck disable=SC2016 # the sandbox expands it
. "$(dirname "$0")/../lib.sh"
# A name that no other sandbox of this host has: its loop devices are counted.
disk=t$$
cat >"$scratch/m.yaml" <<YAML
machine: {memory: 256MiB, cpus: 1}
disks: [{name: $disk, size: 32MiB}]
zram: [{name: zram0, disksize: 32MiB}]
YAML
blocks_in_sandbox --scenario "$scratch/m.yaml"
cat >"$scratch/inside" <<'SH'
# Fills both devices with its name, shows their numbers, and compares until it is told to stop.
dir=$1 name=$2 disk=$3
yes "$name" | head -c 8M >"/run/pattern"
for device in $disk zram0; do
    dd if=/run/pattern of=/dev/$device bs=1M oflag=direct status=none || exit 1
    cat /sys/block/$device/dev
done >"$dir/$name.numbers"
mkswap -q -U clear /dev/$disk && swapon /dev/$disk || exit 1
awk 'END { print NR - 1 }' /proc/swaps >"$dir/$name.up"
while [ ! -e "$dir/$name.stop" ]; do
    head -c 8M /dev/zram0 | cmp -s - /run/pattern || exit 3
    sleep 0.05
done
swapoff /dev/$disk
SH

# begin NAME: a sandbox of a machine of its own, in the background; returns when its devices are in use.
begin() {
    rm -f "$scratch/$1.stop" "$scratch/$1.up"
    beside "$1" --tier block --scenario "$scratch/m.yaml" -- sh "$scratch/inside" "$scratch" "$1" "$disk"
    up() { [ -s "$scratch/$1.up" ] || [ ! -e "/proc/$(cat "$scratch/$1.pid")" ]; }
    wait_until 60 "$1 has its devices" up "$1"
    [ -s "$scratch/$1.up" ] || fail "$1 has ended: $(cat "$scratch/$1.out" "$scratch/$1.err")"
    expect_eq "areas of swap in $1" 1 "$(cat "$scratch/$1.up")"
}
end() {
    : >"$scratch/$1.stop"
    finished "$1"
}
ended() { [ ! -e "/proc/$(cat "$scratch/$1.pid")" ]; }
# keeper_of PID: the process that keeps the nodes, of those below this one alone: there may be other sandboxes.
keeper_of() {
    cat "/proc/$1/task/"*/children 2>/dev/null | tr ' ' '\n' | while read -r child; do
        if tr '\0' '\n' <"/proc/$child/cmdline" 2>/dev/null | grep -qx nodes; then
            echo "$child"
        fi
        keeper_of "$child"
    done
}
held() { losetup -a | grep -cF "/run/.tree/dev/$disk" || true; }
holds() { [ "$(held)" = "$1" ]; }

begin one
begin two
expect_eq "disks of two sandboxes" 2 "$(held)"
expect_eq "different numbers" 4 "$(sort -u "$scratch/one.numbers" "$scratch/two.numbers" | wc -l)"

# The keeper of the nodes is killed: its sandbox' programs still hold what they have open, and the host gets it all back.
keeper=$(keeper_of "$(cat "$scratch/one.pid")")
[ -n "$keeper" ] || fail "no keeper below $(cat "$scratch/one.pid"): what is tested here?"
kill -KILL "$keeper"
wait_until 20 "devices of the first sandbox go: $(losetup -a)" holds 1
kill -KILL "$(cat "$scratch/one.pid")"
wait_until 20 "the first sandbox' end" ended one
wait "$(cat "$scratch/one.pid")" || true

# The server is killed, and another sandbox takes the numbers over while the second one goes on.
begin three
expect_eq "disks of two sandboxes" 2 "$(held)"
kill -KILL "$(cat "$scratch/three.pid")"
wait_until 20 "the third sandbox' end" ended three
wait "$(cat "$scratch/three.pid")" || true
wait_until 20 "only those of the second are left: $(losetup -a)" holds 1
begin one
expect_eq "different numbers" 4 "$(sort -u "$scratch/one.numbers" "$scratch/two.numbers" | wc -l)"
end one
end two
wait_until 10 "all are given back: $(losetup -a)" holds 0
expect_no_loops
