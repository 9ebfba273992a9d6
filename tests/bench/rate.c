// rate FILE SECONDS [READERS [OPENS/s [TEXT]]]: each reader opens the file, reads it with one read and closes it, over and
// over, or so often a second (0: over and over); with TEXT it writes that instead.
// Prints: all readers' reads/s, p50, p99 and p99.9 of the times in us, bytes.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 4000000, TEXT = 1 << 16 };

struct result {
	int reads;
	ssize_t bytes;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void wait_until(double at)
{
	double left = at - now();
	struct timespec t = { left, (left - (long)left) * 1e9 };

	if (left > 0)
		nanosleep(&t, NULL);
}

static int order(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

static void *shared(size_t bytes)
{
	void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (at == MAP_FAILED) {
		perror("mmap");
		exit(1);
	}
	return at;
}

static ssize_t take(const char *file, const char *text)
{
	static char buffer[TEXT];
	int fd = open(file, text ? O_WRONLY : O_RDONLY);
	ssize_t bytes = -1;

	if (fd >= 0) {
		bytes = text ? write(fd, text, strlen(text)) : read(fd, buffer, sizeof buffer);
		if (close(fd))
			bytes = -1;
	}
	if (bytes < 0)
		perror(file);
	return bytes;
}

static int reader(char **argv, double end, double pause, const char *text, float *times, int most, struct result *to)
{
	double before = now(), next = before, after = before;

	for (; to->reads < most && after < end; before = after) {
		if (pause > 0) {
			wait_until(next += pause);
			before = now();
		}
		to->bytes = take(argv[1], text);
		if (to->bytes < 0)
			return 1;
		after = now();
		times[to->reads++] = (after - before) * 1e6;
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc < 3 || argc > 6)
		return 2;
	int readers = argc > 3 ? atoi(argv[3]) : 1, most = MOST / readers, bad = 0, status, n = 0;
	double pause = argc > 4 && atof(argv[4]) > 0 ? 1 / atof(argv[4]) : 0;
	const char *text = argc > 5 ? argv[5] : NULL;
	float *times = shared(sizeof(float) * MOST);
	struct result *results = shared(sizeof *results * readers);
	double begin = now(), end = begin + atof(argv[2]);

	for (int r = 0; r < readers; r++)
		if (!fork())
			_exit(reader(argv, end, pause, text, times + (long)r * most, most, results + r));
	while (wait(&status) > 0)
		bad |= status;
	double took = now() - begin;

	for (int r = 0; r < readers; r++) {
		memmove(times + n, times + (long)r * most, sizeof(float) * results[r].reads);
		n += results[r].reads;
	}
	if (bad || !n)
		return 1;
	qsort(times, n, sizeof *times, order);
	printf("%.0f %.1f %.1f %.1f %zd\n", n / took, times[n / 2], times[(int)(n * 0.99)], times[(int)(n * 0.999)],
	       results[0].bytes);
	return 0;
}
