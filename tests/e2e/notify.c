/*
 * Waits for what a file has to tell, and prints it, a line each.
 *
 * usage: notify poll FILE MS…         reads FILE, then for each MS: polls for POLLPRI that long, reads it again
 *        notify psi FILE TRIGGER MS…  arms the trigger, then for each MS: polls that long
 *        notify fds N FILE            opens FILE N times, reads all, polls all, closes them
 *        notify inotify MS PATH…      events of the paths until none has come for MS
 * "ready" is printed when whatever is to be noticed may begin.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

static void die(const char *what)
{
    printf("%s: %s\n", what, strerror(errno));
    exit(1);
}

static void say(const char *words)
{
    puts(words);
    fflush(stdout);
}

static void read_all(int fd)
{
    char text[65536];
    ssize_t count = pread(fd, text, sizeof text, 0);
    if (count < 0)
        printf("read: %s\n", strerror(errno));
}

static void poll_once(int fd, int ms)
{
    struct pollfd p = { fd, POLLPRI, 0 };
    int ready = poll(&p, 1, ms);
    if (ready < 0)
        die("poll");
    printf("%s%s%s\n", ready == 0 ? "nothing" : "", p.revents & POLLPRI ? "PRI" : "", p.revents & POLLERR ? " ERR" : "");
    fflush(stdout);
}

static int open_for(const char *file, int flags)
{
    int fd = open(file, flags);
    if (fd < 0)
        die(file);
    return fd;
}

static void poll_file(char **args)
{
    int fd = open_for(*args++, O_RDONLY);
    poll_once(fd, 0); /* never read */
    read_all(fd);
    say("ready");
    for (; *args != NULL; args++) {
        poll_once(fd, atoi(*args));
        read_all(fd);
    }
}

static void poll_trigger(char **args)
{
    int fd = open_for(*args++, O_RDWR | O_NONBLOCK);
    if (write(fd, *args, strlen(*args) + 1) < 0)
        die("write");
    args++;
    say("ready");
    for (; *args != NULL; args++)
        poll_once(fd, atoi(*args));
}

static void many(int count, const char *file)
{
    int *fds = calloc(count, sizeof *fds), news = 0;
    struct pollfd *p = calloc(count, sizeof *p);
    for (int i = 0; i < count; i++)
        p[i] = (struct pollfd) { fds[i] = open_for(file, O_RDONLY), POLLPRI, 0 };
    for (int i = 0; i < count; i++)
        read_all(fds[i]);
    say("ready");
    while (news < count) { /* each notices for itself */
        if (poll(p, count, 10000) <= 0)
            die("poll");
        for (int i = 0; i < count; i++) {
            if (p[i].revents & POLLPRI) {
                news++;
                read_all(p[i].fd);
            }
        }
    }
    printf("%d\n", news);
    for (int i = 0; i < count; i++)
        close(fds[i]);
}

static void watch(int ms, char **paths)
{
    static const struct { unsigned bit; const char *name; } NAMES[] = {
        { IN_MODIFY, " MODIFY" }, { IN_CREATE, " CREATE" }, { IN_DELETE, " DELETE" },
        { IN_DELETE_SELF, " DELETE_SELF" }, { IN_IGNORED, " IGNORED" },
    };
    char buffer[4096] __attribute__((aligned(8)));
    int fd = inotify_init();
    struct pollfd p = { fd, POLLIN, 0 };
    for (int i = 0; paths[i] != NULL; i++)
        if (inotify_add_watch(fd, paths[i], IN_MODIFY | IN_CREATE | IN_DELETE | IN_DELETE_SELF) != i + 1)
            die(paths[i]);
    say("ready");
    while (poll(&p, 1, ms) > 0) {
        ssize_t count = read(fd, buffer, sizeof buffer);
        const struct inotify_event *event;
        for (char *at = buffer; at < buffer + count; at += sizeof *event + event->len) {
            event = (const struct inotify_event *) at;
            printf("%d", event->wd);
            for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
                if (event->mask & NAMES[i].bit)
                    fputs(NAMES[i].name, stdout);
            printf(event->len > 0 ? " %s\n" : "\n", event->name);
            fflush(stdout);
        }
    }
}

int main(int argc, char **argv)
{
    if (argc >= 4 && strcmp(argv[1], "poll") == 0)
        poll_file(argv + 2);
    else if (argc >= 5 && strcmp(argv[1], "psi") == 0)
        poll_trigger(argv + 2);
    else if (argc == 4 && strcmp(argv[1], "fds") == 0)
        many(atoi(argv[2]), argv[3]);
    else if (argc >= 4 && strcmp(argv[1], "inotify") == 0)
        watch(atoi(argv[2]), argv + 3);
    else
        return 2;
    return 0;
}
