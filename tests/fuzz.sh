#!/bin/sh
# Fuzzing for as long as you like: random texts to every file, step and scenario, then random system calls on a mount.
set -eu
cd "$(dirname "$0")/.."

usage() {
    cat <<'USAGE'
usage: tests/fuzz.sh [--minutes N] [--seed N]

Half of the time (default 2 minutes) writes random texts to all files of a machine in one process, and parses steps and
scenarios; the other half makes random system calls on a mount. A finding ends it, with the seed and the last inputs.
Exit status: 0 nothing found, 1 otherwise, 2 wrong usage.
USAGE
}

minutes=2 seed=1
while [ $# -gt 0 ]; do
    case $1 in
        --minutes) minutes=$2 ;;
        --seed) seed=$2 ;;
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
each=$((minutes * 30))
mvn -q -Dtest='TreeWritesFuzzTest,ParsersFuzzTest' -Dfuzz.seconds="$each" -Dfuzz.seed="$seed" test
SECONDS_OF_FUZZ=$each SEED=$seed sh tests/e2e/syscall-fuzz.sh
