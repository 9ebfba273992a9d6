#!/bin/sh
# What no script should do, on files of sysfs, procfs, /proc/sys and debugfs, that can be read, written or both.
. "$(dirname "$0")/../lib.sh"
command -v gcc >/dev/null || skip "there is no gcc"
[ "$(id -u)" = 0 ] || skip "another user is refused earlier"
gcc -O2 -Wall -Wextra -Werror -o "$scratch/bad-kinds" "$root/tests/e2e/bad-kinds.c"
start --manual --scenario "$scenarios/zswap.yaml"
z=$mnt/sys/devices/virtual/block/zram0
"$scratch/bad-kinds" "$z/disksize" "$z/mm_stat" "$z/reset" "$mnt/proc/meminfo" "$mnt/proc/sys/vm/swappiness" \
    "$mnt/sys/kernel/debug/zswap/stored_pages" "$mnt/sys/fs/cgroup/memory.stat" >"$scratch/seen"
expect_same_text "$root/tests/e2e/bad-kinds.txt" "$scratch/seen"
expect_line "$mnt/proc/sys/vm/swappiness" 60
expect_line "$z/disksize" 0
