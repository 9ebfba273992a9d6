/*
 * Clients of a mount for a while: they read, write right and wrong, make and remove cgroups, start and end tasks, swap on and
 * off, reset zram; now and then one is killed in the middle and another takes its place. Prints counts of calls by errno.
 *
 * usage: soak DIR SECONDS CLIENTS SEED     exit 1: a call did not return, or an errno came that no file of a kernel gives
 */
#define _GNU_SOURCE
#include "clients.h"
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const NAMES_OF[] = { "read",  "read at", "write right", "write wrong", "mkdir", "rmdir", "step", "zram",
                                        "poll", "stat",    "readdir",     "names",       "xattr" };

enum { MAX_CLIENTS = 512, STUCK_MS = 30000 };

static struct desk *desks;

static void start(int number, uint64_t seed)
{
    desks[number].since_ms = 0;
    pid_t pid = fork();
    if (pid < 0) {
        perror("fork");
        exit(2);
    }
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        client(number, &desks[number], seed);
        _exit(0);
    }
    desks[number].pid = pid;
}

/* Calls that have not returned for long; each is told once. */
static int stuck(int clients)
{
    int found = 0;
    for (int i = 0; i < clients; i++) {
        int64_t since = __atomic_load_n(&desks[i].since_ms, __ATOMIC_ACQUIRE);
        if (since && now_ms() - since > STUCK_MS) {
            printf("STUCK for %lld ms: client %d, %s\n", (long long)(now_ms() - since), i, desks[i].what);
            found++;
        }
    }
    return found;
}

/* Errnos that would mean the server has failed, not the call. */
static int impossible(void)
{
    static const int NEVER[] = { ENOSYS, ENOTCONN, ECONNABORTED, EPROTO, EBADF, EFAULT, EMFILE, ENFILE, ESTALE };
    int found = 0;
    for (int kind = 0; kind < KINDS; kind++)
        for (size_t i = 0; i < sizeof NEVER / sizeof *NEVER; i++)
            if (counts->by_errno[kind][NEVER[i]]) {
                printf("IMPOSSIBLE: %s ended with %s\n", NAMES_OF[kind], strerrorname_np(NEVER[i]));
                found++;
            }
    return found;
}

int main(int argc, char **argv)
{
    if (argc != 5 || chdir(argv[1]) != 0) {
        fprintf(stderr, "usage: soak DIR SECONDS CLIENTS SEED\n");
        return 2;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    alarm(atol(argv[2]) + 3 * STUCK_MS / 1000); /* if a call of our own does not return */
    int64_t until = now_ms() + atol(argv[2]) * 1000;
    int clients = atoi(argv[3]), hung = 0;
    long killed = 0;
    struct random r = { strtoull(argv[4], NULL, 0) };
    if (clients < 1 || clients > MAX_CLIENTS)
        return 2;
    setvbuf(stdout, NULL, _IOLBF, 0);
    counts = shared(sizeof *counts);
    desks = shared(sizeof *desks * MAX_CLIENTS);
    list_files();
    for (int i = 0; i < clients; i++)
        start(i, next_random(&r));
    while (!hung && now_ms() < until) {
        usleep(100000);
        hung = stuck(clients);
        if (below(&r, 3) == 0) {
            int victim = below(&r, clients);
            kill(desks[victim].pid, SIGKILL);
            waitpid(desks[victim].pid, NULL, 0);
            killed++;
            start(victim, next_random(&r));
        }
    }
    for (int i = 0; i < clients; i++)
        kill(desks[i].pid, SIGKILL);
    for (int64_t begun = now_ms(); now_ms() - begun < STUCK_MS;) {
        if (waitpid(-1, NULL, WNOHANG) < 0)
            break;
        usleep(1000);
    }
    report_counts(NAMES_OF, KINDS);
    printf("%d clients, %ld of them killed on the way, %d calls that never returned\n", clients, killed, hung);
    return hung || impossible() ? 1 : 0;
}
