/*
 * System calls that make no sense, on one file of each kernel file system: prints FILE CALL RESULT, a line each.
 *
 * usage: bad-kinds FILE...
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

static const char *name;

static void report(const char *call, long result)
{
    if (result < 0)
        printf("%s %s %s\n", name, call, strerrorname_np(errno));
    else
        printf("%s %s %ld\n", name, call, result);
}

/* open(2) as root, and at once close(2) */
static void opens(const char *call, const char *file, int flags)
{
    int fd = open(file, flags, 0644);
    report(call, fd < 0 ? -1 : 0);
    if (fd >= 0)
        close(fd);
}

static void opened(const char *file)
{
    char text[8192];
    int fd = open(file, O_RDONLY);
    if (fd < 0) {
        report("open", -1);
        return;
    }
    long whole = read(fd, text, sizeof text);
    report("end", read(fd, text, sizeof text) > 0);
    report("again", pread(fd, text, sizeof text, 0) - whole);
    report("beyond", pread(fd, text, 10, 1L << 40));
    report("negative", pread(fd, text, 10, -1));
    report("lseek-negative", lseek(fd, -1, SEEK_SET));
    report("read-nothing", read(fd, text, 0));
    report("write", write(fd, "1", 1));
    report("fsync", fsync(fd));
    report("ioctl", ioctl(fd, TCGETS, text));
    report("mmap", mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED ? -1 : 0);
    report("ftruncate", ftruncate(fd, 0));
    report("fallocate", fallocate(fd, 0, 0, 10));
    close(fd);
    fd = open(file, O_WRONLY);
    if (fd >= 0) {
        report("write-0", write(fd, "", 0));
        report("read", read(fd, text, sizeof text));
        report("ftruncate-w", ftruncate(fd, 1L << 40));
        close(fd);
    }
}

static void named(const char *file)
{
    char other[4200], text[64];
    struct stat s;
    snprintf(other, sizeof other, "%s-x", file);
    opens("o-wronly", file, O_WRONLY);
    opens("o-rdwr", file, O_RDWR);
    opens("o-append", file, O_WRONLY | O_APPEND);
    opens("o-trunc", file, O_WRONLY | O_TRUNC);
    opens("o-direct", file, O_RDONLY | O_DIRECT);
    opens("o-path", file, O_PATH);
    opens("o-directory", file, O_RDONLY | O_DIRECTORY);
    opens("o-excl", file, O_WRONLY | O_CREAT | O_EXCL);
    opens("creat", other, O_WRONLY | O_CREAT);
    report("truncate", truncate(file, 5));
    report("unlink", unlink(file));
    report("rename", rename(file, other));
    report("link", link(file, other));
    report("symlink", symlink("a", other));
    report("mkfifo", mkfifo(other, 0644));
    report("mkdir-over", mkdir(file, 0755));
    report("rmdir", rmdir(file));
    report("readlink", readlink(file, text, sizeof text));
    report("user-xattr", setxattr(file, "user.a", "v", 1, 0));
    report("no-xattr", getxattr(file, "user.b", text, sizeof text));
    report("access-x", access(file, X_OK));
    report("chmod", stat(file, &s) < 0 ? -1 : chmod(file, s.st_mode & 07777));
    report("chown", chown(file, 0, 0));
    report("utimes", utimensat(AT_FDCWD, file, NULL, 0));
    report("nlink", stat(file, &s) < 0 ? -1 : (long) s.st_nlink);
    report("size", (long) s.st_size);
    report("blksize", (long) s.st_blksize);
    report("blocks", (long) s.st_blocks);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        char copy[4200];
        snprintf(copy, sizeof copy, "%s", argv[i]);
        name = basename(copy);
        opened(argv[i]);
        named(argv[i]);
    }
    return 0;
}
