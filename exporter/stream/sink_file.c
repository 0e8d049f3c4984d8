// SPDX-License-Identifier: GPL-2.0
/*
 * A file that grows at its end. One that is not there any more under its name, for somebody has moved it away, is left,
 * and another begun; and so is, with `rotate`, one that would become too long.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sink_bytes.h"

#define MODE 0640	   /* it has other people's addresses in it */
#define NUMBER_ROOM 12	   /* ".4294967295" */

static int file_check(const char *where, struct skstat_error *error)
{
	if (where[0] != '/' || where[strlen(where) - 1] == '/')
		return skstat_error_set(error, -EINVAL, "\"%.100s\" is no path of a file: write file:/PATH", where);
	if (strlen(where) + NUMBER_ROOM > PATH_MAX)
		return skstat_error_set(error, -EINVAL, "the path of a file is too long: write %d bytes at most",
					PATH_MAX - NUMBER_ROOM);
	return 0;
}

static int file_open(struct skstat_sink *sink)
{
	struct stat it;

	/* A pipe without a reader would keep it waiting; and is none of these. */
	sink->fd = open(sink->where, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, MODE);
	if (sink->fd < 0)
		return -errno;
	if (fstat(sink->fd, &it) == 0 && (S_ISREG(it.st_mode) || S_ISCHR(it.st_mode)))
		return 0;
	close(sink->fd);
	return -EINVAL;
}

static void file_close(struct skstat_sink *sink)
{
	close(sink->fd);
}

/* PATH.KEEP goes, PATH.1 becomes PATH.2, and PATH PATH.1. 0 or a negative errno. */
static int shift(const struct skstat_sink *sink)
{
	char from[PATH_MAX], to[PATH_MAX];

	if (!sink->rotate_keep)
		return unlink(sink->where) ? -errno : 0;
	for (uint32_t i = sink->rotate_keep; i > 0; i--) {
		snprintf(to, sizeof(to), "%s.%u", sink->where, i);
		if (i > 1)
			snprintf(from, sizeof(from), "%s.%u", sink->where, i - 1);
		else
			snprintf(from, sizeof(from), "%s", sink->where);
		/* There may not be as many yet. */
		if (rename(from, to) && (errno != ENOENT || i == 1))
			return -errno;
	}
	return 0;
}

/* Whether the file that is open is the one of that name. */
static bool is_there(const struct skstat_sink *sink, const struct stat *open)
{
	struct stat named;

	return stat(sink->where, &named) == 0 && named.st_dev == open->st_dev && named.st_ino == open->st_ino;
}

static int begin_another(struct skstat_sink *sink)
{
	int old = sink->fd, err = file_open(sink);

	/* The caller closes what is open. */
	if (err)
		sink->fd = old;
	else
		close(old);
	return err;
}

static int file_write(struct skstat_sink *sink, const void *data, size_t length, size_t *taken)
{
	struct stat it;
	int err = 0;

	(void)taken;
	if (fstat(sink->fd, &it))
		return -errno;
	if (S_ISREG(it.st_mode) && !is_there(sink, &it)) {
		err = begin_another(sink);
		if (!err && fstat(sink->fd, &it))
			err = -errno;
	}
	if (!err && sink->rotate_size && S_ISREG(it.st_mode) && it.st_size &&
	    (uint64_t)it.st_size + length > sink->rotate_size) {
		err = shift(sink);
		if (!err)
			err = begin_another(sink);
		if (!err)
			atomic_fetch_add(&sink->rotations, 1);
	}
	return err ? err : skstat_bytes_to_file(sink->fd, data, length);
}

const struct skstat_sink_kind skstat_sink_file = {
	.name = "file",
	.check = file_check,
	.open = file_open,
	.write = file_write,
	.close = file_close,
};
