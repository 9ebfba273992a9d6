#!/bin/sh
# One case of TEST-55-OOMD, inside the sandbox: test-55.sh RECLAIMFS OOMCTL SLICE VICTIM OTHER…
# The services named start; SLICE is the cgroup of their slice, below /sys/fs/cgroup. VICTIM must be killed within two
# minutes and the others must not. Says how long the pressure was above 20 % before, in ms, and what became of it.
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
above() { [ "$(full)" -gt 2000 ]; }
below() { [ "$(full)" -lt "$at" ]; }
gone() { [ -z "$(procs "$victim")" ]; }
"$oomctl" >"/run/dump" 2>&1 || { cat /run/dump; exit 1; }
for service; do
    "$reclaimfs" ctl /run "task $service cgroup=$slice/test$service.service"
    case $service in
        chill) "$reclaimfs" ctl /run "alloc chill 300K" ;;
        *) "$reclaimfs" ctl /run "alloc $service 2000M rate=100M/s" ;;
    esac
done
until_true above
since=$(now)
until_true gone
echo "above for $(($(now) - since)) ms"
at=$(full)
for service; do
    [ "$service" = "$victim" ] || [ -n "$(procs "$service")" ] || { echo "$service has been killed, too"; exit 1; }
done
# With no other cause left, pressure falls by itself.
[ "$*" != "$victim chill" ] || until_true below
cat /run/dump
echo "victim: $victim"
