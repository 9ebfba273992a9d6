// rate FILE SECONDS [READERS [OPENS/s]]: each reader opens the file, reads it with one read and closes it, over and over,
// or so often a second. Prints: all readers' reads/s, p50, p99 and p99.9 of the times in us, bytes.
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

static void wait_ns(long ns)
{
	struct timespec t = { ns / 1000000000, ns % 1000000000 };

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

static int reader(const char *file, double end, long pause_ns, float *times, int most, struct result *to)
{
	static char text[TEXT];
	double before = now(), after = before;

	for (; to->reads < most && after < end; before = after) {
		if (pause_ns) {
			wait_ns(pause_ns);
			before = now();
		}
		int fd = open(file, O_RDONLY);

		if (fd < 0 || (to->bytes = read(fd, text, sizeof text)) < 0 || close(fd)) {
			perror(file);
			return 1;
		}
		after = now();
		times[to->reads++] = (after - before) * 1e6;
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc < 3 || argc > 5)
		return 2;
	int readers = argc > 3 ? atoi(argv[3]) : 1, most = MOST / readers, bad = 0, status, n = 0;
	long pause_ns = argc > 4 ? 1e9 / atof(argv[4]) : 0;
	float *times = shared(sizeof(float) * MOST);
	struct result *results = shared(sizeof *results * readers);
	double begin = now(), end = begin + atof(argv[2]);

	for (int r = 0; r < readers; r++)
		if (!fork())
			_exit(reader(argv[1], end, pause_ns, times + (long)r * most, most, results + r));
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
