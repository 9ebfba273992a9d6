#!/bin/sh
# Makes the captured script's system calls on a mount and prints a row for each, in the script's order.
# usage: replay.sh MOUNT SYSCALL
#   SYSCALL is tests/replay/syscall.c, compiled.
# Runs in mount and PID namespaces of its own (see tests/e2e/errno-replay.sh): it binds the mount's directories over
# /sys and /proc, so that the paths are the captured ones. Nothing here reaches swapon(2) or a device of the host:
# steps of the mount's reclaimfs/ctl stand for what the captured script did with processes and swap devices.
set -eu
mount=$1 syscall=$2
here=$(dirname "$0")
export LC_ALL=C

control_file=$mount/reclaimfs/ctl
mount --bind "$mount/sys" /sys
mount --bind "$mount/sys/fs/cgroup" /sys/fs/cgroup
mount --bind "$mount/proc/sys/vm" /proc/sys/vm
mount --bind "$mount/proc/pressure" /proc/pressure
for file in swaps meminfo vmstat loadavg; do mount --bind "$mount/proc/$file" /proc/$file; done

t() { "$syscall" "$@"; }
put() { printf '%s\n' "$1" >"$2"; }
ctl() {
    for step in "$@"; do
        # By its path in the mount: what the machine does must not wait for itself.
        printf '%s\n' "$step" >"$control_file" || { echo "replay.sh: $step: $(cat "$control_file")" >&2; return 1; }
    done
}

R=/sys/fs/cgroup
Z=/sys/block/zram0
C=/sys/class/zram-control
: $R $Z $C # for the rows
. "$here/rows-cgroup.sh"
. "$here/rows-settings.sh"
. "$here/rows-zram.sh"
