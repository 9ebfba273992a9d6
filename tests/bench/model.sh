#!/bin/sh
# How fast the model is and how much memory it takes: JMH, runs by machine size, allocation in the hot loops.
set -eu

usage() {
    cat <<'USAGE'
usage: tests/bench/model.sh [-h] [--quick]

Measures, on this machine:
  - with JMH (-prof gc): reclaim of 1 GiB into zswap and zram, random touches under thrash, cgroups by number,
    machines built, filled and filled up;
  - with `reclaimfs run`: 2:1 data growing into zram until they are killed, for machines of 1 to 1024 GiB: wall
    time of the process with the JVM's start, and its peak memory (VmHWM in /proc, read every 20 ms);
  - with JFR: what allocates while that runs.
Prints the details as they come, and one table at the end. Some minutes; nothing else should run meanwhile.

  --quick   fewer rounds and sizes
  -h        this text

Needs Maven, and for its first run Maven Central. Exit status: 0 measured, 1 failed, 2 wrong usage.
USAGE
}

quick=false
case ${1-} in
    '') ;;
    -h | --help)
        usage
        exit 0
        ;;
    --quick) quick=true ;;
    *)
        usage >&2
        exit 2
        ;;
esac

root=$(cd "$(dirname "$0")/../.." && pwd -P)
bench=$root/target/bench
scratch=$(mktemp -d)
runner=
finish() {
    code=$?
    trap - EXIT
    if [ -n "$runner" ]; then
        kill "$runner" 2>/dev/null || true
    fi
    rm -rf "$scratch"
    exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

sizes="1 4 16 64 377 1024" rounds=
if $quick; then
    sizes="1 16 377" rounds="-wi 3 -i 3 -p gib=4 -p cgroups=1000,10000"
fi

# ---- build ----

# As a user has it, with the archive of classes.
"$root/mount-scripts/setup.sh"
(
    cd "$root"
    mvn -q -P bench "-Dreclaimfs.build.dir=$bench" test-compile dependency:build-classpath \
        "-Dmdep.outputFile=$bench/classpath" -Dmdep.includeScope=test
)

# ---- JMH ----

# shellcheck disable=SC2086 # rounds is a list of options
java -cp "$bench/test-classes:$bench/classes:$(cat "$bench/classpath")" org.openjdk.jmh.Main \
    -jvmArgs -XX:+UseSerialGC -foe true -prof gc -rf csv -rff "$scratch/jmh.csv" $rounds >"$scratch/jmh.log" 2>&1 || {
    tail -40 "$scratch/jmh.log" >&2
    exit 1
}
sed -n '/^Benchmark /,$p' "$scratch/jmh.log"

# score BENCHMARK [PARAMETER]: the mean of a benchmark, in its unit.
score() {
    awk -F, -v name="\"org.reclaimfs.$1\"" -v parameter="${2-}" '
        { sub(/\r$/, "") } # JMH ends its lines so
        $1 == name { for (i = 8; i <= NF; i++) if (parameter == "" || $i == parameter) { print $5; exit } }
    ' "$scratch/jmh.csv"
}

# compute EXPRESSION: a number with one decimal.
compute() { awk "BEGIN { printf \"%.1f\", $1 }"; }

# ---- runs by size ----

# scenario GIB: 2:1 data that grow at 1 TiB a second until nothing is left.
scenario() {
    cat <<SCENARIO
machine: {memory: ${1}GiB, cpus: 2}
zram: [{disksize: ${1}GiB}]
swap: [{device: /dev/zram0, priority: 100}]
cgroups: {/hog: {}}
timeline:
  - 0s: task hog cgroup=/hog
  - 0s: alloc hog $(($1 * 2))GiB content=ratio:2
end: 40m
SCENARIO
}

now_ms() { echo $(($(date +%s%N) / 1000000)); }

# run FILE: plays a scenario; sets wall_ms and peak_kib.
run() {
    start=$(now_ms)
    "$root/mount-scripts/reclaimfs" run --out "$scratch/out" "$1" >"$scratch/run.log" 2>&1 &
    runner=$!
    peak_kib=0
    while seen=$(awk '/^VmHWM:/ { print $2 }' "/proc/$runner/status" 2>/dev/null) && [ -n "$seen" ]; do
        peak_kib=$seen
        sleep 0.02
    done
    wait "$runner" || {
        runner=
        cat "$scratch/run.log" >&2
        exit 1
    }
    runner=
    wall_ms=$(($(now_ms) - start))
}

echo
printf '%8s %10s %12s %14s %12s\n' GiB wall_ms peak_MiB swapped_pages killed_at_s
grow_ms=- grow_mib=-
for gib in $sizes; do
    scenario "$gib" >"$scratch/grow.yaml"
    run "$scratch/grow.yaml"
    pages=$(sed -n 's/.*"pswpout": *\([0-9]*\).*/\1/p' "$scratch/out/summary.json")
    killed=$(sed -n 's/.*"event":"kill".*/&/; s/.*"atNs":\([0-9]*\)[0-9]\{9\}.*"kill".*/\1/p' "$scratch/out/trace.jsonl" | head -1)
    printf '%8s %10s %12s %14s %12s\n' "$gib" "$wall_ms" $((peak_kib / 1024)) "$pages" "${killed:--}"
    if [ "$gib" = 377 ]; then
        grow_ms=$wall_ms grow_mib=$((peak_kib / 1024))
    fi
done

# The machine alone: what is left is the JVM's start and the tree.
printf 'machine: {memory: 377GiB}\nzram: [{disksize: 377GiB}]\nswap: [{device: /dev/zram0}]\nend: 1ms\n' >"$scratch/empty.yaml"
run "$scratch/empty.yaml"
empty_ms=$wall_ms empty_mib=$((peak_kib / 1024))

# ---- allocation ----

scenario 64 >"$scratch/grow.yaml"
RECLAIMFS_JAVA_OPTS="-XX:StartFlightRecording=settings=profile,filename=$scratch/run.jfr" run "$scratch/grow.yaml"
pages=$(sed -n 's/.*"pswpout": *\([0-9]*\).*/\1/p' "$scratch/out/summary.json")
jfr=jfr
command -v jfr >/dev/null || jfr=${JAVA_HOME:?jfr is not in the PATH: set JAVA_HOME}/bin/jfr
echo
echo "bytes allocated for each page swapped out (64 GiB machine, JFR jdk.ObjectAllocationSample), by method:"
"$jfr" print --events jdk.ObjectAllocationSample --stack-depth 20 "$scratch/run.jfr" |
    awk -v pages="$pages" '
        /weight =/ { bytes = $3 * ($4 == "kB" ? 1024 : $4 == "MB" ? 1048576 : 1); found = 0 }
        /org\.reclaimfs\..*line:/ && !found { found = 1; name = $1; sub(/\(.*/, "", name); sum[name] += bytes }
        END { for (name in sum) printf "%9.2f  %s\n", sum[name] / pages, name }
    ' | sort -rn >"$scratch/allocating"
head -12 "$scratch/allocating"
allocated=$(awk '{ sum += $1 } END { printf "%.1f", sum }' "$scratch/allocating")

# ---- the table ----

row() { printf '%-62s | %-12s | %s\n' "$1" "$2" "$3"; }
echo
row measure target measured
row '1 GiB anon into zswap by memory.reclaim' '<= 20 ms' "$(score ReclaimBench.oneGiB ZSWAP) ms"
row '1 GiB anon into zram' - "$(score ReclaimBench.oneGiB ZRAM) ms"
for pattern in uniform zipf:1 hot:0.1:0.9; do
    row "random touches under thrash, $pattern" '>= 2 M/s' "$(compute "1000 / $(score TouchBench.touch "$pattern")") M/s"
done
row '377 GiB + 377 GiB zram: built, shown and gone, with the JVM' '<= 1000 ms' "$empty_ms ms, $empty_mib MiB"
row '377 GiB: 2:1 data grow into zram, run' '<= 20000 ms' "$grow_ms ms"
row '377 GiB: the same, peak RSS' '<= 1024 MiB' "$grow_mib MiB"
row 'allocated for each page swapped out' 'none' "$allocated B"
for what in create pass remove; do
    row "10,000 cgroups against 1,000: $what" '<= 10 x' \
        "$(compute "$(score "CgroupBench.$what" 10000) / $(score "CgroupBench.$what" 1000)") x ($(score "CgroupBench.$what" 10000) ms)"
done
row 'memory.stat of the root with 10,000 cgroups against 1,000' '1 x' \
    "$(compute "$(score CgroupBench.rootStat 10000) / $(score CgroupBench.rootStat 1000)") x ($(score CgroupBench.rootStat 10000) us)"
