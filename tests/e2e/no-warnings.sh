#!/bin/sh
# Nothing but results is said: no warning of the JVM or of a library on stderr, whichever Java runs it.
. "$(dirname "$0")/../lib.sh"
cat >"$scratch/scenario.yaml" <<'YAML'
cgroups: {/a: {}}
timeline:
  - 0s: task t cgroup=/a
  - 0s: alloc t 8M
  - 1s: expect /sys/fs/cgroup/a/memory.stat:anon == 8M
end: 2s
YAML
start --manual --scenario "$scratch/scenario.yaml" 2>"$scratch/mount"
ctl 'advance 1s' 2>"$scratch/ctl"
find "$mnt" -type f -perm -u=r ! -name trace ! -name kmsg -exec cat {} + >/dev/null 2>&1 || true
log=$(cat "${XDG_RUNTIME_DIR:-/tmp}/reclaimfs-$(id -u)"/*"$(basename "$scratch")"*.log)
"$reclaimfs" umount "$mnt" 2>"$scratch/umount"
for verb in check 'run --seed 2'; do
    # shellcheck disable=SC2086 # words
    "$reclaimfs" $verb "$scratch/scenario.yaml" >/dev/null 2>"$scratch/verb" || fail "$verb: $(cat "$scratch/verb")"
    [ ! -s "$scratch/verb" ] || fail "$verb says: $(cat "$scratch/verb")"
done
for what in mount ctl umount; do
    [ ! -s "$scratch/$what" ] || fail "$what says: $(cat "$scratch/$what")"
done
[ -z "$log" ] || fail "the server says: $log"
"$reclaimfs" --version >/dev/null 2>"$scratch/version"
[ ! -s "$scratch/version" ] || fail "--version says: $(cat "$scratch/version")"
