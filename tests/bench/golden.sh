#!/bin/sh
# How near the model comes to the captured kernel: golden | model | ratio for every scenario of tests/scenarios/golden.
set -eu

usage() {
    cat <<'USAGE'
usage: tests/bench/golden.sh [-h] [--seeds N] [--off] [NAME…]

Plays the scenarios that restate captures of a real kernel (golden/behaviour) and prints a table: capture and line
in its scenario, quantity, what the kernel had, what the model has, their ratio, and a verdict:
  exact, within (25 %, or a stated distance), range or set (what several runs of the kernel gave), info, n/a
  (the run does not say), or off; (open) marks what is known to be off.

  --seeds N   play each stall (b2, c1 to c5) with seeds 1 to N; default 3. Several values stand side by side.
  --off       print only the rows that are off
  NAME…       only scenarios whose name contains one of these

About 15 s on two processors. Exit status: 0 if every exact row is equal and every 25 % row is within;
1 if not; 2 wrong usage.
USAGE
}

wrong() {
    echo "golden.sh: $1 (tests/bench/golden.sh -h tells how)" >&2
    exit 2
}

seeds=3
rows=all
while [ $# -gt 0 ]; do
    case $1 in
        -h | --help)
            usage
            exit 0
            ;;
        --seeds)
            [ $# -ge 2 ] || wrong "--seeds wants a number"
            seeds=$2
            shift
            ;;
        --seeds=*) seeds=${1#--seeds=} ;;
        --off) rows=off ;;
        -*) wrong "unknown option $1" ;;
        *) break ;;
    esac
    shift
done
case $seeds in
    '' | *[!0-9]* | 0*) wrong "--seeds: found '$seeds', expected a number from 1" ;;
esac

root=$(cd "$(dirname "$0")/../.." && pwd -P)
jar=${RECLAIMFS_JAR:-$root/target/reclaimfs.jar}
[ -n "${RECLAIMFS_JAR-}" ] || "$root/mount-scripts/setup.sh" >/dev/null
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

bin=${JAVA_HOME:+$JAVA_HOME/bin/}
mkdir "$scratch/classes" "$scratch/out"
# The test itself needs JUnit; the table does not.
set -- "$root" "$scratch/out" "$seeds" "$rows" "$@"
tests=$root/src/test/java/org/reclaimfs
"${bin}javac" -proc:none -d "$scratch/classes" -cp "$jar" \
    "$tests/GoldenRow.java" "$tests/GoldenScenario.java" "$tests/GoldenStall.java" "$tests/GoldenTable.java"
"${bin}java" -Xshare:auto -cp "$scratch/classes:$jar" org.reclaimfs.GoldenTable "$@"
