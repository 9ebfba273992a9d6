#!/bin/sh
# One case of TEST-55-OOMD, inside the sandbox: test-55.sh RECLAIMFS OOMCTL SLICE VICTIM OTHER…
# The services named start; SLICE is the cgroup of their slice, below /sys/fs/cgroup. VICTIM must be killed within two
# minutes and the others must not. Says how long the pressure was above 20 % before, in ms of the machine's clock, and what
# became of it: the daemon's signal, its counters, the pressure.
set -eu
reclaimfs=$1 oomctl=$2 slice=$3 victim=$4
shift 3
dir=/sys/fs/cgroup$slice
now() { date +%s%3N; }
procs() { cat "$dir/test$1.service/cgroup.procs"; }
# memory full avg10 in hundredths of a percent
full() { sed -n 's/^full avg10=\([0-9]*\)\.\([0-9]*\) .*/\1\2/p' "$dir/memory.pressure"; }
until_true() {
    deadline=$(($(now) + 120000))
    until "$@"; do
        [ "$(now)" -lt "$deadline" ] || { echo "never: $*"; exit 1; }
        sleep 0.05
    done
}
below() { [ "$(full)" -lt "$at" ]; }
gone() { [ -z "$(procs "$victim")" ]; }
watched() { "$oomctl" >/run/dump 2>&1 && grep -q "Path: $slice" /run/dump; }
listening() { grep -q . /run/signals; }
counter() { python3 -c 'import os, sys; print(os.getxattr(*sys.argv[1:]).decode())' "$dir/test$victim.service" "user.$1" 2>/dev/null; }

# look: between $before and $after, in ns of the machine's clock, the pressure was $pressure; whether that is above 20 %.
# shellcheck disable=SC2046 # words
look() {
    set -- $(cat /run/reclaimfs/clock "$dir/memory.pressure" /run/reclaimfs/clock)
    before=$2 pressure=${13#avg10=} after=${18}
    [ "${pressure%.*}${pressure#*.}" -gt 2000 ]
}

# The managers of the system and of the user each tell their units on a connection of their own, in any order.
until_true watched
dbus-monitor --address unix:path=/run/dbus/system_bus_socket "type='signal',member='Killed'" >/run/signals 2>/dev/null &
until_true listening
for service; do
    "$reclaimfs" ctl /run "task $service cgroup=$slice/test$service.service"
    case $service in
        chill) "$reclaimfs" ctl /run "alloc chill 300K" ;;
        *) "$reclaimfs" ctl /run "alloc $service 2000M rate=100M/s" ;;
    esac
done
# It exceeds the limit somewhere between the last look that says no and the first that says yes; so with the kill.
below_ns=0 above_ns=
deadline=$(($(now) + 120000))
until gone; do
    alive_ns=${after-0}
    if ! look; then
        below_ns=$before above_ns=
    elif [ -z "$above_ns" ]; then
        above_ns=$after
    fi
    [ "$(now)" -lt "$deadline" ] || { echo "never killed, pressure $pressure"; exit 1; }
    sleep 0.02
done
look || true
echo "above for $(((alive_ns - above_ns) / 1000000)) to $(((after - below_ns) / 1000000)) ms"
at=$(full)
for service; do
    [ "$service" = "$victim" ] || [ -n "$(procs "$service")" ] || { echo "$service has been killed, too"; exit 1; }
done
# With no other cause left, pressure falls by itself.
[ "$*" != "$victim chill" ] || until_true below
signalled() { grep -q 'memory-pressure' /run/signals; }
until_true signalled
awk '/member=Killed/ { killed = 1 } killed && /string/ { sub(/^ *string /, ""); print "signal", $0 }' /run/signals
counted() { counter oomd_kill >/dev/null; }
until_true counted
echo "oomd_ooms $(counter oomd_ooms) oomd_kill $(counter oomd_kill)"
cat /run/dump
echo "victim: $victim"
