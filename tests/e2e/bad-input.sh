#!/bin/sh
# What no script should do, and what a cgroup directory of the kernel says to it.
. "$(dirname "$0")/../lib.sh"
command -v gcc >/dev/null || skip "there is no gcc"
[ "$(id -u)" = 0 ] || skip "mknod and trusted attributes need root"
gcc -O2 -Wall -Wextra -Werror -o "$scratch/bad-input" "$root/tests/e2e/bad-input.c"
start --manual
echo +memory >"$cg/cgroup.subtree_control"
mkdir "$cg/w" "$cg/w/sub"
"$scratch/bad-input" "$cg/w" "$mnt/outside" >"$scratch/seen"
expect_same_text "$root/tests/e2e/bad-input.txt" "$scratch/seen"
expect_eq "the tree is as it was" "sub" "$(find "$cg/w" -mindepth 1 -type d -printf '%f')"
