#!/bin/sh
# The system calls that a real 7.2.13 was asked, on a mount: every result, byte count and what the file reads afterwards.
. "$(dirname "$0")/../lib.sh"
[ "$(id -u)" = 0 ] || skip "binding the mount over /sys and /proc needs root"
command -v gcc >/dev/null || skip "there is no gcc"
replay=$root/tests/replay
gcc -O2 -Wall -Wextra -Werror -o "$scratch/syscall" "$replay/syscall.c"
start --manual --scenario "$replay/guest.yaml"
unshare -m -p -f --kill-child --mount-proc sh "$replay/replay.sh" "$mnt" "$scratch/syscall" >"$scratch/rows"
expect_num "rows of the scripts" "$(wc -l <"$scratch/rows")" -ge 2500

status=0
# compared WHAT KNOWN EXPECTED
compared() {
    echo "$1:"
    awk -f "$replay/compare.awk" "$2" "$scratch/rows" "$3" || status=1
}
compared "captured" "$replay/differences.tsv" "$fixtures/errno.tsv"
compared "reasoned" /dev/null "$replay/reasoned.tsv"
[ "$status" = 0 ] || fail "rows differ that $replay/differences.tsv does not explain, or no longer do"
