#!/bin/sh
# The demo of the README runs to its end, in under a minute.
. "$(dirname "$0")/../lib.sh"
begin=$(date +%s)
"$root/mount-scripts/demo.sh" >"$scratch/said" 2>&1 || fail "$(tail -n 20 "$scratch/said")"
expect_num "seconds" $(($(date +%s) - begin)) -lt 60
grep -q '^zswpwb 0$' "$scratch/said" || fail "the finding is missing"
