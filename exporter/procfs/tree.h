/* SPDX-License-Identifier: GPL-2.0 */
/* Reading below /proc and /sys, or below what stands for them in a container or a test. One thread. */
#ifndef SKSTAT_PROCFS_TREE_H
#define SKSTAT_PROCFS_TREE_H

#include <stddef.h>

#define SKSTAT_TREE_TEXT_MAX ((size_t)4 << 20) /* bytes of a text: far more than the kernel has to say */

/* Zeroed but for the roots. The strings are the caller's. */
struct skstat_tree {
	const char *proc, *sys;
	char *text; /* the last one read */
	size_t room;
};

/* Lets go of the memory. */
void skstat_tree_clear(struct skstat_tree *tree);

/*
 * Reads a file below `proc` whole. It stays open in *fd from one reading to the next (-1: it is not open, so at first
 * and after a failure), and is opened anew where what is open gives nothing any more: a module may have gone and come
 * back. The caller closes it. The text ends with a 0, has no other, and is good until the next reading.
 *
 * 0, or a negative errno: -EBADMSG where there is a 0 within, -EMSGSIZE where it is longer than SKSTAT_TREE_TEXT_MAX.
 */
int skstat_tree_read(struct skstat_tree *tree, int *fd, const char *path, const char **text);

/* A short text below `sys`, which ends with a 0: cut if there is more of it. 0 or a negative errno. */
int skstat_tree_attribute(const struct skstat_tree *tree, const char *path, char *text, size_t size);

#endif
