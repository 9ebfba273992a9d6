// file TEXT [FUSE-OPTIONS] DIR: the least a libfuse 2.9 program can do: one file, DIR/file, that reads as TEXT does now.
#define FUSE_USE_VERSION 26
#include <errno.h>
#include <fuse.h>
#include <stdio.h>
#include <string.h>

static char text[1 << 16];
static size_t length;

static int file_getattr(const char *path, struct stat *to)
{
	memset(to, 0, sizeof *to);
	if (!strcmp(path, "/")) {
		to->st_mode = S_IFDIR | 0755;
		to->st_nlink = 2;
		return 0;
	}
	to->st_mode = S_IFREG | 0444;
	to->st_nlink = 1;
	return strcmp(path, "/file") ? -ENOENT : 0;
}

static int file_open(const char *path, struct fuse_file_info *info)
{
	return strcmp(path, "/file") ? -ENOENT : 0;
}

static int file_read(const char *path, char *to, size_t size, off_t offset, struct fuse_file_info *info)
{
	size_t from = offset, count;

	if (from >= length)
		return 0;
	count = size < length - from ? size : length - from;
	memcpy(to, text + from, count);
	return count;
}

static const struct fuse_operations operations = {
	.getattr = file_getattr,
	.open = file_open,
	.read = file_read,
};

int main(int argc, char **argv)
{
	FILE *source = argc > 2 ? fopen(argv[1], "r") : NULL;

	if (!source) {
		perror(argv[1]);
		return 2;
	}
	length = fread(text, 1, sizeof text, source);
	fclose(source);
	argv[1] = argv[0];
	return fuse_main(argc - 1, argv + 1, &operations, NULL);
}
