// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <time.h>
#include <unistd.h>

#include "procfs.h"

struct name {
	uint32_t inode;
	char text[NAME_MAX + 1];
};

struct skstat_netns_names {
	char *directory;
	struct name *name; /* by inode, then by text */
	size_t names;
	struct timespec changed; /* the directory's, when it was read */
	ino_t inode;		 /* likewise: another one, it was made anew */
	bool settled;		 /* what was read will stay as long as the directory does */
};

struct skstat_netns_names *skstat_netns_names_new(const char *directory)
{
	struct skstat_netns_names *names = calloc(1, sizeof(*names));

	if (!names)
		return NULL;
	names->directory = strdup(directory);
	if (!names->directory) {
		free(names);
		return NULL;
	}
	skstat_netns_names_refresh(names);
	return names;
}

static void names_clear(struct skstat_netns_names *names)
{
	free(names->name);
	names->name = NULL;
	names->names = 0;
	names->settled = false;
}

void skstat_netns_names_free(struct skstat_netns_names *names)
{
	if (!names)
		return;
	names_clear(names);
	free(names->directory);
	free(names);
}

static int order(const void *a, const void *b)
{
	const struct name *x = a, *y = b;

	if (x->inode != y->inode)
		return x->inode < y->inode ? -1 : 1;
	return strcmp(x->text, y->text);
}

static bool name_add(struct skstat_netns_names *names, uint32_t inode, const char *text)
{
	struct name *list = names->name;

	/* The list doubles at each power of two. */
	if ((names->names & (names->names - 1)) == 0)
		list = realloc(list, (names->names ? names->names * 2 : 1) * sizeof(*list));
	if (!list)
		return false;
	names->name = list;
	list += names->names++;
	list->inode = inode;
	snprintf(list->text, sizeof(list->text), "%s", text);
	return true;
}

/*
 * Adds one entry. False if it may yet become another without the directory's changing: `ip netns add` makes a file
 * first, and then mounts the namespace over it; and what there was no memory for is to be tried again.
 */
static bool entry_add(struct skstat_netns_names *names, int directory, const char *text)
{
	int fd = openat(directory, text, O_PATH | O_CLOEXEC);
	struct statfs fs;
	struct stat file;
	bool final = false;

	/* Removed in between, or not for us to see: the directory changes when that does. */
	if (fd < 0)
		return true;
	if (fstat(fd, &file) == 0 && fstatfs(fd, &fs) == 0)
		final = (uint64_t)fs.f_type == NSFS_MAGIC && name_add(names, (uint32_t)file.st_ino, text);
	close(fd);
	return final;
}

static bool same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/* Whether it changed so lately that it may change once more under the same time, which moves in steps of a jiffy. */
static bool just_changed(const struct timespec *changed)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec - changed->tv_sec < 2;
}

void skstat_netns_names_refresh(struct skstat_netns_names *names)
{
	DIR *directory = opendir(names->directory);
	const struct dirent *entry;
	bool settled = true;
	struct stat now;

	if (!directory) {
		names_clear(names);
		return;
	}
	if (fstat(dirfd(directory), &now))
		memset(&now, 0, sizeof(now));
	if (names->settled && names->inode == now.st_ino && same_time(&names->changed, &now.st_mtim)) {
		closedir(directory);
		return;
	}
	names_clear(names);
	while ((entry = readdir(directory)))
		if (entry->d_name[0] != '.')
			settled = entry_add(names, dirfd(directory), entry->d_name) && settled;
	closedir(directory);
	if (names->names)
		qsort(names->name, names->names, sizeof(*names->name), order);
	names->changed = now.st_mtim;
	names->inode = now.st_ino;
	names->settled = settled && !just_changed(&now.st_mtim);
}

const char *skstat_netns_names_find(const struct skstat_netns_names *names, uint32_t inode)
{
	size_t low = 0, high = names->names;

	/* The first of those with this inode: two names of one namespace are told apart by the alphabet. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (names->name[middle].inode < inode)
			low = middle + 1;
		else
			high = middle;
	}
	return low < names->names && names->name[low].inode == inode ? names->name[low].text : NULL;
}
