/*
 * One system call on one path, and what it answered, as a line of tests/fixtures/linux-7.2/errno.tsv:
 * PATH STATE INPUT RESULT BYTES OP STAGE READBACK, tab separated.
 *
 * usage: syscall STATE OP PATH [INPUT [OFFSET]]
 * OP:    w wt wa wc rw r or ow pr pw w2 wcat mkdir rmdir unlink rename link symlink chmod chown truncate creat
 * PATH and INPUT know \n \t \s (blank) \0 \\ and @@c*n@@ (n times the character c).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_BYTES = 1 << 20, READ_BYTES = 65536, READBACK_BYTES = 4096, SHOWN_BYTES = 160 };

struct bytes {
    char *at;
    size_t count;
};

static struct bytes unescape(const char *text)
{
    static const char plain[] = "nts0\\", meant[] = "\n\t \0\\";
    struct bytes out = { malloc(MOST_BYTES), 0 };
    while (*text != '\0') {
        const char *escape = text[0] == '\\' && text[1] != '\0' ? strchr(plain, text[1]) : NULL;
        char *end;
        if (strncmp(text, "@@", 2) == 0) {
            long times = strtol(text + 4, &end, 10);
            memset(out.at + out.count, text[2], times);
            out.count += times;
            text = end + 2;
        } else if (escape != NULL) {
            out.at[out.count++] = meant[escape - plain];
            text += 2;
        } else {
            out.at[out.count++] = *text++;
        }
    }
    out.at[out.count] = '\0';
    return out;
}

static const char *name_of(int error)
{
    static char number[16];
    const char *name = error == 0 ? "OK" : error == 524 ? "ENOTSUPP" : strerrorname_np(error);
    if (name == NULL) {
        snprintf(number, sizeof number, "%d", error);
        name = number;
    }
    return name;
}

static void show(const char *bytes, ssize_t count)
{
    for (ssize_t i = 0; i < count && i < SHOWN_BYTES; i++) {
        unsigned char c = bytes[i];
        switch (c) {
        case '\n': fputs("\\n", stdout); break;
        case '\t': fputs("\\t", stdout); break;
        case '\\': fputs("\\\\", stdout); break;
        default: printf(c < ' ' ? "\\x%02x" : "%c", c);
        }
    }
    if (count > SHOWN_BYTES)
        printf("...(%zd bytes)", count);
}

/* What the file says afterwards. A file whose very reading changes the machine is left alone. */
static void read_back(const char *path)
{
    char bytes[READBACK_BYTES];
    struct stat stat;
    int fd;
    if (strstr(path, "hot_add") != NULL) {
        putchar('-');
        return;
    }
    fd = open(path, O_RDONLY | O_NONBLOCK);
    if (fd < 0) {
        printf("(%s)", name_of(errno));
    } else if (fstat(fd, &stat) != 0 || !S_ISREG(stat.st_mode)) {
        putchar('-');
    } else {
        ssize_t count = read(fd, bytes, sizeof bytes);
        if (count < 0)
            printf("(read %s)", name_of(errno));
        else
            show(bytes, count);
    }
    if (fd >= 0)
        close(fd);
}

/* The call that decides, and what it returned. */
struct outcome {
    const char *stage;
    ssize_t count;
    int error;
};

static struct outcome outcome(const char *stage, ssize_t count)
{
    return (struct outcome) { stage, count, count < 0 ? errno : 0 };
}

/* Calls that need no descriptor; stage NULL: it is none of them. */
static struct outcome change(const char *op, const char *path, const char *text)
{
    if (strcmp(op, "mkdir") == 0) return outcome(op, mkdir(path, 0755));
    if (strcmp(op, "rmdir") == 0) return outcome(op, rmdir(path));
    if (strcmp(op, "unlink") == 0) return outcome(op, unlink(path));
    if (strcmp(op, "rename") == 0) return outcome(op, rename(path, text));
    if (strcmp(op, "link") == 0) return outcome(op, link(path, text));
    if (strcmp(op, "symlink") == 0) return outcome(op, symlink(text, path));
    if (strcmp(op, "chmod") == 0) return outcome(op, chmod(path, strtol(text, NULL, 8)));
    if (strcmp(op, "chown") == 0) return outcome(op, chown(path, atoi(text), atoi(text)));
    if (strcmp(op, "truncate") == 0) return outcome(op, truncate(path, atol(text)));
    if (strcmp(op, "creat") == 0) return outcome("open", open(path, O_CREAT | O_WRONLY | O_EXCL, 0644));
    return (struct outcome) { NULL, 0, 0 };
}

static int flags_of(const char *op)
{
    if (strcmp(op, "rw") == 0) return O_RDWR;
    if (strcmp(op, "wt") == 0) return O_WRONLY | O_TRUNC;
    if (strcmp(op, "wa") == 0) return O_WRONLY | O_APPEND;
    if (strcmp(op, "wc") == 0) return O_WRONLY | O_CREAT;
    return op[0] == 'r' || strcmp(op, "or") == 0 || strcmp(op, "pr") == 0 ? O_RDONLY : O_WRONLY;
}

/* Two writes on one descriptor. */
static struct outcome write_twice(int fd, const char *first, size_t count, const char *second, size_t rest)
{
    ssize_t written = write(fd, first, count);
    return written < 0 ? outcome("write1", written) : outcome("write2", write(fd, second, rest));
}

static struct outcome use(int fd, const char *op, struct bytes in, off_t offset, char *read_bytes)
{
    if (op[0] == 'o') return outcome("open", 0);
    if (strcmp(op, "r") == 0) return outcome("read", read(fd, read_bytes, READ_BYTES));
    if (strcmp(op, "pr") == 0) return outcome("pread", pread(fd, read_bytes, READ_BYTES, offset));
    if (strcmp(op, "pw") == 0) return outcome("pwrite", pwrite(fd, in.at, in.count, offset));
    if (strcmp(op, "w2") == 0) return write_twice(fd, in.at, in.count, in.at, in.count);
    if (strcmp(op, "wcat") == 0) return write_twice(fd, in.at, offset, in.at + offset, in.count - offset);
    struct outcome out = outcome("write", write(fd, in.at, in.count));
    return out.error == 0 && close(fd) != 0 ? outcome("close", -1) : out;
}

int main(int argc, char **argv)
{
    static char read_bytes[READ_BYTES];
    if (argc < 4) {
        fprintf(stderr, "usage: syscall STATE OP PATH [INPUT [OFFSET]]\n");
        return 2;
    }
    const char *state = argv[1], *op = argv[2], *text = argc > 4 ? argv[4] : "";
    long offset = argc > 5 ? atol(argv[5]) : 0;
    struct bytes in = unescape(text);
    const char *path = unescape(argv[3]).at;
    struct outcome out = change(op, path, in.at);
    int changes = out.stage != NULL;
    if (!changes) {
        int fd = open(path, flags_of(op), 0644);
        out = fd < 0 ? outcome("open", -1) : use(fd, op, in, offset, read_bytes);
    }
    printf("%s\t%s\t%s\t%s\t%zd\t%s", argv[3], state, text, name_of(out.error), out.count, op);
    if (offset != 0)
        printf("@%ld", offset);
    printf("\t%s\t", out.stage);
    if (changes || op[0] == 'o')
        putchar('-');
    else if (strstr(out.stage, "read") == NULL)
        read_back(path);
    else if (out.error == 0)
        show(read_bytes, out.count);
    else
        putchar('-');
    putchar('\n');
    return 0;
}
