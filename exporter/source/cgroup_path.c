// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup_path.h"
#include "channel.h"

/* gcc's analyzer does not see that paths->list[i] keeps a path, for an i that it does not know. */
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"

#define SHARE	  100 /* a reading may take this part of the time */
#define DEPTH_MAX 64  /* directories are held open on the way down */
#define PATH_SIZE 4096

struct cgroup {
	uint64_t id;
	uint64_t seen; /* number of the reading that found it last */
	char *path;
};

struct skstat_cgroup_paths {
	char *directory;
	uint64_t reading;	/* number of the last one; 0: there was none */
	uint64_t next_ns;	/* not before */
	struct cgroup *list;	/* `sorted` of them by id, then those that are new in this reading */
	size_t count, sorted, room;
	char path[PATH_SIZE];	/* of the directory that is being read */
};

struct skstat_cgroup_paths *skstat_cgroup_paths_new(const char *directory)
{
	struct skstat_cgroup_paths *paths = calloc(1, sizeof(*paths));

	if (!paths)
		return NULL;
	paths->directory = strdup(directory);
	if (paths->directory)
		return paths;
	free(paths);
	return NULL;
}

void skstat_cgroup_paths_free(struct skstat_cgroup_paths *paths)
{
	if (!paths)
		return;
	for (size_t i = 0; i < paths->count; i++)
		free(paths->list[i].path);
	free(paths->list);
	free(paths->directory);
	free(paths);
}

static struct cgroup *find(const struct skstat_cgroup_paths *paths, uint64_t id)
{
	size_t low = 0, high = paths->sorted;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (paths->list[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < paths->sorted && paths->list[low].id == id ? &paths->list[low] : NULL;
}

/* Twice as many as may be kept find room while a reading lasts: as many may be gone. False: there is none. */
static bool room_make(struct skstat_cgroup_paths *paths)
{
	size_t room = paths->room ? paths->room * 2 : 64;
	struct cgroup *list;

	if (paths->count < paths->room)
		return true;
	if (paths->count >= 2 * SKSTAT_CGROUP_PATHS_MAX)
		return false;
	list = realloc(paths->list, room * sizeof(*list));
	if (!list)
		return false;
	paths->list = list;
	paths->room = room;
	return true;
}

/* The directory whose path stands in paths->path. False: there is no room. */
static bool take(struct skstat_cgroup_paths *paths, uint64_t id)
{
	struct cgroup *cgroup = find(paths, id);
	char *path;

	if (cgroup) {
		cgroup->seen = paths->reading;
		return true;
	}
	path = room_make(paths) ? strdup(paths->path[0] ? paths->path : "/") : NULL;
	if (!path)
		return false;
	paths->list[paths->count++] = (struct cgroup){ .id = id, .seen = paths->reading, .path = path };
	return true;
}

static bool directory_read(struct skstat_cgroup_paths *paths, int fd, size_t length, unsigned int depth);

/* One that is gone meanwhile, or may not be read, is passed over. */
static bool entry_read(struct skstat_cgroup_paths *paths, int directory, const char *name, size_t length,
		       unsigned int depth)
{
	size_t longer = length + 1 + strlen(name);
	bool more;
	int fd;

	if (longer >= PATH_SIZE || depth >= DEPTH_MAX)
		return true;
	fd = openat(directory, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return true;
	snprintf(paths->path + length, PATH_SIZE - length, "/%s", name);
	more = directory_read(paths, fd, longer, depth + 1);
	paths->path[length] = '\0';
	return more;
}

/* It and all below it; closes it. False: there is no room for more. */
static bool directory_read(struct skstat_cgroup_paths *paths, int fd, size_t length, unsigned int depth)
{
	const struct dirent *entry;
	struct stat status;
	DIR *directory;
	bool more;

	directory = fdopendir(fd);
	if (!directory) {
		close(fd);
		return true;
	}
	more = fstat(fd, &status) || take(paths, status.st_ino);
	while (more && (entry = readdir(directory)))
		if (entry->d_type == DT_DIR && strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			more = entry_read(paths, fd, entry->d_name, length, depth);
	closedir(directory);
	return more;
}

static int by_id(const void *a, const void *b)
{
	const struct cgroup *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

/* Those that are there first, then those that went last. */
static int by_seen(const void *a, const void *b)
{
	const struct cgroup *x = a, *y = b;

	return x->seen > y->seen ? -1 : x->seen < y->seen;
}

static void forget(struct skstat_cgroup_paths *paths)
{
	if (paths->count <= SKSTAT_CGROUP_PATHS_MAX)
		return;
	qsort(paths->list, paths->count, sizeof(*paths->list), by_seen);
	while (paths->count > SKSTAT_CGROUP_PATHS_MAX)
		free(paths->list[--paths->count].path);
}

int skstat_cgroup_paths_refresh(struct skstat_cgroup_paths *paths, uint64_t now_ns)
{
	uint64_t begun, rest;
	int fd;

	if (paths->reading && now_ns < paths->next_ns)
		return 0;
	begun = skstat_channel_clock();
	paths->reading++;
	paths->path[0] = '\0';
	fd = open(paths->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		paths->next_ns = now_ns + SKSTAT_CGROUP_PATHS_INTERVAL_NS;
		return -errno;
	}
	directory_read(paths, fd, 0, 0);
	forget(paths);
	if (paths->count)
		qsort(paths->list, paths->count, sizeof(*paths->list), by_id);
	paths->sorted = paths->count;
	rest = (skstat_channel_clock() - begun) * SHARE;
	paths->next_ns = now_ns + (rest > SKSTAT_CGROUP_PATHS_INTERVAL_NS ? rest : SKSTAT_CGROUP_PATHS_INTERVAL_NS);
	return 1;
}

const char *skstat_cgroup_paths_find(const struct skstat_cgroup_paths *paths, uint64_t id)
{
	const struct cgroup *cgroup = find(paths, id);

	return cgroup ? cgroup->path : NULL;
}

size_t skstat_cgroup_paths_count(const struct skstat_cgroup_paths *paths)
{
	return paths->count;
}
