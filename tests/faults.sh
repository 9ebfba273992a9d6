#!/bin/sh
# Servers and clients that die at the worst moment: what is left must be nothing, and the mount point usable again at once.
. "$(dirname "$0")/lib.sh"

usage() {
    cat <<'USAGE'
usage: tests/faults.sh [--times N] [--minutes N] [--seed N] [--jobs N] [--only PART,…]

kill       kills the server N times (default 20), or for N minutes, by SIGKILL and SIGTERM in turn, at random moments of its
           start and of its life, with clients at work. With --jobs N that many servers at once, each on a directory of its
           own, which share the kills
heap       a full heap
disk       a full disk below --out
clients    clients killed in a blocking write
busy       unmount while busy, and two servers on one directory
namespace  a mount that another namespace holds
clock      a wall clock that jumps

Without --only all parts, in this order; each ends with a line that has its seconds.
Exit status: 0 nothing wrong, 1 otherwise, 2 wrong usage, 77 cannot run here.
USAGE
}

times=20 minutes='' seed=1 jobs=1 parts=kill,heap,disk,clients,busy,namespace,clock
while [ $# -gt 0 ]; do
    case $1 in
        --times) times=$2 ;;
        --minutes) minutes=$2 times=1000000 ;;
        --seed) seed=$2 ;;
        --jobs) jobs=$2 ;;
        --only) parts=$2 ;;
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
[ "$(id -u)" = 0 ] || skip "small disks and namespaces need root"
{ [ -r /dev/fuse ] && [ -w /dev/fuse ]; } || skip "no permission for /dev/fuse"
[ -n "${RECLAIMFS_JAR-}" ] || [ -e "$root/target/reclaimfs.jar" ] || "$root/mount-scripts/setup.sh" || fail "setup failed"
mkdir -m 700 "$scratch/state"
export XDG_RUNTIME_DIR="$scratch/state"

# random BOUND: sets $drawn, below it, repeatable. Not to be called in $(…), which would forget that it has drawn.
random() {
    seed=$(((seed * 1103515245 + 12345) % 2147483648))
    drawn=$((seed / 65536 % $1))
}

now_ms() { date +%s%3N; }

# sleep_ms MS
sleep_ms() { sleep "$(($1 / 1000)).$(printf %03d "$(($1 % 1000))")"; }

# Processes that have our mount point among their words: servers, and whoever unmounts.
servers() { pgrep -f -- "$mnt\$" || true; }

# What there is of mounts, loop devices, cgroups and processes of ours.
belongings() {
    grep -cF "$scratch" /proc/self/mounts || true
    cat /sys/block/loop*/loop/backing_file 2>/dev/null | grep -cF "$scratch" || true
    find /sys/fs/cgroup -name 'reclaimfs*' 2>/dev/null | wc -l
    servers
}

# usable_again SIGNAL WHEN: the launcher's own way of cleaning up, after which a new machine must answer.
usable_again() {
    unmount "$2"
    wait_until 15 "$2: the end of all processes of the mount" no_servers
    # Whoever dies by SIGKILL in the middle of its start may have mounted after our look; SIGTERM leaves nothing.
    [ "$1" = KILL ] || ! mounted || fail "$2: the server has left its mount"
    unmount "$2"
    ! mounted || fail "$2: still mounted"
    ls "$mnt" >/dev/null || fail "$2: the mount point cannot be used"
    [ -z "$(ls -A "$mnt")" ] || fail "$2: the mount point is not empty"
}

# unmount WHEN: if there is anything, and it has not gone by itself before the launcher looks.
unmount() {
    ! mounted || timeout 60 "$reclaimfs" umount "$mnt" 2>"$scratch/said" || ! mounted || fail "$1: umount: $(cat "$scratch/said")"
}
no_servers() { [ -z "$(servers)" ]; }

work() {
    while :; do
        cat "$cg/memory.stat" "$mnt/proc/meminfo" || sleep 0.1
        mkdir "$cg/x" || true
        rmdir "$cg/x" || true
    done >/dev/null 2>&1
}

# Nearly all the time of a kill is the start of a server. What it needs compilers for it does not live to see.
do_kill() {
    if [ "$jobs" -gt 1 ]; then
        kill_jobs
        return
    fi
    before=$(belongings)
    options=${RECLAIMFS_JAVA_OPTS-}
    export RECLAIMFS_JAVA_OPTS="-XX:TieredStopAtLevel=1 -XX:-UsePerfData $options"
    work &
    worker=$!
    i=0 early=0 start_ms=1000
    end=${minutes:+$((begun + minutes * 60))}
    while [ "$i" -lt "$times" ] && [ "$(date +%s)" -lt "${end:-9999999999}" ]; do
        i=$((i + 1))
        signal=KILL
        [ $((i % 2)) = 0 ] || signal=TERM
        random 3
        # Each job has a first start of which it learns how long one takes.
        if [ "$drawn" = 0 ] && [ "$i" -gt 1 ]; then
            # In the middle of its start.
            "$reclaimfs" mount --foreground --scenario "$root/tests/stress/soak.yaml" "$mnt" >/dev/null 2>&1 &
            server=$!
            early=$((early + 1))
            random $((start_ms * 5 / 4))
        else
            since_ms=$(now_ms)
            start --scenario "$root/tests/stress/soak.yaml" --speed 10
            start_ms=$(($(now_ms) - since_ms))
            server=$(cat "$mnt/reclaimfs/pid")
            random 300
        fi
        sleep_ms "$drawn"
        kill -s "$signal" "$server" 2>/dev/null || true
        usable_again "$signal" "SIG$signal, $i of $times (seed $seed)"
    done
    kill -9 "$worker" # SIGTERM might meet the trap it has from us
    wait "$worker" 2>/dev/null || true
    [ "$(belongings)" = "$before" ] || fail "left behind: $(belongings), before: $before"
    export RECLAIMFS_JAVA_OPTS="$options"
    verdict="killed $i times, $early of them while it started: nothing left, usable again"
}

# The same by several of this script, each with a mount point of its own.
kill_jobs() {
    job=0
    while [ "$job" -lt "$jobs" ]; do
        job=$((job + 1))
        share=$(((times + jobs - job) / jobs))
        if [ "$minutes" ]; then
            set -- --minutes "$minutes"
        else
            set -- --times "$share"
        fi
        sh "$root/tests/faults.sh" --only kill --seed $((seed + job)) "$@" >"$scratch/job-$job" 2>&1 &
        echo $! >>"$scratch/jobs-pids"
    done
    bad=0
    while read -r pid; do
        wait "$pid" || bad=$((bad + 1))
    done <"$scratch/jobs-pids"
    [ "$bad" = 0 ] || fail "$bad of $jobs jobs: $(cat "$scratch"/job-*)"
    verdict=$(sed -n 's/^kill: killed \([0-9]*\) times, \([0-9]*\) .*/\1 \2/p' "$scratch"/job-* |
        awk '{ n += $1; early += $2 } END { print "killed " n " times, " early " of them while it started: nothing left, usable again" }')
}

do_heap() {
    RECLAIMFS_JAVA_OPTS="-Xmx24m" "$reclaimfs" mount --speed 1000 "$mnt"
    server=$(cat "$mnt/reclaimfs/pid")
    log=$(find "$scratch/state" -name '*.log')
    echo +memory >"$cg/cgroup.subtree_control" || true
    # Some 3,500 fill it, more or fewer by the JVM.
    for i in $(seq 20000); do
        mkdir "$cg/a-cgroup-$i" 2>/dev/null || break
    done
    wait_until 30 "the end of a server without memory" test ! -e "/proc/$server/exe"
    grep -q 'out of memory: the server ends' "$log" || fail "out of memory: it said $(cat "$log")"
    ! mounted || fail "out of memory: still mounted"
    status=0
    said=$(RECLAIMFS_JAVA_OPTS="-Xmx16m" "$reclaimfs" run "$scenarios/workloads.yaml" 2>&1) || status=$?
    case $status,$said in
        0,*) ;; # it is enough, for this one
        1,*'out of memory'*) ;;
        *) fail "run with a small heap: status $status, $said" ;;
    esac
    verdict="said so, and gone"
}

do_disk() {
    trap 'status=$?; umount "$scratch/small" 2>/dev/null || true; finish "$status"' EXIT
    mkdir "$scratch/small"
    mount -t tmpfs -o size=16k small "$scratch/small"
    status=0
    said=$("$reclaimfs" run --out "$scratch/small/out" "$scenarios/workloads.yaml" 2>&1 >/dev/null) || status=$?
    umount "$scratch/small"
    expect_eq "status with a full disk" 1 "$status"
    case $said in
        *"$scratch/small/out"* | *'No space left'*) ;;
        *) fail "a full disk: it said '$said'" ;;
    esac
    case $said in *'at org.'*) fail "a full disk: a stack trace: $said" ;; esac
    verdict="said so, status 1"
}

do_clients() {
    start --speed 0.02 --scenario "$scenarios/zswap.yaml"
    server=$(cat "$mnt/reclaimfs/pid")
    echo +memory >"$cg/cgroup.subtree_control"
    mkdir "$cg/w"
    ctl 'speed 100000' 'task t cgroup=/w' 'alloc t 64M content=ratio:3' 'speed 0.02'
    threads=$(awk '/^Threads:/ { print $2 }' "/proc/$server/status")
    for i in 1 2 3 4 5; do
        sh -c 'echo 64M >"$1"' sh "$cg/w/memory.reclaim" 2>/dev/null &
        sleep 0.3
        kill -9 $! 2>/dev/null || true # it may be done already
        wait $! 2>/dev/null || true
        expect_num "the machine answers" "$(key "$cg/w/memory.stat" anon)" -ge 0
    done
    wait_until 15 "the end of the threads that served them" sh -c \
        "[ \$(awk '/^Threads:/ { print \$2 }' /proc/$server/status) -le $((threads + 5)) ]"
    ctl check
    verdict="the machine goes on"
}

do_busy() {
    start
    server=$(cat "$mnt/reclaimfs/pid")
    exec 3<"$mnt/proc/meminfo"
    status=0
    "$reclaimfs" umount "$mnt" >/dev/null 2>&1 || status=$?
    expect_eq "umount of a busy mount" 1 "$status"
    expect_num "which goes on" "$(key "$mnt/proc/meminfo" MemTotal)" -gt 0
    exec 3<&-
    ! "$reclaimfs" mount "$mnt" 2>/dev/null || fail "a second server on one directory"
    expect_eq "the server" "$server" "$(cat "$mnt/reclaimfs/pid")"
    # Two at the same moment: one gets it, the other leaves it alone.
    stop
    "$reclaimfs" mount "$mnt" 2>/dev/null &
    one=$!
    "$reclaimfs" mount "$mnt" 2>/dev/null || true
    wait "$one" || true
    expect_num "one of two is mounted" "$(grep -cF " $mnt " /proc/self/mounts)" -ge 1
    cat "$mnt/reclaimfs/pid" >/dev/null
    while mounted; do
        stop
    done
    wait_until 15 "the end of both" no_servers
    verdict="refused"
}

do_namespace() {
    start
    server=$(cat "$mnt/reclaimfs/pid")
    unshare -m --propagation private sleep 60 &
    holder=$!
    wait_until 5 "a namespace" sh -c "! [ /proc/$holder/ns/mnt -ef /proc/self/ns/mnt ]"
    stop || fail "umount, with a copy of the mount elsewhere"
    no_servers || fail "the server goes on for a namespace that nobody knows"
    kill "$holder"
    verdict="the server ended all the same"
}

# clock_ns: the machine's time; a server that has lost its way for good is a finding, no hang.
clock_ns() {
    said=$(timeout -k 5 60 cat "$mnt/reclaimfs/clock") || fail "the server does not answer"
    printf '%s\n' "$said" | sed -n 's/^time_ns //p'
}

# jump SECONDS: of the wall clock, from now on. In place, and always as long: the server has the file mapped.
jump() { printf '%+011d\n' "$1" 1<>"$scratch/jump"; }

do_clock() {
    if command -v cc >/dev/null; then
        library=$scratch/clock-jump.so
        cc -Wall -Werror -O2 -shared -fPIC -o "$library" "$root/tests/stress/clock-jump.c"
        jump 0
        CLOCK_JUMP="$scratch/jump" LD_PRELOAD="$library" start
        grep -qF "$library" "/proc/$(cat "$mnt/reclaimfs/pid")/maps" || fail "the server has the real clock"
        a=$(clock_ns)
        jump 864000
        days=$((($(CLOCK_JUMP="$scratch/jump" LD_PRELOAD="$library" date +%s) - $(date +%s)) / 86400))
        expect_num "days it has jumped" "$days" -ge 9
        sleep 1
        b=$(clock_ns)
        jump -864000
        sleep 1
        c=$(clock_ns)
        # However long a loaded machine takes for it: far less than a day.
        expect_num "forwards: ns" $((b - a)) -lt 3600000000000
        expect_num "backwards: ns" $((c - b)) -gt 500000000
        stop
        verdict="the machine's time goes on evenly"
    else
        verdict="not tried, there is no C compiler"
    fi
}

for part in $(echo "$parts" | tr , ' '); do
    begun=$(date +%s)
    case $part in
        kill | heap | disk | clients | busy | namespace | clock) "do_$part" ;;
        *)
            usage >&2
            exit 2
            ;;
    esac
    ! mounted || stop || fail "$part: cannot be unmounted"
    echo "$part: $verdict ($(($(date +%s) - begun)) s)"
done
