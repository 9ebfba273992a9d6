#!/usr/bin/env bash
# How fast a mounted file answers, against a C program and lxcfs in the same run, and what a mount costs.
set -euo pipefail

usage() {
    cat <<'USAGE'
usage: tests/bench/mount.sh [-h] [PART…]

Measures on this machine, in one run (PARTs choose some of it; default: all, about three minutes):
  start    from `reclaimfs mount` to the first answer, 10 runs
  idle     CPU time and memory of a mount that nobody uses, 30 s
  reads    open + read + close of memory.stat by 1, 8 and 64 readers at once, against a C program of libfuse 2.9 that serves
           the same bytes with the same options (with one thread, and with as many as libfuse likes) and against lxcfs'
           proc/meminfo: alternating rounds of 0.7 s; medians of 5
  busy     the same by one reader while the model reclaims as fast as it can, against the mount before
  writes   the times of that reader while another program writes memory.high 1, 10, 100 and 1000 times a second
  cgroups  create N cgroups, read ten files of each, remove them, for N = 1000 and 10,000; root's memory.stat meanwhile

Needs root. Installs a C compiler and libfuse-dev with apt-get if they are missing; lxcfs is only unpacked.
Exit status: 0 measured, 1 failed, 2 wrong usage.
USAGE
}

parts=(start idle reads busy writes cgroups)
chosen=()
for argument; do
    case $argument in
        -h | --help)
            usage
            exit 0
            ;;
        *)
            if [[ " ${parts[*]} " != *" $argument "* ]]; then
                usage >&2
                exit 2
            fi
            chosen+=("$argument")
            ;;
    esac
done
((${#chosen[@]})) || chosen=("${parts[@]}")
wanted() { [[ " ${chosen[*]} " == *" $1 "* ]]; }

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
reclaimfs=$root/mount-scripts/reclaimfs
"$root/mount-scripts/setup.sh" --install gcc libc6-dev libfuse-dev pkg-config
[[ ${RECLAIMFS_JAR-} ]] || "$root/mount-scripts/setup.sh" >/dev/null

scratch=$(mktemp -d)
lxcfs=
mkdir "$scratch"/{ours,one,many,lxcfs}
ours=$scratch/ours stat=$scratch/ours/sys/fs/cgroup/memory.stat

mounted() { grep -qF " $1 " /proc/self/mounts; }

finish() {
    local code=$? dir
    trap - EXIT
    if mounted "$ours"; then
        "$reclaimfs" umount "$ours" || "$reclaimfs" umount --lazy "$ours" || true
    fi
    for dir in one many lxcfs; do
        ! mounted "$scratch/$dir" || umount "$scratch/$dir" || true
    done
    if [[ $lxcfs ]]; then
        kill "$lxcfs" 2>/dev/null || true
        wait "$lxcfs" 2>/dev/null || true
    fi
    rm -rf --one-file-system "$scratch"
    exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

gcc -O2 -o "$scratch/rate" "$root/tests/bench/rate.c"
rate=$scratch/rate

# median: the middle one of the numbers on stdin
median() { sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

# column FILE N: the median of its Nth column
column() { awk -v n="$2" '{ print $n }' "$1" | median; }

# row NAME FILE: the medians of the lines of rate in FILE
row() {
    printf '  %-34s %9.0f reads/s   p50 %7.1f us   p99 %7.1f us   p99.9 %8.1f us\n' "$1" \
        "$(column "$2" 1)" "$(column "$2" 2)" "$(column "$2" 3)" "$(column "$2" 4)"
}

# ratio WHAT FILE COLUMN OTHER-FILE TARGET
ratio() {
    awk -v what="$1" -v a="$(column "$2" "$3")" -v b="$(column "$4" "$3")" -v target="$5" \
        'BEGIN { printf "  %-34s %9.2f   (target: %s)\n", what, a / b, target }'
}

ms_since() { echo $((($(date +%s%N) - $1) / 1000000)); }

start() {
    local i begin
    for ((i = 0; i < 10; i++)); do
        begin=$(date +%s%N)
        "$reclaimfs" mount --manual "$ours"
        cat "$stat" >/dev/null
        ms_since "$begin" >>"$scratch/starts"
        "$reclaimfs" umount "$ours"
    done
    printf 'start to first answer: median %s ms, slowest %s ms (target: at most 1000)\n' \
        "$(median <"$scratch/starts")" "$(sort -n "$scratch/starts" | tail -n 1)"
}

# ticks PID: CPU time used, in clock ticks
ticks() { awk '{ print $14 + $15 }' "/proc/$1/stat"; }

idle() {
    local server before
    "$reclaimfs" mount "$ours"
    server=$(cat "$ours/reclaimfs/pid")
    sleep 2
    before=$(ticks "$server")
    sleep 30
    awk -v ticks=$(($(ticks "$server") - before)) -v hz="$(getconf CLK_TCK)" -v kib="$(awk '/^VmRSS/ { print $2 }' "/proc/$server/status")" \
        'BEGIN { printf "idle: %.2f %% of a CPU in 30 s (target: below 1), RSS %.0f MiB (target: at most 120)\n", ticks / hz / 30 * 100, kib / 1024 }'
    "$reclaimfs" umount "$ours"
}

rivals() {
    local options program i
    options=direct_io,use_ino,readdir_ino,attr_timeout=0,entry_timeout=60,negative_timeout=0,ac_attr_timeout=0,hard_remove,intr,big_writes
    # shellcheck disable=SC2046 # words
    gcc -O2 -o "$scratch/file" "$root/tests/bench/file.c" $(pkg-config --cflags --libs fuse)
    cat "$stat" >"$scratch/text"
    "$scratch/file" "$scratch/text" -s -o "$options" "$scratch/one"
    "$scratch/file" "$scratch/text" -o "$options" "$scratch/many"
    # shellcheck source=/dev/null
    program=$(. "$root/tests/lib.sh" && borrow lxcfs lxcfs)
    "$program" -f -p "$scratch/lxcfs.pid" "$scratch/lxcfs" >"$scratch/lxcfs.log" 2>&1 &
    lxcfs=$!
    for ((i = 0; i < 100; i++)); do
        [[ ! -r $scratch/lxcfs/proc/meminfo ]] || return 0
        sleep 0.05
    done
    tail -n 5 "$scratch/lxcfs.log" >&2
    echo "mount.sh: lxcfs does not answer here (it needs root, FUSE and readable cgroups)" >&2
    exit 1
}

reads() {
    local readers round r=$scratch/reads
    "$reclaimfs" mount --manual "$ours"
    rivals
    "$rate" "$stat" 5 >/dev/null
    for readers in 1 8 64; do
        rm -f "$r".*
        for ((round = 0; round < 5; round++)); do
            "$rate" "$stat" 0.7 "$readers" >>"$r.ours"
            "$rate" "$scratch/one/file" 0.7 "$readers" >>"$r.one"
            "$rate" "$scratch/many/file" 0.7 "$readers" >>"$r.many"
            "$rate" "$scratch/lxcfs/proc/meminfo" 0.7 "$readers" >>"$r.lxcfs"
        done
        printf 'open + read + close, %s at once:\n' "$readers"
        row 'reclaimfs memory.stat' "$r.ours"
        row 'C, one thread' "$r.one"
        row "C, libfuse's threads" "$r.many"
        row 'lxcfs proc/meminfo' "$r.lxcfs"
        ratio 'rate / C, one thread' "$r.ours" 1 "$r.one" 'at least 0.9'
        ratio "rate / C, libfuse's threads" "$r.ours" 1 "$r.many" 'at least 0.9'
        ratio 'rate / lxcfs' "$r.ours" 1 "$r.lxcfs" 'at least 5'
        ratio 'p99 / C, one thread' "$r.ours" 3 "$r.one" 'at most 1.3'
        ratio "p99 / C, libfuse's threads" "$r.ours" 3 "$r.many" 'at most 1.3'
    done
    umount "$scratch/one" "$scratch/many" "$scratch/lxcfs"
    lxcfs=
    "$reclaimfs" umount "$ours"
}

busy() {
    local round before r=$scratch/rates
    cat >"$scratch/busy.yaml" <<'YAML'
machine: {memory: 1GiB, cpus: 2}
zswap: {enabled: true}
disks: [{name: vda, size: 8GiB, profile: nvme}]
swap: [{device: /dev/vda}]
cgroups: {/a: {memory.max: 300M}, /b: {memory.max: 300M}}
timeline:
  - 0s: task a cgroup=/a
  - 0s: task b cgroup=/b
  - 0s: alloc a 900M content=ratio:3
  - 0s: alloc b 900M content=ratio:3
  - 0s: touch a pattern=uniform write for=10000m
  - 0s: touch b pattern=uniform write for=10000m
end: 1s
YAML
    # Alternately, not side by side: there may be only two CPUs.
    "$reclaimfs" mount --manual "$ours"
    "$rate" "$stat" 4 >/dev/null
    for ((round = 0; round < 5; round++)); do
        "$rate" "$stat" 0.7 >>"$r.idle"
    done
    "$reclaimfs" umount "$ours"
    "$reclaimfs" mount --speed 1000 --scenario "$scratch/busy.yaml" "$ours"
    "$rate" "$stat" 5 >/dev/null
    before=$(awk '/^pgsteal_direct / { print $2 }' "$ours/proc/vmstat")
    for ((round = 0; round < 5; round++)); do
        "$rate" "$stat" 0.7 >>"$r.busy"
    done
    printf 'one reader while the model reclaims (%d pages meanwhile):\n' \
        $(($(awk '/^pgsteal_direct / { print $2 }' "$ours/proc/vmstat") - before))
    "$reclaimfs" umount "$ours"
    row 'idle' "$r.idle"
    row 'reclaiming' "$r.busy"
    ratio 'p99 reclaiming / idle' "$r.busy" 3 "$r.idle" 'at most 2'
}

writes() {
    local each writer r=$scratch/writes
    "$reclaimfs" mount "$ours"
    echo +memory >"$ours/sys/fs/cgroup/cgroup.subtree_control"
    mkdir "$ours/sys/fs/cgroup/w"
    "$rate" "$stat" 4 >/dev/null
    echo 'one reader while another program writes memory.high:'
    for each in 1 10 100 1000; do
        rm -f "$r".*
        "$rate" "$ours/sys/fs/cgroup/w/memory.high" 2.5 1 "$each" 64M >"$r.writer" &
        writer=$!
        for _ in 1 2 3; do
            "$rate" "$stat" 0.7 >>"$r.$each"
        done
        wait "$writer"
        row "$each writes/s (got $(cut -d. -f1 "$r.writer" | cut -d' ' -f1))" "$r.$each"
    done
    "$reclaimfs" umount "$ours"
}

cgroups() {
    local n begin create pass remove cg=$ours/sys/fs/cgroup
    "$reclaimfs" mount --manual "$ours"
    echo +memory >"$cg/cgroup.subtree_control"
    "$rate" "$stat" 3 >/dev/null
    echo 'cgroups (target: linear; the root in the same time):'
    printf '  %7s %12s %22s %12s %24s\n' cgroups 'create/s' 'files/s in the pass' 'remove/s' "root's memory.stat p50"
    for n in 1000 10000; do
        begin=$(date +%s%N)
        seq -f "$cg/g%.0f" "$n" | xargs mkdir
        create=$(ms_since "$begin")
        "$rate" "$stat" 1 >"$scratch/root"
        begin=$(date +%s%N)
        seq -f "$cg/g%.0f" "$n" | while read -r group; do
            printf '%s\n' "$group"/memory.{current,min,low,high,max,stat,pressure,swap.current} "$group"/cgroup.{controllers,events}
        done | xargs cat >/dev/null
        pass=$(ms_since "$begin")
        begin=$(date +%s%N)
        seq -f "$cg/g%.0f" "$n" | xargs rmdir
        remove=$(ms_since "$begin")
        printf '  %7d %12d %22d %12d %21s us\n' "$n" $((n * 1000 / create)) $((n * 10000 / pass)) $((n * 1000 / remove)) \
            "$(awk '{ print $2 }' "$scratch/root")"
    done
    "$reclaimfs" umount "$ours"
}

printf 'on %s CPUs, Linux %s, Java %s\n' "$(nproc)" "$(uname -r)" \
    "$("${JAVA_HOME:+$JAVA_HOME/bin/}java" -version 2>&1 | sed -nE '1s/.*"(.*)".*/\1/p')"
for part in "${parts[@]}"; do
    if wanted "$part"; then
        "$part"
    fi
done
