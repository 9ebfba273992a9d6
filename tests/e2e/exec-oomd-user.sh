#!/bin/sh
# systemd-oomd in the sandbox of a plain user: it kills there as in that of root, and nobody needs to be root for it.
. "$(dirname "$0")/../lib.sh"
[ "$(id -u)" = 0 ] || skip "needs root to become another user"
setpriv --reuid 65534 --regid 65534 --clear-groups unshare -U -r -m true 2>/dev/null || skip "no user namespaces for plain users"
for_plain_user
unpack_oomd bookworm
cp -r "$unpacked" "$scratch/oomd"
cp "$scenarios/oomd/swap.yaml" "$scenarios/oomd/until-hog-dies.sh" "$scratch/"
as_plain_user ../mount-scripts/reclaimfs exec --with "$scratch/oomd/systemd-oomd" --scenario "$scratch/swap.yaml" -- \
    sh -c "sh $scratch/until-hog-dies.sh; $scratch/oomd/oomctl" >"$scratch/said" 2>&1 || fail "$(cat "$scratch/said")"
expect_eq "kills" 1 "$(grep -c 'was killed at' "$scratch/said")"
grep -q 'hog of /system.slice/hog.service was killed at .* by a signal from the sandbox' "$scratch/said" || fail "$(cat "$scratch/said")"
grep -q 'systemd-oomd: Killed /system.slice/hog.service due to memory used' "$scratch/said" || fail "why: $(cat "$scratch/said")"
grep -A 2 'Swap Monitored CGroups:' "$scratch/said" | grep -q 'Path: /$' || fail "oomctl: $(cat "$scratch/said")"
