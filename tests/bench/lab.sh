#!/bin/sh
# The long versions of the stall: the incident on 377 GiB under all policies, thrash, and many seeds of the twins.
set -eu

usage() {
    cat <<'USAGE'
usage: tests/bench/lab.sh [-h] [--out DIR] [--seeds N] [NAME…]

Plays the scenarios of tests/scenarios/lab whose name contains one of NAME (all without) with `reclaimfs compare` and prints
their tables; the short versions are StallLabTest. twin-random is played with seeds 1 to N (default 20), too: a histogram of
how its stalls ended.

  --out DIR   keep the pages of each comparison in DIR/SCENARIO

The incident takes a minute or two for all policies on two processors, its thrash and the 6.12 kernel some minutes more. Exit
status: 0 done, 1 a run failed, 2 wrong usage.
USAGE
}

wrong() {
    echo "lab.sh: $1 (tests/bench/lab.sh -h tells how)" >&2
    exit 2
}

out='' seeds=20
while [ $# -gt 0 ]; do
    case $1 in
        -h | --help)
            usage
            exit 0
            ;;
        --out | --seeds)
            [ $# -ge 2 ] || wrong "$1 wants a value"
            if [ "$1" = --out ]; then out=$2; else seeds=$2; fi
            shift
            ;;
        -*) wrong "unknown option $1" ;;
        *) break ;;
    esac
    shift
done
case $seeds in
    '' | *[!0-9]* | 0*) wrong "--seeds: found '$seeds', expected a number from 1" ;;
esac

root=$(cd "$(dirname "$0")/../.." && pwd -P)
[ -n "${RECLAIMFS_JAR-}" ] || "$root/mount-scripts/setup.sh" >/dev/null
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

wanted() {
    name=$1
    shift
    [ $# -gt 0 ] || return 0
    for part in "$@"; do
        case $name in *"$part"*) return 0 ;; esac
    done
    return 1
}

# many_seeds FILE: how its stalls end.
many_seeds() {
    file=$1
    set -- --out "$scratch/seeds"
    seed=1
    while [ "$seed" -le "$seeds" ]; do
        set -- "$@" --patch "stock,seed=$seed"
        seed=$((seed + 1))
    done
    "$root/mount-scripts/reclaimfs" compare "$@" "$file" >/dev/null || return 1
    echo "ends of $seeds seeds (counter: the gate; estimate: anon used up):"
    grep -h '"exit": "' "$scratch"/seeds/*/summary.json | sort | uniq -c
}

status=0
for file in "$root"/tests/scenarios/lab/*.yaml; do
    name=$(basename "$file" .yaml)
    wanted "$name" "$@" || continue
    "$root/mount-scripts/reclaimfs" compare --out "${out:-$scratch}/$name" "$file" || status=1
    case $name in
        incident-random) # no swap tables: no gate
            "$root/mount-scripts/reclaimfs" compare --patch stock --patch version=6.12 "$file" || status=1
            ;;
        twin-random) many_seeds "$file" || status=1 ;;
    esac
done
exit "$status"
