#!/bin/sh
# exec --with systemd-oomd: what is refused; units that come and go while it runs; its end is noticed; nothing of it is left.
. "$(dirname "$0")/../lib.sh"
[ -w /proc/sys/kernel/ns_last_pid ] || skip "this kernel has no ns_last_pid"
in_sandbox
unpack_oomd bookworm
status() { "$@" >"$scratch/said" 2>&1 && echo 0 || echo $?; }

# shellcheck disable=SC2086 # words
refused_with() {
    expect_eq "exec $1" "$2" "$(status "$reclaimfs" exec $1 -- true)"
    grep -q -e "$3" "$scratch/said" || fail "exec $1: $(cat "$scratch/said")"
}
refused_with "--with earlyoom" 2 'expected systemd-oomd'
refused_with "--with /nonexistent/systemd-oomd" 1 'there is no program'
refused_with "--with $oomd --speed 2" 2 'timers of its own'
refused_with "--with $oomd --tier files" 2 'tier syscalls'
refused_with "--units /nonexistent" 2 'is not a directory'
refused_with "--with $oomd $mnt" 2 'for a machine of its own'
# A program that is none, or ends at once.
mkdir "$scratch/bad"
# shellcheck disable=SC2016 # a script
printf '#!/bin/sh\n[ "$1" != --version ] || { echo systemd 252; exit; }\necho no such luck >&2\nexit 3\n' >"$scratch/bad/systemd-oomd"
chmod +x "$scratch/bad/systemd-oomd"
refused_with "--with $scratch/bad/systemd-oomd" 1 'ended with status 3'
grep -q 'no such luck' "$scratch/said" || fail "not its last words: $(cat "$scratch/said")"

mkdir -p "$scratch/units/test@.service.d" "$scratch/units/web.service.d"
printf '[Service]\nSlice=test.slice\nMemoryHigh=16M\nManagedOOMMemoryPressure=kill\nManagedOOMMemoryPressureLimit=33%%\n' \
    >"$scratch/units/test@.service"
printf '[Service]\nManagedOOMSwap=kill\nMemoryMax=10%%\nMemoryLow=rather low\n' >"$scratch/units/web.service.d/1.conf"
cat >"$scratch/look" <<'SH'
set -eu
cg=/sys/fs/cgroup
until_true() {
    n=0
    until "$@" >/dev/null 2>&1; do
        n=$((n + 1))
        [ $n -lt 200 ] || { echo "never true: $*"; exit 1; }
        sleep 0.05
    done
}
shown() { "$oomctl" | grep -q "Path: $1\$"; }
hidden() { ! shown "$1"; }
until_true shown /system.slice/web.service
[ "$(cat $cg/system.slice/web.service/memory.max)" = 416071680 ] # a tenth of the default machine's 4 GiB, less what boot keeps
hidden /test.slice/test@1.service
# An instance that somebody starts gets its template's settings, with the controllers they need, and is watched.
mkdir -p $cg/test.slice/test@1.service
until_true shown /test.slice/test@1.service
[ "$(cat $cg/test.slice/test@1.service/memory.high)" = 16777216 ]
"$oomctl" | grep -A 1 'Path: /test.slice/test@1.service' | grep -q 'Limit: 33.00%'
rmdir $cg/test.slice/test@1.service
until_true hidden /test.slice/test@1.service
mkdir $cg/test.slice/test@1.service
until_true shown /test.slice/test@1.service
# The daemon is in sight, and can be killed by whoever is in here.
for process in /proc/[0-9]*; do
    if tr '\0' ' ' <"$process/cmdline" 2>/dev/null | grep -q 'systemd/systemd-oomd *$'; then
        kill -KILL "${process#/proc/}"
    fi
done
until_true test -e /run/.oomd/ended
echo all done
SH
# A configuration for it that is bad is said by it, not by us; a bad setting is said by us.
# shellcheck disable=SC2016 # the sandbox expands it
status=$(MARK=mark-$$ oomctl=$oomctl status "$reclaimfs" exec --with "$oomd" --units "$scratch/units" -- sh "$scratch/look")
[ "$status" = 0 ] || fail "status $status: $(cat "$scratch/said")"
expect_line "$scratch/said" 'all done'
expect_eq "remarks" 1 "$(grep -c ignored "$scratch/said")"
grep -q "1.conf:4: MemoryLow=: found 'rather low', expected bytes.*: ignored" "$scratch/said" || fail "$(cat "$scratch/said")"
grep -q 'systemd-oomd has ended with status 137' "$scratch/said" || fail "its end was not noticed: $(cat "$scratch/said")"
nothing_left() { [ "$(grep -lsF "MARK=mark-$$" /proc/[0-9]*/environ | wc -l)" = 0 ]; }
wait_until 2 "nothing is left" nothing_left
