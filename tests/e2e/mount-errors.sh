#!/bin/sh
# What cannot be mounted says so in one line and leaves nothing; a dead server is cleaned up.
. "$(dirname "$0")/../lib.sh"

# refuses STATUS WORD ARG…: mount ends so, saying one line with the word
refuses() {
    want=$1 word=$2
    shift 2
    status=0
    said=$("$reclaimfs" mount "$@" 2>&1) || status=$?
    expect_eq "mount $*" "$want" "$status"
    case $said in *"$word"*) ;; *) fail "mount $*: '$said' does not mention '$word'" ;; esac
    expect_eq "lines said" 1 "$(printf '%s\n' "$said" | wc -l)"
}
refuses 1 'does not exist' "$scratch/nosuch"
touch "$scratch/file"
refuses 1 'not a directory' "$scratch/file"
mkdir "$scratch/full"
touch "$scratch/full/x"
refuses 1 'not empty' "$scratch/full"

# A server that never answers is ended, and said so.
mkdir -p "$scratch/slow/bin"
printf '#!/bin/sh\nexec sleep 100\n' >"$scratch/slow/bin/java"
chmod +x "$scratch/slow/bin/java"
status=0
said=$(JAVA_HOME="$scratch/slow" RECLAIMFS_START_SECONDS=1 timeout -s KILL 20 "$reclaimfs" mount "$mnt" 2>&1) || status=$?
expect_eq "mount of a server that never answers" 1 "$status"
case $said in *'did not answer within 1 s'*) ;; *) fail "it said '$said'" ;; esac

start
refuses 1 'already' "$mnt"
pid=$(cat "$mnt/reclaimfs/pid")
stop
# A server that has ended may stay a zombie where nobody reaps orphans; a zombie has no command line.
! tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -q . || fail "the server is still there"

start
pid=$(cat "$mnt/reclaimfs/pid")
kill -9 "$pid"
stop || fail "umount did not clean up after a dead server"
! mounted || fail "still mounted"

start
exec 3<"$mnt/proc/meminfo"
status=0
"$reclaimfs" umount "$mnt" >/dev/null 2>&1 || status=$?
expect_eq "umount of a busy mount" 1 "$status"
exec 3<&-
stop
status=0
"$reclaimfs" umount "$mnt" >/dev/null 2>&1 || status=$?
expect_eq "umount of nothing" 1 "$status"
