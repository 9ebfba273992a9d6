/* The clients of a soak, and what the one who looks after them sees of each. */
#ifndef CLIENTS_H
#define CLIENTS_H
#include "tree.h"
#include <sys/types.h>

enum { READ, READ_AT, WRITE_RIGHT, WRITE_WRONG, MKDIR, RMDIR, STEP, ZRAM, POLL, STAT, LIST, NAMES, XATTR, KINDS };

/* What a client is at, for the one who looks after them. */
struct desk {
    pid_t pid;
    int64_t since_ms; /* when it began the call it is in; 0: in none */
    char what[96];
    long done;
};

/* What a client does until it is killed; NUMBER tells its cgroups and tasks from others'. */
void client(int number, struct desk *desk, uint64_t seed);
#endif
