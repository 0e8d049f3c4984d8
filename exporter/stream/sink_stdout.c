// SPDX-License-Identifier: GPL-2.0
/* Standard output, whatever it is: a pipe, a terminal, a file, a socket of systemd's. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sink_bytes.h"

static int stdout_check(const char *where, struct skstat_error *error)
{
	return *where ? skstat_error_set(error, -EINVAL, "nothing stands behind stdout: write stdout alone") : 0;
}

static int stdout_open(struct skstat_sink *sink)
{
	sink->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	return sink->fd < 0 ? -errno : 0;
}

static int stdout_write(struct skstat_sink *sink, const void *data, size_t length, size_t *taken)
{
	struct stat it;

	if (fstat(sink->fd, &it))
		return -errno;
	if (S_ISREG(it.st_mode))
		return skstat_bytes_to_file(sink->fd, data, length);
	if (S_ISSOCK(it.st_mode))
		return skstat_bytes_to_socket(sink, data, length, taken);
	return skstat_bytes_to_pipe(sink, data, length, taken);
}

static void stdout_close(struct skstat_sink *sink)
{
	close(sink->fd);
}

const struct skstat_sink_kind skstat_sink_stdout = {
	.name = "stdout",
	.check = stdout_check,
	.open = stdout_open,
	.write = stdout_write,
	.close = stdout_close,
};
