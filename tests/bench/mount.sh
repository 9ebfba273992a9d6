#!/usr/bin/env bash
# How fast a mounted file answers, against lxcfs in the same run, and how soon after `mount` it does.
set -euo pipefail

usage() {
    cat <<'USAGE'
usage: tests/bench/mount.sh [-h] [ROUNDS]

Measures, on this machine, in one run:
  - open + read + close of our sys/fs/cgroup/memory.stat against lxcfs' proc/meminfo: ROUNDS (default 7)
    alternating rounds of 2 s each, after 5 s of warming up; the median rate, and p50 and p99 of the times;
  - from `reclaimfs mount` to the first answer: 10 runs.

Needs root. Installs lxcfs and a C compiler with apt-get if they are missing. Exit status: 0 measured,
1 failed, 2 wrong usage.
USAGE
}

case ${1-} in
    -h | --help)
        usage
        exit 0
        ;;
    *[!0-9]* | 0)
        usage >&2
        exit 2
        ;;
esac
rounds=${1:-7}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
reclaimfs=$root/mount-scripts/reclaimfs
"$root/mount-scripts/setup.sh" --install lxcfs gcc libc6-dev
"$root/mount-scripts/setup.sh" >/dev/null

scratch=$(mktemp -d)
ours=$scratch/ours theirs=$scratch/theirs lxcfs=
mkdir "$ours" "$theirs"

mounted() { grep -qF " $1 " /proc/self/mounts; }

finish() {
    local code=$?
    trap - EXIT
    if mounted "$ours"; then
        "$reclaimfs" umount "$ours" || "$reclaimfs" umount --lazy "$ours" || true
    fi
    if mounted "$theirs"; then
        umount "$theirs" || true
    fi
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

cat >"$scratch/rate.c" <<'C'
// rate FILE SECONDS: open, one read that takes the whole text, close, over and over.
// Prints: reads/s, p50 and p99 in µs, bytes.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 4000000 };
static float times[MOST];
static char text[1 << 20];

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static int order(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	double begin = now(), end = begin + atof(argv[2]), before = begin, after = begin;
	ssize_t bytes = 0;
	int n = 0;

	for (; n < MOST && after < end; before = after) {
		int fd = open(argv[1], O_RDONLY);

		if (fd < 0 || (bytes = read(fd, text, sizeof text)) < 0 || close(fd)) {
			perror(argv[1]);
			return 1;
		}
		after = now();
		times[n++] = (after - before) * 1e6;
	}
	qsort(times, n, sizeof *times, order);
	printf("%.0f %.1f %.1f %zd\n", n / (after - begin), times[n / 2], times[(int)(n * 0.99)], bytes);
	return 0;
}
C
gcc -O2 -o "$scratch/rate" "$scratch/rate.c"

# median: the middle one of the numbers on stdin
median() { sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

# column FILE N: the median of its Nth column
column() { awk -v n="$2" '{ print $n }' "$1" | median; }

echo "start to first answer, 10 runs:"
for ((i = 0; i < 10; i++)); do
    begin=$(date +%s%N)
    "$reclaimfs" mount --manual "$ours"
    cat "$ours/sys/fs/cgroup/memory.stat" >/dev/null
    echo $((($(date +%s%N) - begin) / 1000000)) >>"$scratch/starts"
    "$reclaimfs" umount "$ours"
done
printf '  median %s ms, slowest %s ms\n' "$(median <"$scratch/starts")" "$(sort -n "$scratch/starts" | tail -n 1)"

lxcfs -f -p "$scratch/lxcfs.pid" "$theirs" >"$scratch/lxcfs.log" 2>&1 &
lxcfs=$!
for ((i = 0; i < 100; i++)); do
    [[ -r $theirs/proc/meminfo ]] && break
    sleep 0.05
done
[[ -r $theirs/proc/meminfo ]] || {
    tail -n 5 "$scratch/lxcfs.log" >&2
    echo "mount.sh: lxcfs does not answer here (it needs root, FUSE and readable cgroups)" >&2
    exit 1
}
"$reclaimfs" mount --manual "$ours"

"$scratch/rate" "$ours/sys/fs/cgroup/memory.stat" 5 >/dev/null
"$scratch/rate" "$theirs/proc/meminfo" 5 >/dev/null
for ((i = 0; i < rounds; i++)); do
    "$scratch/rate" "$ours/sys/fs/cgroup/memory.stat" 2 >>"$scratch/ours.rates"
    "$scratch/rate" "$theirs/proc/meminfo" 2 >>"$scratch/theirs.rates"
done

printf 'open + read + close, median of %s rounds:\n' "$rounds"
printf '  %-28s %10s %9s %9s %7s\n' file 'reads/s' 'p50 µs' 'p99 µs' bytes
for who in ours theirs; do
    rates=$scratch/$who.rates
    case $who in
        ours) name='reclaimfs memory.stat' ;;
        theirs) name='lxcfs proc/meminfo' ;;
    esac
    printf '  %-28s %10s %8s %8s %7s\n' "$name" "$(column "$rates" 1)" "$(column "$rates" 2)" "$(column "$rates" 3)" "$(column "$rates" 4)"
done
awk -v ours="$(column "$scratch/ours.rates" 1)" -v theirs="$(column "$scratch/theirs.rates" 1)" \
    'BEGIN { printf "  ratio %.1f (target: at least 5)\n", ours / theirs }'
