#!/bin/sh
# What a system call costs that the supervisor of `exec` answers, or is asked about: microseconds a call, in the sandbox
# and on the host. Prints medians of a few rounds.
. "$(dirname "$0")/../lib.sh"
case ${1-} in
    -h | --help)
        echo "usage: tests/bench/syscalls.sh   (about half a minute; needs gcc)"
        exit 0
        ;;
esac
command -v gcc >/dev/null || skip "no gcc"
cat >"$scratch/bench.c" <<'C'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static int less(const void *a, const void *b) {
    return *(const double *)a < *(const double *)b ? -1 : 1;
}

int main(void) {
    static const char *calls[] = {"statfs /sys/fs/cgroup", "statfs / (let through)", "sysinfo", "getppid (not asked)"};
    enum { ROUNDS = 15, CALLS = 300 };
    for (int call = 0; call < 4; call++) {
        double round[ROUNDS];
        for (int r = -5; r < ROUNDS; r++) { /* the first ones warm the JVM */
            struct statfs s;
            struct sysinfo i;
            double begin = now();
            for (int n = 0; n < CALLS; n++) {
                if (call < 2)
                    statfs(call ? "/" : "/sys/fs/cgroup", &s);
                else if (call == 2)
                    sysinfo(&i);
                else
                    getppid();
            }
            if (r >= 0)
                round[r] = (now() - begin) / CALLS;
        }
        qsort(round, ROUNDS, sizeof *round, less);
        printf("%-24s %8.1f us\n", calls[call], round[ROUNDS / 2]);
    }
    return 0;
}
C
gcc -O1 -static -o "$scratch/bench" "$scratch/bench.c"
in_sandbox --tier syscalls
echo "on the host:"
"$scratch/bench"
echo "in the sandbox:"
in_it "$scratch/bench"
