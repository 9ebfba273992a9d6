/*
 * System calls that make no sense, on the files of a mount: prints NAME RESULT for each, a line.
 *
 * usage: bad-input DIR OTHER   DIR is a cgroup with memory files, OTHER a file of the same mount
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

static char big[1 << 20];

static void report(const char *name, long result)
{
    if (result < 0)
        printf("%s %s\n", name, strerrorname_np(errno));
    else
        printf("%s %ld\n", name, result);
}

/* Writes COUNT bytes of BYTES to a file opened anew. */
static void writes(const char *name, const char *file, const void *bytes, size_t count)
{
    int fd = open(file, O_WRONLY);
    report(name, fd < 0 ? -1 : write(fd, bytes, count));
    close(fd);
}

static void sizes(void)
{
    memset(big, ' ', sizeof big);
    big[0] = '8';
    big[1] = 'M';
    writes("write-0", "memory.max", big, 0);
    writes("write-4096", "memory.max", big, 4096);
    writes("write-4097", "memory.max", big, 4097);
    writes("write-1MiB", "memory.max", big, sizeof big);
    writes("write-1MiB-ro", "memory.stat", big, sizeof big);
    writes("nul", "memory.max", "\0", 1);
    writes("nul-inside", "memory.max", "8M\0junk", 7);
    writes("binary", "memory.max", "\377\376\001\200", 4);
    writes("nbsp", "memory.high", "\240max\240", 5); /* white space to the kernel's strstrip */
    writes("controllers-binary", "cgroup.subtree_control", "+\303\251", 3);
}

static void offsets(void)
{
    char text[64] = "";
    int fd = open("memory.max", O_RDWR);
    report("max-is", pwrite(fd, "12288", 5, 0));
    report("pread-3", pread(fd, text, 2, 3));
    printf("pread-3-says %.2s\n", text);
    report("pread-beyond", pread(fd, text, 10, 1000));
    report("pread-huge", pread(fd, text, 10, 1L << 40));
    report("pread-negative", pread(fd, text, 10, -1));
    report("pwrite-odd", pwrite(fd, "8192", 4, 12345));
    report("pread-after", pread(fd, text, sizeof text, 0));
    printf("pread-after-says %.4s\n", text);
    report("lseek-set", lseek(fd, 7, SEEK_SET));
    report("lseek-negative", lseek(fd, -1, SEEK_SET));
    report("lseek-end", lseek(fd, 0, SEEK_END));
    report("read-0", read(fd, text, 0));
    report("read-1", read(fd, text, 1));
    report("read-rest", read(fd, text, sizeof text));
    report("read-end", read(fd, text, sizeof text));
    report("ftruncate", ftruncate(fd, 4096));
    report("fallocate", fallocate(fd, 0, 0, 4096));
    report("fsync", fsync(fd));
    report("mmap", mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED ? -1 : 0);
    report("ioctl", ioctl(fd, TCGETS, text));
    close(fd);
}

/* N descriptors of one file, each with a value of its own in turn. */
static void many(int count)
{
    int fds[64];
    long wrong = 0;
    char text[32];
    for (int i = 0; i < count; i++)
        fds[i] = open("memory.low", O_RDWR);
    for (int i = 0; i < count; i++) {
        int length = snprintf(text, sizeof text, "%d", i * 4096);
        if (pwrite(fds[i], text, length, 0) != length)
            wrong++;
        text[length] = '\n';
        char seen[32];
        if (pread(fds[count - 1 - i], seen, sizeof seen, 0) != length + 1 || memcmp(seen, text, length + 1) != 0)
            wrong++;
    }
    for (int i = 0; i < count; i++)
        close(fds[i]);
    report("64-fds-wrong", wrong);
}

static void names(const char *other)
{
    struct statfs fs;
    report("rename-dir", rename("sub", "renamed"));
    report("rename-file", rename("memory.max", "memory.min"));
    report("rename-noreplace", syscall(SYS_renameat2, AT_FDCWD, "memory.max", AT_FDCWD, "x", RENAME_NOREPLACE));
    report("rename-exchange", syscall(SYS_renameat2, AT_FDCWD, "memory.max", AT_FDCWD, "memory.min", RENAME_EXCHANGE));
    report("rename-out", rename("memory.max", other));
    report("link", link("memory.max", "linked"));
    report("link-over", link("memory.max", "memory.min"));
    report("symlink", symlink("memory.max", "soft"));
    report("symlink-over", symlink("x", "memory.max"));
    report("mknod-file", mknod("node", S_IFREG | 0644, 0));
    report("mknod-fifo", mknod("node", S_IFIFO | 0644, 0));
    report("mknod-device", mknod("node", S_IFCHR | 0644, 0x103));
    report("creat", open("created", O_CREAT | O_WRONLY, 0644));
    report("creat-excl", open("memory.max", O_CREAT | O_EXCL | O_WRONLY, 0644));
    report("creat-there", close(open("memory.max", O_CREAT | O_WRONLY, 0644)));
    report("tmpfile", open(".", O_TMPFILE | O_WRONLY, 0644));
    report("open-dir-write", open("sub", O_WRONLY));
    report("open-file-as-dir", open("memory.max", O_RDONLY | O_DIRECTORY));
    report("below-a-file", open("memory.max/x", O_RDONLY));
    report("unlink-file", unlink("memory.max"));
    report("unlink-dir", unlink("sub"));
    report("unlink-absent", unlink("absent"));
    report("rmdir-file", rmdir("memory.max"));
    report("rmdir-dot", rmdir("."));
    report("rmdir-dotdot", rmdir(".."));
    report("mkdir-dot", mkdir(".", 0755));
    report("mkdir-dotdot", mkdir("..", 0755));
    report("mkdir-file", mkdir("memory.max", 0755));
    report("mkdir-newline", mkdir("a\nb", 0755));
    report("mkdir-empty", mkdir("", 0755));
    report("truncate-dir", truncate("sub", 0));
    report("truncate-negative", truncate("memory.max", -1));
    report("truncate-beyond", truncate("memory.max", 1L << 40));
    report("readlink-file", readlink("memory.max", big, sizeof big));
    report("statfs", statfs(".", &fs));
}

static void long_names(void)
{
    static const int LENGTHS[] = { 255, 256, 1000 };
    char name[1024], label[32];
    for (size_t i = 0; i < sizeof LENGTHS / sizeof *LENGTHS; i++) {
        memset(name, 'n', sizeof name);
        name[LENGTHS[i]] = '\0';
        snprintf(label, sizeof label, "mkdir-%d", LENGTHS[i]);
        report(label, mkdir(name, 0755));
        snprintf(label, sizeof label, "rmdir-%d", LENGTHS[i]);
        report(label, rmdir(name));
    }
    report("mkdir-utf8", mkdir("gruppe-\303\274\342\202\254", 0755));
    report("rmdir-utf8", rmdir("gruppe-\303\274\342\202\254"));
    report("mkdir-tab", mkdir("a\tb\\c d", 0755));
    report("rmdir-tab", rmdir("a\tb\\c d"));
}

static void attributes(void)
{
    struct stat s;
    report("chmod", chmod("memory.max", 04755));
    report("chmod-says", stat("memory.max", &s) < 0 ? -1 : (long) (s.st_mode & 07777));
    report("chmod-back", chmod("memory.max", 0644));
    report("chown", chown("memory.max", 12, 34));
    report("chown-says", stat("memory.max", &s) < 0 ? -1 : (long) (s.st_uid * 100 + s.st_gid));
    report("chown-back", chown("memory.max", 0, 0));
    report("xattr-user", setxattr("memory.max", "user.a", "v", 1, 0));
    report("xattr-again", setxattr("memory.max", "user.a", "v", 1, XATTR_CREATE));
    report("xattr-absent", setxattr("memory.max", "user.b", "v", 1, XATTR_REPLACE));
    report("xattr-trusted", setxattr("sub", "trusted.t", "value", 5, 0));
    report("xattr-get", getxattr("sub", "trusted.t", big, 3));
    report("xattr-len", getxattr("sub", "trusted.t", NULL, 0));
    report("xattr-remove", removexattr("memory.max", "user.a"));
    report("xattr-gone", getxattr("memory.max", "user.a", big, 10));
    report("xattr-no-space", setxattr("memory.max", "nowhere.a", "v", 1, 0));
    for (int i = 0; i < 129; i++) {
        char name[32];
        snprintf(name, sizeof name, "user.n%03d", i);
        if (setxattr("sub", name, "v", 1, 0) < 0) {
            printf("xattr-%d %s\n", i, strerrorname_np(errno));
            break;
        }
    }
    report("xattr-64K", setxattr("memory.low", "user.big1", big, 65536, 0));
    report("xattr-64K-2", setxattr("memory.low", "user.big2", big, 65536, 0));
    report("xattr-too-much", setxattr("memory.low", "user.big3", "v", 1, 0));
}

static void deep(int levels)
{
    int made = 0;
    for (; made < levels && mkdir("deep", 0755) == 0 && chdir("deep") == 0; made++)
        ;
    report("deep", made);
    report("deep-file", access("cgroup.procs", R_OK));
    for (; made > 0 && chdir("..") == 0 && rmdir("deep") == 0; made--)
        ;
    report("deep-left", made);
}

int main(int argc, char **argv)
{
    if (argc != 3 || chdir(argv[1]) != 0)
        return 2;
    umask(022);
    sizes();
    offsets();
    many(64);
    names(argv[2]);
    long_names();
    attributes();
    deep(32);
    return 0;
}
