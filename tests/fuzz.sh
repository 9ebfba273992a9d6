#!/usr/bin/env bash
# Fuzzing for as long as you like: random texts to every file, step and scenario, then random system calls on a mount; or guided by
# coverage.
set -euo pipefail
cd "$(dirname "$0")/.."
readonly targets=(numbers steps scenarios units tree)
# The rooms that read texts: to count every branch of the model would cost more than it tells.
readonly rooms='org.reclaimfs.abi.**:org.reclaimfs.kernfs.**:org.reclaimfs.cgroupfs.**:org.reclaimfs.procfs.**:org.reclaimfs.sysfs.**'\
':org.reclaimfs.pressurefs.**:org.reclaimfs.psi.**:org.reclaimfs.scenario.**:org.reclaimfs.units.**'

usage() {
    cat <<USAGE
usage: tests/fuzz.sh [--minutes N] [--inputs N] [--seed N]
       tests/fuzz.sh --coverage [--minutes N] [--corpus DIR] [TARGET…]
       tests/fuzz.sh --coverage --again FILE TARGET

Half of the time (default 2 minutes) writes random texts to all files of a machine in one process, and parses steps and
scenarios; the other half makes random system calls on a mount. With --inputs N, N texts and N system calls instead, however
long that takes. A finding ends it, with the seed and the last inputs.

With --coverage Jazzer (from Maven Central) looks for inputs that reach new code, --minutes for each TARGET:
  numbers    memparse, kstrto*, match_int, strstrip, each against another one that is written differently
  steps      the grammar of steps
  scenarios  the reader of scenarios
  units      systemd's unit files and their names
  tree       texts to all files that take one: cgroup files, io.max, triggers, sysctls, attributes of zram and zswap
It begins with the lines of src/test/resources/fuzz/TARGET.txt, which the usual unit tests take, too (FuzzSeedsTest): a finding, once
mended, belongs there. What a finding's input was is in target/fuzz-findings; --again gives such a FILE to its target once more.
--corpus DIR keeps what was found worth trying, below DIR/TARGET, for the next time.

Exit status: 0 nothing found, 1 otherwise, 2 wrong usage.
USAGE
}

misuse() {
    usage >&2
    exit 2
}

minutes=2 seed=1 inputs='' coverage=false corpus='' again='' chosen=()
while (($#)); do
    case $1 in
        --minutes | --seed | --inputs | --corpus | --again)
            (($# > 1)) || misuse
            case $1 in
                --minutes) minutes=$2 ;;
                --seed) seed=$2 ;;
                --inputs) inputs=$2 ;;
                --corpus) corpus=$2 ;;
                --again) again=$2 ;;
            esac
            shift
            ;;
        --coverage) coverage=true ;;
        -h | --help)
            usage
            exit 0
            ;;
        -*) misuse ;;
        *)
            [[ " ${targets[*]} " == *" $1 "* ]] || misuse
            chosen+=("$1")
            ;;
    esac
    shift
done
[[ $minutes =~ ^[1-9][0-9]*$ && $seed =~ ^[0-9]+$ && $inputs =~ ^[0-9]*$ ]] || misuse
if [[ $again ]]; then
    [[ $coverage == true && ${#chosen[@]} == 1 ]] || misuse
    [[ -r $again ]] || { echo "fuzz: cannot read $again" >&2 && exit 2; }
    again=$(readlink -f "$again")
fi

# The class of a target.
class_of() {
    case $1 in
        units) echo org.reclaimfs.units.FuzzUnits ;;
        *)
            local name=${1^}
            echo "org.reclaimfs.Fuzz$name"
            ;;
    esac
}

# A line of seeds has Java's escapes, of which those in use mean the same to printf.
make_seeds() {
    local line number=0
    mkdir -p "$2"
    while IFS= read -r line; do
        number=$((number + 1))
        printf '%b' "$line" >"$2/seed-$number"
    done <"src/test/resources/fuzz/$1.txt"
    if [[ $1 == scenarios ]]; then
        cp src/main/resources/reference.scenario tests/scenarios/*.yaml "$2"
    fi
}

# Words that a guided fuzzer puts together: names and values of the seeds, and a path once more as the beginning of a write.
make_dictionary() {
    sed 's/\\[ntr0]/ /g' "src/test/resources/fuzz/$1.txt" | grep -oE '[]A-Za-z0-9_./:+-]{2,}=?' | sort -u |
        awk '{ printf "\"%s\"\n", $0 } /^\// { printf "\"\\x00%s\\x0a\"\n", $0 }' >"$2"
}

# jazzer TARGET ARGUMENT…: in $scratch, where it leaves a reproducer in Java.
jazzer() {
    local class
    class=$(class_of "$1")
    shift
    (
        cd "$scratch"
        java -Xmx1g -XX:+UseSerialGC -Xlog:disable -XX:-UsePerfData -cp "$classpath" com.code_intelligence.jazzer.Jazzer \
            --target_class="$class" --instrumentation_includes="$rooms" --reproducer_path="$scratch" -rss_limit_mb=4000 "$@"
    )
}

# finding LOG: what it says of the finding.
finding() {
    sed -n '/^== Java Exception/,/^== libFuzzer/p; /^SUMMARY/p; /^ERROR/p' "$1" | sed -n '1,80p'
    tail -n 5 "$1"
}

# guided TARGET: a finding is printed with its stack, and as a file that can be given to Jazzer again.
guided() {
    local log=$scratch/$1.log status=0
    make_seeds "$1" "$scratch/seeds/$1"
    make_dictionary "$1" "$scratch/$1.dict"
    mkdir -p "$corpus/$1" "$found"
    # A loaded machine is slow: only what lasts two minutes hangs.
    jazzer "$1" -artifact_prefix="$found/$1-" -seed="$seed" -timeout=120 -max_len=4096 -dict="$scratch/$1.dict" \
        -max_total_time=$((minutes * 60)) "$corpus/$1" "$scratch/seeds/$1" >"$log" 2>&1 || status=$?
    if ((status)); then
        echo "FOUND in $1 (status $status); the input is below $found, for --again FILE $1"
        finding "$log"
        return 1
    fi
    echo "$1: $(sed -nE 's/^Done ([0-9]+) runs in ([0-9]+) second.*/\1 inputs in \2 s, nothing found/p' "$log")," \
        "coverage $(sed -nE 's/.* cov: ([0-9]+) .*/\1/p' "$log" | tail -n 1) edges"
}

# once_more TARGET FILE
once_more() {
    local log=$scratch/$1.log status=0
    jazzer "$1" "$2" >"$log" 2>&1 || status=$?
    if ((status)); then
        echo "FOUND again in $1 (status $status) by $2"
        finding "$log"
        return 1
    fi
    echo "$1: nothing found by $2"
}

if $coverage; then
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    found=$PWD/target/fuzz-findings
    corpus=${corpus:-$scratch/corpus}
    mkdir -p "$corpus"
    corpus=$(readlink -f "$corpus")
    mvn -q -Pfuzz test-compile dependency:build-classpath -Dmdep.includeScope=test -Dmdep.outputFile="$scratch/classpath"
    classpath=$PWD/target/test-classes:$PWD/target/classes:$(cat "$scratch/classpath")
    status=0
    if [[ $again ]]; then
        once_more "${chosen[0]}" "$again" || status=1
        exit "$status"
    fi
    ((${#chosen[@]})) || chosen=("${targets[@]}")
    for target in "${chosen[@]}"; do
        guided "$target" || status=1
    done
    exit "$status"
fi

((${#chosen[@]} == 0)) || misuse
each=$((minutes * 30))
if [[ $inputs ]]; then
    # A system call that takes more than a day has been watched long enough.
    mvn -q -Dtest=TreeWritesFuzzTest -Dfuzz.inputs="$inputs" -Dfuzz.seed="$seed" test
    SECONDS_OF_FUZZ=86400 CALLS=$inputs SEED=$seed sh tests/e2e/syscall-fuzz.sh
else
    mvn -q -Dtest='TreeWritesFuzzTest,ParsersFuzzTest' -Dfuzz.seconds="$each" -Dfuzz.seed="$seed" test
    SECONDS_OF_FUZZ=$each SEED=$seed sh tests/e2e/syscall-fuzz.sh
fi
