/*
 * What the soak and the fuzzer of system calls share: a repeatable source of random numbers, the list of a mount's files, random
 * texts for them, and counts of results by errno in memory that all processes share.
 */
#ifndef TREE_H
#define TREE_H
#include <errno.h>
#include <stdint.h>
#include <stdio.h>

enum { MAX_FILES = 8192, MAX_ERRNO = 134, MAX_KINDS = 32, MAX_TEXT = 8192 };

struct file {
    char *path; /* from the root of the mount, with the slash */
    unsigned mode;
};

extern struct file files[MAX_FILES];
extern int nfiles;

/* The rows of the report: what was asked, and how it ended; [0] is success. */
struct counts {
    long by_errno[MAX_KINDS][MAX_ERRNO];
};

extern struct counts *counts;

struct random {
    uint64_t state;
};

uint64_t next_random(struct random *r);
unsigned below(struct random *r, unsigned bound);

/* Lists the regular files below the current directory into files[], in an order that does not depend on readdir. */
void list_files(void);

/* Memory that children share, zeroed. */
void *shared(size_t bytes);

/* Counts RESULT (negative: errno) as a call of KIND and returns it. */
long count(int kind, long result);

/* Prints calls, successes and errnos of every kind, and their sum. */
void report_counts(const char *const *names, int kinds);

/* A random text that some file may or may not take; returns its length, at most MAX_TEXT. */
int random_text(struct random *r, char *text);

/* A number such as a knob takes; with its terminator. */
int random_number(struct random *r, char *text);

int64_t now_ms(void);
#endif
