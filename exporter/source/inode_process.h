/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which process has a socket, by the socket's inode: for the sockets of which the journal has not seen who opened them.
 * Read out of /proc/PID/fd, all at once, which costs about a microsecond for each open file of the machine.
 *
 * Only processes that this one may trace are told of: others' want CAP_SYS_PTRACE. The map is of the moment when it was
 * read; a socket that was made since is not in it, and an inode may be another socket's since. Of several processes
 * that share a socket it is the one with the lowest id, mostly the one that made it.
 *
 * At most a million sockets, which are 16 MiB, and 20 bytes for each process that has any. One thread.
 */
#ifndef SKSTAT_SOURCE_INODE_PROCESS_H
#define SKSTAT_SOURCE_INODE_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "comm.h"

#define SKSTAT_INODE_PROCESSES_MAX	   (1u << 20) /* sockets; those beyond are left out */
#define SKSTAT_INODE_PROCESSES_INTERVAL_NS 1000000000ull

struct skstat_inode_processes;

struct skstat_inode_process {
	uint32_t pid; /* in the pid namespace of that /proc */
	char comm[SKSTAT_COMM_SIZE]; /* of its main thread, as skstat_comm_text() writes it */
};

/* What the last reading came to. */
struct skstat_inode_processes_totals {
	uint32_t processes; /* that have sockets */
	uint32_t sockets;   /* once for each file of each process */
	uint32_t denied;    /* processes that this one may not look into */
	bool full;	    /* there were more sockets than there is room for, or memory */
};

/* `directory` is "/proc". Reads nothing yet. NULL: no memory. Freed by the caller; NULL is fine there. */
struct skstat_inode_processes *skstat_inode_processes_new(const char *directory);
void skstat_inode_processes_free(struct skstat_inode_processes *map);

/*
 * Reads all anew, unless that was done less than SKSTAT_INODE_PROCESSES_INTERVAL_NS ago, or less than a hundred times
 * as long ago as it took: it costs 1 % of a CPU at most, however often it is called. `now_ns` is of any clock that does
 * not go backwards. 1: read; 0: not yet; a negative errno: the directory cannot be read, and the map is empty.
 */
int skstat_inode_processes_refresh(struct skstat_inode_processes *map, uint64_t now_ns);

/* NULL: not known. Valid until the next reading. */
const struct skstat_inode_process *skstat_inode_processes_find(const struct skstat_inode_processes *map,
							       uint64_t inode);
const char *skstat_inode_processes_comm(const struct skstat_inode_processes *map, uint64_t inode);

const struct skstat_inode_processes_totals *skstat_inode_processes_totals(const struct skstat_inode_processes *map);

#endif
