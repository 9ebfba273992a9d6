#define _GNU_SOURCE
#include "tree.h"
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

struct file files[MAX_FILES];
int nfiles;
struct counts *counts;

/* splitmix64 */
uint64_t next_random(struct random *r)
{
    uint64_t z = r->state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

unsigned below(struct random *r, unsigned bound)
{
    return bound ? next_random(r) % bound : 0;
}

static int add(const char *path, const struct stat *s, int type, struct FTW *at)
{
    (void)at;
    if (type == FTW_F && S_ISREG(s->st_mode) && nfiles < MAX_FILES) {
        files[nfiles].path = strdup(path);
        files[nfiles].mode = s->st_mode & 07777;
        nfiles++;
    }
    return 0;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct file *)a)->path, ((const struct file *)b)->path);
}

void list_files(void)
{
    for (int i = 0; i < nfiles; i++)
        free(files[i].path);
    nfiles = 0;
    nftw(".", add, 64, FTW_PHYS);
    qsort(files, nfiles, sizeof *files, by_path);
}

void *shared(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        perror("mmap");
        exit(2);
    }
    return memory;
}

long count(int kind, long result)
{
    int error = result < 0 ? errno : 0;
    if (error >= MAX_ERRNO)
        error = MAX_ERRNO - 1;
    __atomic_fetch_add(&counts->by_errno[kind][error], 1, __ATOMIC_RELAXED);
    return result;
}

void report_counts(const char *const *names, int kinds)
{
    long all = 0, errors = 0;
    for (int kind = 0; kind < kinds; kind++) {
        long calls = 0;
        for (int e = 0; e < MAX_ERRNO; e++)
            calls += counts->by_errno[kind][e];
        printf("%-12s %9ld calls, %9ld ok", names[kind], calls, counts->by_errno[kind][0]);
        for (int e = 1; e < MAX_ERRNO; e++)
            if (counts->by_errno[kind][e])
                printf(", %s %ld", strerrorname_np(e), counts->by_errno[kind][e]);
        printf("\n");
        all += calls;
        errors += calls - counts->by_errno[kind][0];
    }
    printf("%-12s %9ld calls, %9ld errors\n", "all", all, errors);
}

int random_number(struct random *r, char *text)
{
    static const char *const SPECIAL[] = { "0",    "1",   "-1",   "max", "2",    "100",  "200",  "4096", "1M",
                                           "64M",  "1G",  "8E",   "0x10", "010", "1.5",  "1e3",  "+5",   " 7 ",
                                           "18446744073709551615", "18446744073709551616", "9223372036854775807",
                                           "-9223372036854775808", "4294967296", "2147483648" };
    if (below(r, 3) == 0)
        return sprintf(text, "%llu", (unsigned long long)(next_random(r) >> below(r, 64)));
    return sprintf(text, "%s", SPECIAL[below(r, sizeof SPECIAL / sizeof *SPECIAL)]);
}

/* Words that mean something somewhere. */
static const char *const WORDS[] = {
    "max", "swappiness=", "swappiness=max", "source=zswap", "some", "full", "150000", "1000000", "500000 2000000", "+memory",
    "-memory", "+pids", "+io", "+cpu", "-io", "threaded", "domain", "lzo-rle", "zstd", "lz4", "algo=zstd", "level=3",
    "priority=1", "dict=/x", "idle", "huge", "all", "incompressible", "type=idle", "page_index=1", "page_indexes=1-9",
    "threshold=3000", "Y", "N", "y", "on", "off", "kill", "frozen", "0::/", "..", "/", "/dev/vda", "/dev/zram0", "none",
    "8:0 rbps=1", "253:0", "default 100", "rw", "=", "==", ",", "0-3", "%s%n", "advance 1s", "task x cgroup=/",
};

int random_text(struct random *r, char *text)
{
    int length = 0, parts;
    switch (below(r, 8)) {
    case 0: /* bytes of any value */
        length = below(r, 40);
        for (int i = 0; i < length; i++)
            text[i] = next_random(r);
        return length;
    case 1: /* long */
        length = 1 + below(r, MAX_TEXT);
        memset(text, "0 x\n"[below(r, 4)], length);
        return length;
    case 2:
    case 3:
        length = random_number(r, text);
        break;
    default:
        parts = 1 + below(r, 4);
        for (int i = 0; i < parts; i++) {
            if (below(r, 2))
                length += random_number(r, text + length);
            else
                length += sprintf(text + length, "%s", WORDS[below(r, sizeof WORDS / sizeof *WORDS)]);
            if (below(r, 5))
                text[length++] = " \t\n=:"[below(r, 5)];
        }
    }
    if (below(r, 6) == 0) /* one byte wrong */
        text[below(r, length)] ^= 1 << below(r, 8);
    if (below(r, 3))
        text[length++] = '\n';
    return length;
}

int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}
