/* What the clients of a soak do: one call after the other, chosen at random. */
#define _GNU_SOURCE
#include "clients.h"
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { GROUPS = 4, HELD = 8 };

static struct desk *mine;
static struct random rnd;
static int self;
static int held[HELD];

/* Every call is between these two, so that one that never returns is seen. */
static void begin(const char *verb, const char *what)
{
    snprintf(mine->what, sizeof mine->what, "%s %.80s", verb, what);
    __atomic_store_n(&mine->since_ms, now_ms(), __ATOMIC_RELEASE);
}

static long end(int kind, long result)
{
    count(kind, result);
    __atomic_store_n(&mine->since_ms, 0, __ATOMIC_RELEASE);
    mine->done++;
    return result;
}

/* A blocking write is to end by a signal, as a shell's would by ^C. */
static void ring(int signal)
{
    (void)signal;
}

static void alarm_in(int ms)
{
    struct itimerval t = { { 0, 0 }, { ms / 1000, ms % 1000 * 1000 } };
    if (ms)
        t.it_interval.tv_usec = 200000; /* and again: the first may come before the call */
    setitimer(ITIMER_REAL, &t, NULL);
}

static long write_to(int kind, const char *path, const char *text, int length)
{
    long result = -1;
    begin("write", path);
    alarm_in(500 + below(&rnd, 1500));
    int fd = open(path, O_WRONLY | O_NONBLOCK);
    if (fd >= 0) {
        result = write(fd, text, length);
        int error = errno;
        if (below(&rnd, 8) == 0 && held[0] < 0)
            held[0] = fd;
        else
            close(fd);
        errno = error;
    }
    end(kind, result);
    alarm_in(0);
    return result;
}

static long write_text(int kind, const char *path, const char *text)
{
    return write_to(kind, path, text, strlen(text));
}

/* The name of one of my cgroups, below another one of them or not. */
static void a_group(char *path)
{
    int n = sprintf(path, "sys/fs/cgroup/soak/c%d-%u", self, below(&rnd, GROUPS));
    if (below(&rnd, 3) == 0)
        sprintf(path + n, "/sub%u", below(&rnd, 2));
}

static void a_file(char *path)
{
    static const char *const OF_GROUPS[] = { "memory.stat",  "memory.current", "memory.max",     "memory.events", "cgroup.procs",
                                             "memory.peak", "memory.numa_stat", "memory.pressure", "cgroup.stat",   "io.stat",
                                             "cpu.stat",    "memory.swap.current", "pids.current", "cgroup.events", "memory.reclaim" };
    if (below(&rnd, 2)) {
        a_group(path);
        strcat(path, "/");
        strcat(path, OF_GROUPS[below(&rnd, sizeof OF_GROUPS / sizeof *OF_GROUPS)]);
    } else {
        strcpy(path, files[below(&rnd, nfiles)].path);
    }
}

static void read_one(void)
{
    static char text[1 << 17];
    char path[4096];
    a_file(path);
    begin("read", path);
    long result = -1;
    int fd = open(path, O_RDONLY | O_NONBLOCK);
    if (fd >= 0) {
        if (below(&rnd, 4)) {
            int reads = 0; /* a disk is long: all of it would look like one call that hangs */
            while ((result = read(fd, text, sizeof text)) > 0 && ++reads < 16)
                ;
        } else {
            result = pread(fd, text, below(&rnd, 600), below(&rnd, 3) ? below(&rnd, 3000) : next_random(&rnd) >> 1);
        }
        int error = errno;
        int slot = 1 + below(&rnd, HELD - 1);
        if (below(&rnd, 10) == 0) { /* kept for a while, perhaps beyond the cgroup's end */
            if (held[slot] >= 0)
                close(held[slot]);
            held[slot] = fd;
        } else {
            close(fd);
        }
        errno = error;
    }
    end(READ, result);
}

static void read_held(void)
{
    char text[512];
    int slot = 1 + below(&rnd, HELD - 1);
    if (held[slot] < 0)
        return;
    begin("read", "of a held file");
    end(READ_AT, pread(held[slot], text, 1 + below(&rnd, sizeof text - 1), below(&rnd, 2) ? 0 : below(&rnd, 1000)));
    if (below(&rnd, 4) == 0) {
        close(held[slot]);
        held[slot] = -1;
    }
}

static void write_right(void)
{
    static const struct {
        const char *file, *texts[5];
    } KNOBS[] = {
        { "memory.max", { "max", "32M", "8M", "128M", "1M" } },
        { "memory.high", { "max", "16M", "4M", "64M", "max" } },
        { "memory.low", { "0", "4M", "8M", "max", "1M" } },
        { "memory.min", { "0", "1M", "2M", "0", "0" } },
        { "memory.swap.max", { "max", "0", "16M", "max", "1M" } },
        { "memory.zswap.max", { "max", "0", "4M", "max", "1M" } },
        { "memory.zswap.writeback", { "0", "1", "1", "1", "1" } },
        { "memory.oom.group", { "0", "1", "0", "1", "0" } },
        { "memory.reclaim", { "1M", "8M swappiness=100", "64M", "4M swappiness=max", "2M source=zswap" } },
        { "memory.peak", { "r", "0", "reset", "x", "1" } },
        { "cgroup.subtree_control", { "+memory", "-memory", "+memory +pids", "-pids", "+memory" } },
        { "cgroup.freeze", { "0", "1", "0", "0", "0" } },
        { "cgroup.kill", { "1", "1", "1", "1", "1" } },
        { "cgroup.procs", { "0", "1", "1000", "1001", "1002" } },
        { "pids.max", { "max", "100", "1", "max", "5" } },
        { "cgroup.max.depth", { "max", "3", "max", "max", "5" } },
    };
    static const struct {
        const char *file, *texts[4];
    } GLOBAL[] = {
        { "proc/sys/vm/swappiness", { "0", "60", "100", "200" } },
        { "proc/sys/vm/drop_caches", { "1", "3", "1", "2" } },
        { "proc/sys/vm/vfs_cache_pressure", { "100", "50", "200", "100" } },
        { "proc/sys/vm/page-cluster", { "0", "3", "1", "5" } },
        { "proc/sys/vm/watermark_scale_factor", { "10", "20", "100", "10" } },
        { "proc/sys/vm/compact_memory", { "1", "1", "1", "1" } },
        { "sys/module/zswap/parameters/enabled", { "Y", "N", "1", "Y" } },
        { "sys/module/zswap/parameters/compressor", { "lzo", "lz4", "zstd", "lzo" } },
        { "sys/module/zswap/parameters/max_pool_percent", { "20", "1", "5", "50" } },
        { "sys/module/zswap/parameters/shrinker_enabled", { "Y", "N", "Y", "N" } },
        { "reclaimfs/patches/zswap_proactive_writeback", { "0", "1", "1", "1" } },
        { "reclaimfs/patches/ram_backed_swap", { "0", "1", "0", "1" } },
        { "sys/devices/system/node/node0/reclaim", { "1M", "16M", "4M swappiness=0", "1M" } },
    };
    char path[4096];
    if (below(&rnd, 4)) {
        int knob = below(&rnd, sizeof KNOBS / sizeof *KNOBS);
        a_group(path);
        strcat(path, "/");
        strcat(path, KNOBS[knob].file);
        write_text(WRITE_RIGHT, path, KNOBS[knob].texts[below(&rnd, 5)]);
    } else {
        int knob = below(&rnd, sizeof GLOBAL / sizeof *GLOBAL);
        write_text(WRITE_RIGHT, GLOBAL[knob].file, GLOBAL[knob].texts[below(&rnd, 4)]);
    }
}

/* Those by which the whole machine could be brought to a standstill, which would end the work but find nothing. */
static int spared(const char *path)
{
    static const char *const SPARED[] = { "/clock", "/ctl",     "panic_on_oom", "min_free_kbytes", "watermark", "reserve",
                                          "lowmem", "overcommit", "swapoff",   "swapon",     "/trace" };
    for (size_t i = 0; i < sizeof SPARED / sizeof *SPARED; i++)
        if (strstr(path, SPARED[i]))
            return 1;
    return strstr(path, "sys/fs/cgroup") != NULL && strstr(path, "soak") == NULL;
}

static void write_wrong(void)
{
    static char text[2 * MAX_TEXT];
    char path[4096];
    a_file(path);
    if (!spared(path))
        write_to(WRITE_WRONG, path, text, random_text(&rnd, text));
}

static void make(void)
{
    char path[4096];
    a_group(path);
    begin("mkdir", path);
    end(MKDIR, mkdir(path, 0755));
    if (below(&rnd, 2)) {
        strcat(path, "/memory.pressure");
        write_text(WRITE_RIGHT, path, "some 1000 1000000");
    }
}

static void drop(void)
{
    char path[4096];
    a_group(path);
    begin("rmdir", path);
    end(RMDIR, rmdir(path));
}

static void step(void)
{
    char line[256], group[128];
    static unsigned task;
    static const char *const CONTENTS[] = { "zero", "same", "random", "ratio:2", "ratio:3.5" };
    static const char *const KIND_OF[] = { "anon", "file", "shmem" };
    switch (below(&rnd, 12)) {
    case 0:
    case 1:
        a_group(group);
        snprintf(line, sizeof line, "task s%d-%u cgroup=%.100s", self, ++task, group + strlen("sys/fs/cgroup"));
        break;
    case 2:
    case 3:
    case 4:
        snprintf(line, sizeof line, "alloc s%d-%u %uM kind=%s content=%s", self, task, 1 + below(&rnd, 24), KIND_OF[below(&rnd, 3)],
                 CONTENTS[below(&rnd, 5)]);
        break;
    case 5:
    case 6:
        snprintf(line, sizeof line, "touch s%d-%u region=%s pattern=%s rate=8M/s for=2s%s", self, task, KIND_OF[below(&rnd, 3)],
                 below(&rnd, 2) ? "uniform" : "hot:0.1:0.9", below(&rnd, 2) ? " write" : "");
        break;
    case 7:
        snprintf(line, sizeof line, "%s s%d-%u", below(&rnd, 2) ? "exit" : "kill", self, task ? 1 + below(&rnd, task) : 0);
        break;
    case 8:
        snprintf(line, sizeof line, "swapon /dev/%s priority=%u", below(&rnd, 2) ? "vda" : "zram1", below(&rnd, 100));
        break;
    case 9:
        snprintf(line, sizeof line, "swapoff /dev/%s", below(&rnd, 2) ? "vda" : "zram1");
        break;
    case 10:
        snprintf(line, sizeof line, "madvise s%d-%u region=anon advice=%s", self, task, below(&rnd, 2) ? "cold" : "dontneed");
        break;
    default:
        snprintf(line, sizeof line, below(&rnd, 2) ? "fork s%d-%u size=64K rate=5/s" : "check", self, task);
    }
    write_text(STEP, "reclaimfs/ctl", line);
}

static void zram(void)
{
    static const struct {
        const char *file, *text;
    } DO[] = {
        { "reset", "1" },         { "disksize", "64M" },       { "disksize", "0" },       { "comp_algorithm", "zstd" },
        { "mem_limit", "16M" },   { "mem_limit", "0" },        { "idle", "all" },         { "compact", "1" },
        { "mem_used_max", "0" },  { "recomp_algorithm", "algo=zstd priority=1" },         { "recompress", "type=idle" },
        { "writeback", "idle" },  { "backing_dev", "/dev/vdb" }, { "writeback_limit", "100" }, { "reset", "2" },
    };
    char path[256], line[128];
    int i = below(&rnd, sizeof DO / sizeof *DO + 3);
    if (i >= (int)(sizeof DO / sizeof *DO)) {
        snprintf(line, sizeof line, "io /dev/zram1 %s %u %u", i % 2 ? "read" : "discard", below(&rnd, 1000), 1 + below(&rnd, 500));
        if (below(&rnd, 2))
            snprintf(line, sizeof line, "io /dev/zram1 write %u %u content=ratio:2", below(&rnd, 1000), 1 + below(&rnd, 500));
        write_text(STEP, "reclaimfs/ctl", line);
        return;
    }
    snprintf(path, sizeof path, "sys/block/zram1/%s", DO[i].file);
    write_text(ZRAM, path, DO[i].text);
}

static void wait_for_events(void)
{
    char path[4096];
    a_group(path);
    strcat(path, below(&rnd, 2) ? "/memory.pressure" : "/memory.events");
    begin("poll", path);
    int fd = open(path, O_RDWR | O_NONBLOCK);
    if (fd < 0)
        fd = open(path, O_RDONLY | O_NONBLOCK);
    long result = -1;
    if (fd >= 0) {
        struct pollfd p = { fd, POLLPRI, 0 };
        char text[64];
        if (strstr(path, "pressure"))
            (void)!write(fd, text, sprintf(text, "%s %u 500000", below(&rnd, 2) ? "some" : "full", 500 + below(&rnd, 50000)));
        else
            (void)!read(fd, text, sizeof text);
        result = poll(&p, 1, below(&rnd, 300));
        close(fd);
    }
    end(POLL, result);
}

static void names(void)
{
    char path[4096], other[4096];
    a_file(path);
    a_group(other);
    begin("names", path);
    switch (below(&rnd, 6)) {
    case 0:
        end(NAMES, rename(path, other));
        break;
    case 1:
        end(NAMES, unlink(path));
        break;
    case 2:
        end(NAMES, link(path, other));
        break;
    case 3:
        end(NAMES, symlink(path, other));
        break;
    case 4:
        end(NAMES, truncate(path, below(&rnd, 100)));
        break;
    default:
        strcat(other, "/new");
        int fd = open(other, O_CREAT | O_WRONLY, 0600);
        end(NAMES, fd);
        if (fd >= 0)
            close(fd);
    }
}

static void attributes(void)
{
    char path[4096], value[64];
    a_group(path);
    begin("xattr", path);
    switch (below(&rnd, 3)) {
    case 0:
        end(XATTR, setxattr(path, "user.soak", value, 1 + below(&rnd, 60), 0));
        break;
    case 1:
        end(XATTR, getxattr(path, "user.soak", value, below(&rnd, sizeof value)));
        break;
    default:
        end(XATTR, removexattr(path, "user.soak"));
    }
}

static void look(void)
{
    struct stat s;
    char path[4096];
    a_file(path);
    begin("stat", path);
    end(STAT, below(&rnd, 20) ? stat(path, &s) : chmod(path, 0644));
}

static void list(void)
{
    static const char *const DIRS[] = { "sys/fs/cgroup", "sys/fs/cgroup/soak", "proc", "sys/block", "sys/block/zram1", "reclaimfs" };
    char path[4096];
    strcpy(path, DIRS[below(&rnd, sizeof DIRS / sizeof *DIRS)]);
    if (below(&rnd, 2))
        a_group(path);
    begin("list", path);
    int fd = open(path, O_RDONLY | O_DIRECTORY);
    long result = fd;
    if (fd >= 0) {
        char entries[4096];
        while ((result = getdents64(fd, entries, sizeof entries)) > 0)
            ;
        close(fd);
    }
    end(LIST, result);
}

void client(int number, struct desk *desk, uint64_t seed)
{
    static void (*const DO[])(void) = { read_one,   read_one, read_one,    read_one, read_one, read_held, read_held, write_right,
                                        write_right, write_right, write_wrong, write_wrong, make,     make,      drop,      step,
                                        step,       step,     zram,        wait_for_events,   look,     list,      names,     attributes };
    struct sigaction on_alarm = { .sa_handler = ring }; /* no SA_RESTART */
    self = number;
    mine = desk;
    rnd.state = seed;
    memset(held, -1, sizeof held);
    sigaction(SIGALRM, &on_alarm, NULL);
    for (;;) {
        DO[below(&rnd, sizeof DO / sizeof *DO)]();
        if (below(&rnd, 50) == 0)
            usleep(below(&rnd, 20000));
    }
}
