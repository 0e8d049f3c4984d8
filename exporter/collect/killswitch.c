// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "killswitch.h"

static const char blank[] = " \t\r\n\v\f";

bool skstat_killswitch_set(const char *path)
{
	char text[64];
	ssize_t length;
	size_t start;
	int fd;

	if (!path || !*path)
		return false;
	/* A pipe without a writer must not hold the collector up. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		/* Not there; or this process is short of something, which says nothing about the file. */
		return errno != ENOENT && errno != ENOTDIR && errno != EMFILE && errno != ENFILE && errno != ENOMEM &&
		       errno != EINTR;
	}
	length = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (length < 0)
		return true;
	text[length] = '\0';
	start = strspn(text, blank);
	return strcspn(text + start, blank) != 1 || text[start] != '0';
}
