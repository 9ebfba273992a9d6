/*
 * Random system calls on a mount whose time stands still. Each must return, with an errno that the reference below allows it,
 * and one that is refused must change nothing: the text of its file (of a directory: its names) is the same before and after, and
 * now and then, since that costs as much as thousands of calls, the texts of all files.
 *
 * usage: syscalls DIR SECONDS SEED [CALLS]     prints counts by errno; ends after SECONDS or CALLS, if there are any; exit 1 with
 *                                              the last calls if a rule is broken
 */
#define _GNU_SOURCE
#include "tree.h"
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { OPEN, READ, WRITE, SEEK, POLL, MKDIR, RMDIR, XATTR, LOOK, LIST, NAMES, ATTRS, OTHER, KINDS };
static const char *const NAMES_OF[] = { "open",  "read",  "write",   "lseek", "poll",       "mkdir", "rmdir",
                                        "xattr", "look", "readdir", "names", "attributes", "other" };

/* What each may end with; from the manual pages and the captures of a real kernel. 0 ends a list. */
static const int ALLOWED[KINDS][24] = {
    [OPEN] = { EACCES, EISDIR, ENOENT, ENOTDIR, EEXIST, EINVAL, ENODEV, ELOOP, ENAMETOOLONG, EPERM, EOPNOTSUPP },
    [READ] = { EINVAL, EISDIR, EIO, EAGAIN, ENODEV, EBADF, EPERM, EOPNOTSUPP },
    [WRITE] = { EINVAL, E2BIG, EACCES, EPERM, EBUSY, ENODEV, ERANGE, ENOENT, ENOMEM, EAGAIN, EIO, ESRCH, EOPNOTSUPP, EINTR,
                ENOSPC, EEXIST, ENOTDIR, ENOTBLK, ENAMETOOLONG, EBADF, EFBIG, ETXTBSY },
    [SEEK] = { EINVAL, ENXIO, ESPIPE },
    [POLL] = { EINVAL },
    [MKDIR] = { EEXIST, ENOENT, ENOTDIR, EACCES, EPERM, EINVAL, EAGAIN, ENAMETOOLONG, EBUSY, ENODEV },
    [RMDIR] = { ENOENT, ENOTDIR, EACCES, EPERM, EBUSY, EINVAL, ENOTEMPTY, ENAMETOOLONG, ENODEV },
    [XATTR] = { ENOENT, ENOTDIR, EOPNOTSUPP, ENODATA, EEXIST, EINVAL, ERANGE, E2BIG, ENOSPC, EPERM, EACCES, ENAMETOOLONG, ENODEV },
    [LOOK] = { ENOENT, ENOTDIR, EACCES, EINVAL, ENAMETOOLONG, ELOOP, ENODEV },
    [LIST] = { ENOENT, ENOTDIR, EACCES, ENAMETOOLONG, ENODEV },
    [NAMES] = { ENOENT, ENOTDIR, EACCES, EPERM, EEXIST, EISDIR, EINVAL, EXDEV, ENOTEMPTY, EBUSY, ENAMETOOLONG, ENODEV },
    [ATTRS] = { ENOENT, ENOTDIR, EPERM, EACCES, EINVAL, EISDIR, ENAMETOOLONG, EFBIG, EBADF, ENODEV },
    [OTHER] = { EINVAL, EOPNOTSUPP, ENODEV, ENOTTY, EBADF, EACCES, EIO, ENXIO, ESPIPE, EFBIG, EISDIR, EPERM, ENOSPC, ETXTBSY },
};

/* BATCH: the most refused calls between two looks at all texts; PAUSE: the calls between two such batches. */
enum { HELD = 16, BATCH = 16, PAUSE = 20000, LAST = 128, STUCK_MS = 60000 };

/* The calls since the texts were last looked at, for the report; and the progress, for the one who watches. */
struct log {
    long calls, compared, looked;
    int at;
    char lines[LAST][200];
};

static struct log *said;
static struct random rnd;
static int held[HELD];
static char *paths_of[HELD];
static int changed; /* some call since the last look may have changed something */
static uint64_t before[MAX_FILES];
static uint64_t own; /* the file of the call under way, before it */

static void say(const char *call, const char *path, const char *text, int length)
{
    char *line = said->lines[said->at];
    int n = snprintf(line, 120, "%s %.90s '", call, path);
    for (int i = 0; i < length && n < 190; i++)
        n += snprintf(line + n, 200 - n, text[i] >= ' ' && text[i] < 127 ? "%c" : "\\%03o", (unsigned char)text[i]);
    snprintf(line + n, 200 - n, "'");
    said->at = (said->at + 1) % LAST;
    said->calls++;
}

static void broken(const char *rule, const char *what)
{
    printf("BROKEN: %s: %s\nthe last calls:\n", rule, what);
    for (int i = 0; i < LAST; i++) {
        const char *line = said->lines[(said->at + i) % LAST];
        if (*line)
            printf("  %s\n", line);
    }
    _exit(1);
}

/* Counts a result and holds it against the reference; true if the call succeeded. */
static int ended(int kind, long result)
{
    char *line = said->lines[(said->at + LAST - 1) % LAST];
    size_t n = strlen(line);
    snprintf(line + n, 200 - n, " = %s", result < 0 ? strerrorname_np(errno) : "ok");
    count(kind, result);
    if (result >= 0)
        return 1;
    for (int i = 0; i < 24 && ALLOWED[kind][i]; i++)
        if (errno == ALLOWED[kind][i])
            return 0;
    broken("an errno that this call does not give", line);
    return 0;
}

static uint64_t hash(const char *path)
{
    static char text[1 << 18];
    uint64_t h = 14695981039346656037u;
    int fd = open(path, O_RDONLY | O_NONBLOCK);
    long length;
    if (fd < 0)
        return errno;
    while ((length = read(fd, text, sizeof text)) > 0)
        for (long i = 0; i < length; i++)
            h = (h ^ (unsigned char)text[i]) * 1099511628211u;
    h += length < 0 ? errno : 0;
    close(fd);
    return h;
}

/* Files whose text is no state: what was said, and one whose reading does something. */
static int no_state(const char *path)
{
    return strstr(path, "kmsg") || strstr(path, "/trace") || strstr(path, "reclaimfs/ctl") || strstr(path, "hot_add") ||
           strstr(path, "inject") || strstr(path, "/dev/");
}

/* The names in a directory, in any order. */
static uint64_t names_in(const char *path)
{
    uint64_t h = 0;
    struct dirent *entry;
    DIR *dir = opendir(path);
    if (!dir)
        return errno;
    while ((entry = readdir(dir))) {
        uint64_t one = 14695981039346656037u;
        for (const char *c = entry->d_name; *c; c++)
            one = (one ^ (unsigned char)*c) * 1099511628211u;
        h += one;
    }
    closedir(dir);
    return h;
}

/* What a call on this path would change: a file's text, or the names beside it. */
static uint64_t state_of(const char *path)
{
    char parent[4400];
    struct stat s;
    if (lstat(path, &s) == 0 && S_ISREG(s.st_mode))
        return no_state(path) ? 0 : hash(path);
    snprintf(parent, sizeof parent, "%s", path);
    char *slash = strrchr(parent, '/');
    if (!slash || slash == parent)
        return 0;
    *slash = '\0';
    return names_in(parent);
}

static void expect_unchanged(const char *path)
{
    said->looked++;
    if (state_of(path) != own)
        broken("a call that was refused has changed", path);
}

static void look_at_all(void)
{
    if (changed)
        list_files();
    for (int i = 0; i < nfiles; i++) {
        if (no_state(files[i].path))
            continue;
        uint64_t h = hash(files[i].path);
        if (!changed && h != before[i])
            broken("calls that were refused have changed", files[i].path);
        before[i] = h;
    }
    said->compared += !changed;
    changed = 0;
}

static const char *a_path(void)
{
    static char path[4400];
    static const char *const ODD[] = { "", ".", "/..", "./nosuch", "./proc/meminfo/x", "./sys/fs/cgroup/a\nb", "./proc/self",
                                       "./sys/fs/cgroup/fuzz/..", "./dev", "./reclaimfs", "./sys/block/zram0" };
    switch (below(&rnd, 8)) {
    case 0:
        return ODD[below(&rnd, sizeof ODD / sizeof *ODD)];
    case 1:
        memset(path, 'n', sizeof path);
        memcpy(path, "./sys/fs/cgroup/", 16);
        path[16 + (below(&rnd, 2) ? 200 + below(&rnd, 100) : below(&rnd, 4300))] = '\0';
        return path;
    case 2:
    case 3:
        snprintf(path, sizeof path, "./sys/fs/cgroup/fuzz/%c%s", 'a' + below(&rnd, 4), below(&rnd, 3) ? "" : "/x");
        return path;
    default:
        return files[below(&rnd, nfiles)].path;
    }
}

static int a_held(void)
{
    return below(&rnd, HELD);
}

static void open_one(void)
{
    static const int FLAGS[] = { 0,       O_TRUNC, O_APPEND, O_DIRECTORY, O_CREAT,  O_CREAT | O_EXCL, O_NOFOLLOW,
                                 O_CLOEXEC, O_SYNC, O_NOATIME, O_DIRECT,    O_TMPFILE, O_PATH };
    const char *path = a_path();
    int slot = a_held(), flags = below(&rnd, 4) | FLAGS[below(&rnd, 13)] | O_NONBLOCK;
    if (held[slot] >= 0)
        close(held[slot]);
    say("open", path, "", 0);
    held[slot] = open(path, flags, 0644);
    ended(OPEN, held[slot]);
    free(paths_of[slot]);
    paths_of[slot] = strdup(path);
}

/* Such a path's file is written to only to see it refused: what succeeds there would end the test, not fail it. */
static int spared(const char *path)
{
    return strstr(path, "reclaimfs/") || strstr(path, "panic_on_oom") || strstr(path, "min_free_kbytes");
}

static void write_one(void)
{
    static char text[2 * MAX_TEXT];
    int length = random_text(&rnd, text);
    const char *path = a_path();
    if (spared(path))
        return;
    own = state_of(path);
    say("write", path, text, length);
    int fd = open(path, O_WRONLY | O_NONBLOCK);
    if (fd < 0) {
        ended(OPEN, fd);
        return;
    }
    long result = below(&rnd, 4) ? write(fd, text, length) : pwrite(fd, text, length, next_random(&rnd) >> below(&rnd, 64));
    int error = errno;
    close(fd);
    errno = error;
    /* Reclaim that found too little has still reclaimed. */
    int partly = result < 0 && (error == EAGAIN || error == EINTR || error == EBUSY || error == ENOMEM);
    int may_differ = ended(WRITE, result) || partly;
    changed |= may_differ;
    if (!may_differ)
        expect_unchanged(path);
}

static void write_held(void)
{
    static char text[2 * MAX_TEXT];
    int slot = a_held(), length = random_text(&rnd, text);
    if (held[slot] < 0 || spared(paths_of[slot]))
        return;
    say("write held", paths_of[slot], text, length);
    changed |= ended(WRITE, write(held[slot], text, length)) || errno == EAGAIN;
}

static void read_one(void)
{
    static char text[10000];
    static const off_t AT[] = { 0, 1, 4096, 1L << 32, 1L << 62, -1, INT64_MIN };
    int slot = a_held();
    if (held[slot] < 0 || strstr(paths_of[slot], "hot_add"))
        return;
    say("read", paths_of[slot], "", 0);
    if (below(&rnd, 2))
        ended(READ, read(held[slot], text, below(&rnd, sizeof text)));
    else
        ended(READ, pread(held[slot], text, below(&rnd, sizeof text), AT[below(&rnd, 7)]));
}

static void seek(void)
{
    static const off_t TO[] = { 0, 1, -1, 4096, 1L << 32, INT64_MAX, INT64_MIN };
    int slot = a_held();
    if (held[slot] >= 0 && !(fcntl(held[slot], F_GETFL) & O_PATH)) {
        say("lseek", paths_of[slot], "", 0);
        ended(SEEK, lseek(held[slot], TO[below(&rnd, 7)], below(&rnd, 6)));
    }
}

static void poll_all(void)
{
    struct pollfd p[HELD];
    for (int i = 0; i < HELD; i++)
        p[i] = (struct pollfd){ held[i], next_random(&rnd), 0 };
    say("poll", "all held", "", 0);
    ended(POLL, poll(p, HELD, 0));
}

static void make(void)
{
    const char *path = a_path();
    own = state_of(path);
    say("mkdir", path, "", 0);
    if (ended(MKDIR, mkdir(path, 0755)))
        changed = 1;
    else
        expect_unchanged(path);
}

static void drop(void)
{
    const char *path = a_path();
    own = state_of(path);
    say("rmdir", path, "", 0);
    if (ended(RMDIR, rmdir(path)))
        changed = 1;
    else
        expect_unchanged(path);
}

static void attribute(void)
{
    static char value[70000];
    static const char *const NAME[] = { "user.a", "user.b", "trusted.t", "security.x", "system.posix_acl_access", "user.", "", "a.b" };
    const char *path = a_path(), *name = NAME[below(&rnd, 8)];
    say("xattr", path, name, strlen(name));
    switch (below(&rnd, 4)) {
    case 0:
        ended(XATTR, setxattr(path, name, value, below(&rnd, 4) ? below(&rnd, 200) : below(&rnd, sizeof value), below(&rnd, 4)));
        break;
    case 1:
        ended(XATTR, getxattr(path, name, value, below(&rnd, 300)));
        break;
    case 2:
        ended(XATTR, listxattr(path, value, below(&rnd, 300)));
        break;
    default:
        ended(XATTR, removexattr(path, name));
    }
}

static void look(void)
{
    struct stat s;
    struct statfs fs;
    char target[100];
    const char *path = a_path();
    say("look", path, "", 0);
    switch (below(&rnd, 5)) {
    case 0:
        ended(LOOK, stat(path, &s));
        break;
    case 1:
        ended(LOOK, lstat(path, &s));
        break;
    case 2:
        ended(LOOK, access(path, below(&rnd, 8)));
        break;
    case 3:
        ended(LOOK, readlink(path, target, sizeof target));
        break;
    default:
        ended(LOOK, statfs(path, &fs));
    }
}

static void list(void)
{
    const char *path = a_path();
    say("readdir", path, "", 0);
    DIR *dir = opendir(path);
    ended(LIST, dir ? 0 : -1);
    if (dir) {
        while (readdir(dir))
            if (below(&rnd, 50) == 0)
                seekdir(dir, below(&rnd, 3) ? telldir(dir) : (long)below(&rnd, 100));
        closedir(dir);
    }
}

static void names(void)
{
    char from[4400], to[4400];
    strcpy(from, a_path());
    strcpy(to, a_path());
    own = state_of(from);
    say("names", from, to, strlen(to) > 60 ? 60 : strlen(to));
    int done = 0;
    switch (below(&rnd, 6)) {
    case 0:
        done = ended(NAMES, rename(from, to));
        break;
    case 1:
        done = ended(NAMES, renameat2(AT_FDCWD, from, AT_FDCWD, to, below(&rnd, 8)));
        break;
    case 2:
        done = ended(NAMES, link(from, to));
        break;
    case 3:
        done = ended(NAMES, symlink(from, to));
        break;
    case 4:
        done = ended(NAMES, unlink(from));
        break;
    default:
        done = ended(NAMES, mknod(from, below(&rnd, 16) << 12 | 0644, 0));
    }
    changed |= done;
    if (!done)
        expect_unchanged(from);
}

static void attributes(void)
{
    const char *path = a_path();
    struct timespec times[2] = { { below(&rnd, 1000), UTIME_NOW }, { -(long)below(&rnd, 9), below(&rnd, 2000000000) } };
    if (strcmp(path, ".") == 0 || path[0] == '\0')
        return;
    own = state_of(path);
    say("attributes", path, "", 0);
    switch (below(&rnd, 3)) {
    case 0:
        ended(ATTRS, truncate(path, (long)below(&rnd, 100) - 10));
        break;
    case 1:
        ended(ATTRS, utimensat(AT_FDCWD, path, times, 0));
        break;
    default:
        ended(ATTRS, chown(path, -1, -1));
    }
    expect_unchanged(path); /* also by a truncate that succeeds: open(O_TRUNC) is the beginning of a write */
}

static void other(void)
{
    int slot = a_held();
    char word[64];
    if (held[slot] < 0)
        return;
    say("other", paths_of[slot], "", 0);
    switch (below(&rnd, 7)) {
    case 0:
        ended(OTHER, ftruncate(held[slot], below(&rnd, 100)));
        break;
    case 1:
        changed |= ended(OTHER, fallocate(held[slot], below(&rnd, 64), below(&rnd, 9000), below(&rnd, 9000)));
        break;
    case 2:
        ended(OTHER, fsync(held[slot]));
        break;
    case 3: {
        void *at = mmap(NULL, 4096, 1 + below(&rnd, 3), below(&rnd, 2) ? MAP_SHARED : MAP_PRIVATE, held[slot], 0);
        ended(OTHER, at == MAP_FAILED ? -1 : 0);
        if (at != MAP_FAILED)
            munmap(at, 4096);
        break;
    }
    case 4:
        ended(OTHER, ioctl(held[slot], TCGETS, word));
        break;
    case 5:
        ended(OTHER, flock(held[slot], LOCK_EX | LOCK_NB));
        flock(held[slot], LOCK_UN);
        break;
    default:
        errno = posix_fadvise(held[slot], 0, 0, POSIX_FADV_DONTNEED);
        ended(OTHER, errno ? -1 : 0);
    }
}

static void one(void)
{
    static void (*const DO[])(void) = { open_one, open_one, write_one, write_one, write_one,  write_one, write_held, read_one, read_one,
                                        seek,     poll_all, make,      drop,      attribute, look,      list,       names,    attributes,
                                        other,    other };
    DO[below(&rnd, sizeof DO / sizeof *DO)]();
}

/* A short run has short pauses: it would compare too seldom. */
static void fuzz(int64_t until, long calls, int pause)
{
    memset(held, -1, sizeof held);
    while (now_ms() < until && said->calls < calls) {
        changed = 1;
        look_at_all();
        for (int i = 0; i < BATCH && !changed; i++)
            one();
        if (!changed)
            look_at_all();
        for (int i = 0; i < pause; i++)
            one();
    }
}

int main(int argc, char **argv)
{
    if (argc < 4 || argc > 5 || chdir(argv[1]) != 0) {
        fprintf(stderr, "usage: syscalls DIR SECONDS SEED [CALLS]\n");
        return 2;
    }
    int64_t begun = now_ms(), until = begun + atol(argv[2]) * 1000, moved_ms = begun;
    long calls = -1, most = argc == 5 ? atol(argv[4]) : INT64_MAX;
    int status = 0;
    rnd.state = strtoull(argv[3], NULL, 0);
    counts = shared(sizeof *counts);
    said = shared(sizeof *said);
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        setvbuf(stdout, NULL, _IONBF, 0);
        fuzz(until, most, atol(argv[2]) < 60 ? PAUSE / 250 : PAUSE);
        _exit(0);
    }
    /* A call into a file system that does not answer cannot be left, so somebody else has to watch. */
    while (waitpid(pid, &status, WNOHANG) == 0) {
        usleep(20000);
        if (said->calls != calls) {
            calls = said->calls;
            moved_ms = now_ms();
        } else if (now_ms() - moved_ms > STUCK_MS) {
            kill(pid, SIGKILL);
            printf("BROKEN: a call does not return: %s\n", said->lines[(said->at + LAST - 1) % LAST]);
            return 1;
        }
    }
    report_counts(NAMES_OF, KINDS);
    printf("%ld calls (%ld/s), what was refused looked at %ld times, all texts compared %ld times\n", said->calls,
           said->calls * 1000 / (now_ms() - begun + 1), said->looked, said->compared);
    return status == 0 ? 0 : 1;
}
