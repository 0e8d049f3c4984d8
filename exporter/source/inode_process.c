// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "channel.h"
#include "inode_process.h"

/* A reading may take this part of the time. */
#define SHARE 100

struct socket_of {
	uint64_t inode; /* 0: none has it */
	uint32_t process;
};

struct skstat_inode_processes {
	char *directory;
	bool read;	  /* ever */
	uint64_t next_ns; /* not before */
	struct socket_of *socket; /* by inode, then by process id */
	size_t sockets;
	struct skstat_inode_process *process;
	size_t processes;
	struct skstat_inode_processes_totals totals;
};

struct skstat_inode_processes *skstat_inode_processes_new(const char *directory)
{
	struct skstat_inode_processes *map = calloc(1, sizeof(*map));

	if (!map)
		return NULL;
	map->directory = strdup(directory);
	if (map->directory)
		return map;
	free(map);
	return NULL;
}

static void map_clear(struct skstat_inode_processes *map)
{
	free(map->socket);
	free(map->process);
	map->socket = NULL;
	map->process = NULL;
	map->sockets = map->processes = 0;
	memset(&map->totals, 0, sizeof(map->totals));
}

void skstat_inode_processes_free(struct skstat_inode_processes *map)
{
	if (!map)
		return;
	map_clear(map);
	free(map->directory);
	free(map);
}

/* Room for one more in a list that doubles at each power of two. */
static void *room_make(void *list, size_t count, size_t size)
{
	return count & (count - 1) ? list : realloc(list, (count ? count * 2 : 1) * size);
}

static bool socket_add(struct skstat_inode_processes *map, uint64_t inode)
{
	struct socket_of *list = NULL;

	if (map->sockets < SKSTAT_INODE_PROCESSES_MAX)
		list = room_make(map->socket, map->sockets, sizeof(*list));
	if (!list) {
		map->totals.full = true;
		return false;
	}
	map->socket = list;
	list[map->sockets++] = (struct socket_of){ .inode = inode, .process = (uint32_t)map->processes };
	return true;
}

static bool denied(void)
{
	return errno == EACCES || errno == EPERM;
}

/* "socket:[4242]"; 0 of anything else. */
static uint64_t inode_of(const char *text)
{
	unsigned long long inode;
	char bracket;

	return sscanf(text, "socket:[%llu%c", &inode, &bracket) == 2 && bracket == ']' ? inode : 0;
}

/* The sockets of the process that comes next in the list. False: it may not be looked into. */
static bool links_read(struct skstat_inode_processes *map, DIR *directory)
{
	const struct dirent *entry;
	ssize_t length;
	uint64_t inode;
	char text[64];

	while ((entry = readdir(directory))) {
		length = readlinkat(dirfd(directory), entry->d_name, text, sizeof(text) - 1);
		/* With some rights the names are told, and not what is behind them. Others were closed meanwhile. */
		if (length < 0 && denied())
			return false;
		if (length < 0)
			continue;
		text[length] = '\0';
		inode = inode_of(text);
		if (inode && !socket_add(map, inode))
			break;
	}
	return true;
}

static void sockets_read(struct skstat_inode_processes *map, int process)
{
	int fd = openat(process, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);

	if (directory) {
		map->totals.denied += !links_read(map, directory);
		closedir(directory);
		return;
	}
	map->totals.denied += denied();
	if (fd >= 0)
		close(fd);
}

/* A name may end by newlines of its own: one was added. */
static void comm_read(int process, char text[SKSTAT_COMM_SIZE])
{
	char comm[SKSTAT_COMM_SIZE + 1] = { 0 };
	int fd = openat(process, "comm", O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? 0 : read(fd, comm, SKSTAT_COMM_SIZE);

	if (length > 0 && comm[length - 1] == '\n')
		comm[length - 1] = '\0';
	if (fd >= 0)
		close(fd);
	skstat_comm_text(comm, text);
}

/* What is open here stays of this process, also when its id is given to another one. */
static void process_read(struct skstat_inode_processes *map, int directory, const char *name)
{
	int process = openat(directory, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct skstat_inode_process *list;
	size_t before = map->sockets;

	if (process < 0)
		return;
	sockets_read(map, process);
	if (map->sockets > before) {
		list = room_make(map->process, map->processes, sizeof(*list));
		if (list) {
			map->process = list;
			list += map->processes++;
			list->pid = (uint32_t)strtoul(name, NULL, 10);
			comm_read(process, list->comm);
		} else {
			map->sockets = before;
			map->totals.full = true;
		}
	}
	close(process);
}

static int order(const void *a, const void *b, void *arg)
{
	const struct skstat_inode_process *process = arg;
	const struct socket_of *x = a, *y = b;

	if (x->inode != y->inode)
		return x->inode < y->inode ? -1 : 1;
	if (process[x->process].pid != process[y->process].pid)
		return process[x->process].pid < process[y->process].pid ? -1 : 1;
	return 0;
}

static int map_read(struct skstat_inode_processes *map)
{
	DIR *directory = opendir(map->directory);
	const struct dirent *entry;

	if (!directory)
		return -errno;
	while (!map->totals.full && (entry = readdir(directory)))
		if (entry->d_name[strspn(entry->d_name, "0123456789")] == '\0')
			process_read(map, dirfd(directory), entry->d_name);
	closedir(directory);
	if (map->sockets)
		qsort_r(map->socket, map->sockets, sizeof(*map->socket), order, map->process);
	map->totals.sockets = (uint32_t)map->sockets;
	map->totals.processes = (uint32_t)map->processes;
	return 1;
}

int skstat_inode_processes_refresh(struct skstat_inode_processes *map, uint64_t now_ns)
{
	uint64_t begun, rest;
	int result;

	if (map->read && now_ns < map->next_ns)
		return 0;
	begun = skstat_channel_clock();
	map_clear(map);
	result = map_read(map);
	rest = (skstat_channel_clock() - begun) * SHARE;
	map->next_ns = now_ns + (rest > SKSTAT_INODE_PROCESSES_INTERVAL_NS ? rest : SKSTAT_INODE_PROCESSES_INTERVAL_NS);
	map->read = true;
	return result;
}

const struct skstat_inode_process *skstat_inode_processes_find(const struct skstat_inode_processes *map, uint64_t inode)
{
	size_t low = 0, high = map->sockets;

	/* The first of those with this inode. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (map->socket[middle].inode < inode)
			low = middle + 1;
		else
			high = middle;
	}
	return low < map->sockets && map->socket[low].inode == inode ? &map->process[map->socket[low].process] : NULL;
}

const char *skstat_inode_processes_comm(const struct skstat_inode_processes *map, uint64_t inode)
{
	const struct skstat_inode_process *process = skstat_inode_processes_find(map, inode);

	return process ? process->comm : NULL;
}

const struct skstat_inode_processes_totals *skstat_inode_processes_totals(const struct skstat_inode_processes *map)
{
	return &map->totals;
}
