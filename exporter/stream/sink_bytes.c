// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sink_bytes.h"

/* A file that is as long as it should be after so many bytes loses them again; one that others write to, too, not. */
static void take_back(int fd, off_t before, size_t written)
{
	struct stat now;

	if (!written || fstat(fd, &now) || !S_ISREG(now.st_mode) || now.st_size != before + (off_t)written)
		return;
	if (ftruncate(fd, before) == 0)
		(void)lseek(fd, before, SEEK_SET);
}

int skstat_bytes_to_file(int fd, const void *data, size_t length)
{
	const char *next = data;
	struct stat before;
	size_t written = 0;

	if (fstat(fd, &before))
		return -errno;
	while (written < length) {
		ssize_t count = write(fd, next + written, length - written);
		int err = errno;

		if (count < 0 && err == EINTR)
			continue;
		if (count <= 0) {
			take_back(fd, before.st_size, written);
			return count ? -err : -EIO;
		}
		written += (size_t)count;
	}
	return 0;
}

int skstat_bytes_to_socket(struct skstat_sink *sink, const void *data, size_t length, size_t *taken)
{
	while (*taken < length) {
		ssize_t count = send(sink->fd, (const char *)data + *taken, length - *taken,
				     MSG_DONTWAIT | MSG_NOSIGNAL);

		if (count >= 0)
			*taken += (size_t)count;
		else if (errno != EAGAIN && errno != EINTR)
			return -errno;
		else if (!skstat_control_wait(sink->control, sink->fd, POLLOUT))
			return -ETIMEDOUT;
	}
	return 0;
}

int skstat_bytes_to_pipe(struct skstat_sink *sink, const void *data, size_t length, size_t *taken)
{
	while (*taken < length) {
		/* So much fits, and at once, where poll() says that something does. */
		size_t piece = length - *taken < PIPE_BUF ? length - *taken : PIPE_BUF;
		ssize_t count;

		if (!skstat_control_wait(sink->control, sink->fd, POLLOUT))
			return -ETIMEDOUT;
		count = write(sink->fd, (const char *)data + *taken, piece);
		if (count >= 0)
			*taken += (size_t)count;
		else if (errno != EAGAIN && errno != EINTR)
			return -errno;
	}
	return 0;
}
