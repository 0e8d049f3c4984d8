// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "file.h"

static char *fd_read(int fd)
{
	size_t length = 0, room = 4096;
	char *text = malloc(room), *more;
	ssize_t got;

	while (text) {
		got = read(fd, text + length, room - length - 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			break;
		length += (size_t)got;
		text[length] = '\0';
		if (got == 0)
			return text;
		if (length + 1 < room)
			continue;
		room *= 2;
		more = realloc(text, room);
		if (!more)
			break;
		text = more;
	}
	free(text);
	return NULL;
}

char *skstat_file_read(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err;
	char *text;

	if (fd < 0)
		return NULL;
	text = fd_read(fd);
	err = errno;
	close(fd);
	errno = err;
	return text;
}
