/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is read from /proc and /run beside the sockets. Paths are parameters where a test wants another tree.
 */
#ifndef SKSTAT_SOURCE_PROCFS_H
#define SKSTAT_SOURCE_PROCFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* This process, as Prometheus' client libraries report it. */
struct skstat_process {
	double cpu_seconds;	   /* user and system */
	double start_time_seconds; /* Unix time */
	uint64_t resident_bytes;
	uint64_t virtual_bytes;
	uint64_t threads;
	uint64_t open_fds;
	uint64_t max_fds;
};

/* Reads /proc/self. 0 or a negative errno. */
int skstat_process_read(struct skstat_process *process);

/*
 * net.ipv4.ip_local_port_range of the own namespace. 0, or a negative errno: then `min` and `max` are 32768 and 60999,
 * the kernel's default.
 */
int skstat_port_range_read(uint16_t *min, uint16_t *max);

/* The names that `ip netns` gives: the files of /run/netns by inode. */
struct skstat_netns_names;

/* `directory` is "/run/netns". NULL: no memory. A directory that is not there has no names. */
struct skstat_netns_names *skstat_netns_names_new(const char *directory);
void skstat_netns_names_free(struct skstat_netns_names *names);

/* Reads the directory again if it has changed since. */
void skstat_netns_names_refresh(struct skstat_netns_names *names);

/* The name of the namespace with that inode, or NULL. Valid until the next refresh. */
const char *skstat_netns_names_find(const struct skstat_netns_names *names, uint32_t inode);

#endif
