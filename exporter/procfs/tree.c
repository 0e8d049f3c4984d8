// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tree.h"

void skstat_tree_clear(struct skstat_tree *tree)
{
	free(tree->text);
	tree->text = NULL;
	tree->room = 0;
}

/* A descriptor, or a negative errno. */
static int file_open(const char *root, const char *path)
{
	char whole[PATH_MAX];
	int fd;

	if (snprintf(whole, sizeof(whole), "%s/%s", root, path) >= (int)sizeof(whole))
		return -ENAMETOOLONG;
	fd = open(whole, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* Room for one byte more than `length`, and the 0 behind it. */
static int text_grow(struct skstat_tree *tree, size_t length)
{
	size_t room = tree->room ? tree->room * 2 : 16384;
	char *text;

	if (length + 1 < tree->room)
		return 0;
	if (tree->room >= SKSTAT_TREE_TEXT_MAX)
		return -EMSGSIZE;
	text = realloc(tree->text, room);
	if (!text)
		return -ENOMEM;
	tree->text = text;
	tree->room = room;
	return 0;
}

/* From its beginning, by pread(): the kernel makes the text anew for whoever reads from 0. */
static int fd_read(struct skstat_tree *tree, int fd)
{
	size_t length = 0;
	ssize_t got;
	int err;

	for (;;) {
		err = text_grow(tree, length);
		if (err)
			return err;
		got = pread(fd, tree->text + length, tree->room - length - 1, (off_t)length);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		length += (size_t)got;
	}
	tree->text[length] = '\0';
	return strlen(tree->text) == length ? 0 : -EBADMSG;
}

int skstat_tree_read(struct skstat_tree *tree, int *fd, const char *path, const char **text)
{
	int err = *fd < 0 ? -EBADF : fd_read(tree, *fd);

	if (err && err != -EMSGSIZE && err != -ENOMEM && err != -EBADMSG) {
		if (*fd >= 0)
			close(*fd);
		*fd = file_open(tree->proc, path);
		err = *fd < 0 ? *fd : fd_read(tree, *fd);
	}
	if (err && *fd >= 0)
		close(*fd);
	if (err)
		*fd = -1;
	else
		*text = tree->text;
	return err;
}

int skstat_tree_attribute(const struct skstat_tree *tree, const char *path, char *text, size_t size)
{
	int fd = file_open(tree->sys, path), err = 0;
	ssize_t got;

	if (fd < 0)
		return fd;
	do {
		got = read(fd, text, size - 1);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		err = -errno;
	else
		text[got] = '\0';
	close(fd);
	return err;
}
