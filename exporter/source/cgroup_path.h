/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Paths of cgroups (v2) by their id, which is the inode of their directory. The tree is read whole, a few microseconds
 * for each directory, when an id is not known; what was read once is kept, also when the cgroup is gone, for what its
 * sockets did may be told later, and no id is ever used twice.
 *
 * At most SKSTAT_CGROUP_PATHS_MAX of them: of those that are gone, the ones that went first make room. One thread.
 */
#ifndef SKSTAT_SOURCE_CGROUP_PATH_H
#define SKSTAT_SOURCE_CGROUP_PATH_H

#include <stddef.h>
#include <stdint.h>

#define SKSTAT_CGROUP_PATHS_MAX		16384u
#define SKSTAT_CGROUP_PATHS_INTERVAL_NS 1000000000ull

struct skstat_cgroup_paths;

/* `directory` is where cgroup2 is mounted. Reads nothing yet. NULL: no memory. Freed by the caller; NULL is fine. */
struct skstat_cgroup_paths *skstat_cgroup_paths_new(const char *directory);
void skstat_cgroup_paths_free(struct skstat_cgroup_paths *paths);

/*
 * Reads the tree, unless that was done less than SKSTAT_CGROUP_PATHS_INTERVAL_NS ago, or less than a hundred times as
 * long ago as it took: it costs 1 % of a CPU at most. `now_ns` is of any clock that does not go backwards. 1: read; 0:
 * not yet; a negative errno: the directory cannot be read, and nothing has changed.
 */
int skstat_cgroup_paths_refresh(struct skstat_cgroup_paths *paths, uint64_t now_ns);

/* Below the mount, with a slash in front: "/", "/system.slice/nginx.service". NULL: not known. Good until a reading. */
const char *skstat_cgroup_paths_find(const struct skstat_cgroup_paths *paths, uint64_t id);

/* How many are known. */
size_t skstat_cgroup_paths_count(const struct skstat_cgroup_paths *paths);

#endif
