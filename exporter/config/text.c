// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "source/utf8.h"
#include "text.h"

int skstat_config_text_check(const char *file, const char *text, size_t length, struct skstat_error *error)
{
	size_t line = 1;

	for (size_t at = 0, bytes; at < length; at += bytes) {
		bytes = text[at] ? skstat_utf8_length(text + at) : 0;
		if (!bytes)
			return skstat_error_set(error, -EINVAL,
						"%.100s:%zu: there is a byte that is not UTF-8, or zero: 0x%02x", file,
						line, (unsigned char)text[at]);
		line += text[at] == '\n';
	}
	return 0;
}

/* Reads to the end, or until there is more than may be. Bytes, or -1 and errno. */
static ssize_t read_all(int fd, char *text, size_t room)
{
	size_t length = 0;
	ssize_t got = 1;

	while (got && length < room) {
		got = read(fd, text + length, room - length);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		length += (size_t)got;
	}
	return (ssize_t)length;
}

static char *fail(char *text, int err, struct skstat_error *error, const char *file, const char *why)
{
	free(text);
	skstat_error_set(error, err, "%.100s: it %s", file, why);
	return NULL;
}

char *skstat_config_text_read(const char *file, size_t *length, struct skstat_error *error)
{
	char *text = malloc(SKSTAT_CONFIG_BYTES + 2), why[100];
	int fd = text ? open(file, O_RDONLY | O_CLOEXEC) : -1;
	ssize_t got;

	if (!text)
		return fail(NULL, -ENOMEM, error, file, "cannot be read: there is no memory");
	got = fd < 0 ? -1 : read_all(fd, text, SKSTAT_CONFIG_BYTES + 1);
	if (got < 0) {
		int err = errno;

		snprintf(why, sizeof(why), "cannot be read: %s", strerror(err));
		if (fd >= 0)
			close(fd);
		return fail(text, -err, error, file, why);
	}
	close(fd);
	if (got > SKSTAT_CONFIG_BYTES)
		return fail(text, -EINVAL, error, file, "has more than 1 MiB: that is no configuration");
	text[got] = '\0';
	*length = (size_t)got;
	return text;
}
