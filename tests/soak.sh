#!/bin/sh
# Many clients at a machine that is always short of memory, for as long as you like: nothing may hang, break or be left behind.
. "$(dirname "$0")/lib.sh"

usage() {
    cat <<'USAGE'
usage: tests/soak.sh [--minutes N | --seconds N] [--clients N] [--seed N] [--speed X]

Clients (default 64) read, write right and wrong, make and remove cgroups, start and end tasks, swap on and off and reset
zram on one mount, while its workloads run; now and then one is killed in the middle. Every ten seconds the model's books are
checked. At the end counts of calls by errno, and what is left behind of descriptors, threads, objects and heap.
Exit status: 0 nothing wrong, 1 otherwise, 2 wrong usage, 77 cannot run here.
USAGE
}

span=600 clients=64 seed=1 speed=5
while [ $# -gt 0 ]; do
    case $1 in
        --minutes) span=$(($2 * 60)) ;;
        --seconds) span=$2 ;;
        --clients) clients=$2 ;;
        --seed) seed=$2 ;;
        --speed) speed=$2 ;;
        -h | --help)
            usage
            exit 0
            ;;
        *)
            usage >&2
            exit 2
            ;;
    esac
    shift 2
done

command -v gcc >/dev/null || skip "there is no gcc"
command -v jcmd >/dev/null || skip "there is no jcmd (it comes with a JDK)"
gcc -O2 -Wall -Wextra -Werror -o "$scratch/soak" "$root"/tests/stress/soak.c "$root"/tests/stress/clients.c "$root"/tests/stress/tree.c
export XDG_RUNTIME_DIR="$scratch" # our own log
start --scenario "$root/tests/stress/soak.yaml" --speed "$speed"
server=$(cat "$mnt/reclaimfs/pid")
log=$(find "$scratch" -name '*.log')
[ -n "$log" ] || fail "the server has no log"
tell() {
    head -c 4000 "$log" >&2 || true
    timeout 20 jcmd "$server" Thread.print 2>&1 | grep -A 20 '^"reclaimfs-clock\|^"reclaimfs-fuse.*runnable' | head -n 150 >&2
}
trap 'status=$?; [ "$status" = 0 ] || tell; finish "$status"' EXIT

# Where the soak has its cgroups.
furnish() {
    echo "+memory +pids" >"$cg/cgroup.subtree_control"
    echo "+memory +pids" >"$cg/soak/cgroup.subtree_control"
}

# Takes away what clients have left: tasks first, then their cgroups, swap devices and zram's settings.
clear_away() {
    echo 1 >"$cg/cgroup.procs" # the machine's init, which nothing kills
    find "$cg/soak" -mindepth 1 -type d | while read -r dir; do
        echo 0 >"$dir/cgroup.freeze" 2>/dev/null || true
        echo 1 >"$dir/cgroup.kill" || true
    done
    # Tasks die in the machine's time.
    wait_until 60 "the end of all tasks below /soak" no_tasks
    find "$cg/soak" -mindepth 1 -depth -type d | while read -r dir; do
        rmdir "$dir" || echo "left: $dir" >>"$scratch/left"
    done
    [ ! -s "$scratch/left" ] || fail "cgroups without tasks cannot be removed: $(cat "$scratch/left")"
    awk 'NR > 1 && $1 != "/dev/zram0" { print $1 }' "$mnt/proc/swaps" | while read -r device; do
        ctl "swapoff $device"
    done
    expect_ok "$mnt/proc/sys/vm/drop_caches" 3 # the page cache of tasks that have ended
    for zram in "$mnt"/sys/block/zram*; do
        id=${zram##*zram}
        echo 1 >"$zram/reset" 2>/dev/null || [ "$id" = 0 ] # which is in use
        [ "$id" -le 1 ] || echo "$id" >"$mnt/sys/class/zram-control/hot_remove"
    done
}
no_tasks() { ! find "$cg/soak" -mindepth 2 -name cgroup.procs -exec cat {} + | grep -q .; }

# What the server holds: "KEY VALUE" lines. The histogram counts after a full collection. Left out is what is kept on purpose:
# the pool of buffers, the history of kills, the last 16384 events of the trace, and what PSI and the run queues keep of each CPU.
holds() {
    # The host's kernel keeps what it has looked up, such as directories of devices that are gone, until it wants the memory; a
    # remount makes it forget.
    [ "$(id -u)" != 0 ] || mount -i -o remount "$mnt"
    echo "files $(find "$mnt" -type f | wc -l)"
    # The server remembers files that have been opened; without those whose reading does something, or waits.
    find "$mnt" -type f ! -path '*/dev/*' ! -path '*/reclaimfs/*' ! -name hot_add -perm -400 -exec cat {} + >"$scratch/texts" 2>&1 || true
    timeout 60 jcmd "$server" GC.class_histogram >"$scratch/histogram" # and has a socket from then on
    echo "descriptors $(find "/proc/$server/fd" -mindepth 1 | wc -l)"
    echo "threads $(awk '/^Threads:/ { print $2 }' "/proc/$server/status")"
    awk '$4 ~ /^org\.reclaimfs\.(kernfs\.(Dir|FileSet|OpenFile|FileRef|SeqFile)|memcg\.|lru\.|psi\.|sched\.|fuse\.OpenFiles\$Entry|mm\.Region|machine\.)/ &&
            $4 !~ /SeqFile$|AllocListener|Kill$|TaskName$|PsiCpu$|RunQueues\$Cpu$|Kind$|Lambda|\$\$|\[\]|\$[0-9]+$/ { print $4, $2 }
        /^Total/ { print "heap_kib", int($3 / 1024) }' "$scratch/histogram" | sort
}

check() { timeout 60 "$reclaimfs" ctl "$mnt" check || fail "after $1"; }

# soak SECONDS SEED: the clients; what they say goes to stdout.
soak() {
    "$scratch/soak" "$mnt" "$1" "$clients" "$2" >"$scratch/said" 2>&1 &
    job=$!
    while kill -0 "$job" 2>/dev/null; do
        sleep 0.2
        now=$(date +%s)
        if [ "$now" -ge "${next_check:-0}" ]; then
            check "some time of soaking with seed $seed"
            next_check=$((now + 10))
        fi
    done
    status=0
    wait "$job" || status=$?
    cat "$scratch/said"
    if [ "$status" -ne 0 ]; then
        fail "the clients (seed $seed) ended with status $status"
    fi
    check "soaking with seed $seed"
}

# Once round everything, so that all that is made but once is there.
furnish
warm_up=$((span / 6 + 4))
[ "$warm_up" -le 30 ] || warm_up=30
soak "$warm_up" $((seed + 1000)) >"$scratch/warm" || {
    cat "$scratch/warm" >&2
    exit 1
}
clear_away
sleep 5 # threads without work end
holds >"$scratch/before"
soak "$span" "$seed"
clear_away
check "clearing away"
sleep 5
holds >"$scratch/after"

# What may differ: threads that come and go with the load; the heap, whose buffers keep their greatest size; a few removed cgroups
# that pages of tasks still alive are charged to (up to three objects of a class each); and a few directories with their files,
# which the host's kernel still knows by number (FUSE's FORGET has not come). What leaks does so hundreds of times here.
awk 'NR == FNR { before[$1] = $2; next }
    { more = $2 - before[$1]
      slack = $1 == "threads" ? 5 : $1 == "heap_kib" ? 16384 : $1 ~ /\.(memcg|lru|psi|sched)\./ ? 3 * 8 : $1 ~ /FileRef$/ ? 256 : $1 ~ /kernfs|Region/ ? 4 : 0
      if ($1 ~ /^(descriptors|threads|files|heap_kib)$/) printf "%-12s before %d, after %d\n", $1, before[$1], $2
      if (more > slack) { printf "LEAK: %s before %d, after %d\n", $1, before[$1], $2; leaks++ } }
    END { printf "leaks: %d\n", leaks; exit leaks != 0 }' "$scratch/before" "$scratch/after" || fail "something was left behind"
if grep -q . "$log"; then
    fail "the server said: $(head -c 3000 "$log")"
fi
stop
# Where nobody reaps orphans it stays as a zombie, which has no command line.
! tr '\0' ' ' 2>/dev/null <"/proc/$server/cmdline" | grep -q . || fail "the server goes on"
echo "soak: $span s, $clients clients, seed $seed: nothing wrong"
