/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The names that the model asks for while a poll is under way: of network namespaces, of processes by the inodes of
 * their sockets, of cgroups and of network devices. One thread.
 */
#ifndef SKSTAT_COLLECT_NAMING_H
#define SKSTAT_COLLECT_NAMING_H

#include <stdbool.h>
#include <stdint.h>

#include <net/if.h>

#include "self/self.h"
#include "source/cgroup_path.h"
#include "source/inode_process.h"
#include "source/procfs.h"

#define SKSTAT_NAMING_DEVICES 64 /* a power of two */

/* Zeroed: none of it is there. */
struct skstat_naming {
	struct skstat_self *self;
	struct skstat_netns_names *netns;
	struct skstat_inode_processes *processes; /* NULL: not wanted */
	struct skstat_cgroup_paths *cgroups;
	uint32_t own_netns; /* inode of this process' own; 0: not known */
	struct skstat_naming_device {
		uint32_t ifindex; /* 0: none yet */
		char name[IF_NAMESIZE]; /* "": there is no such device */
	} device[SKSTAT_NAMING_DEVICES]; /* of this poll, by the last bits of the index */
	uint64_t poll_ns;			  /* when the poll was due */
	bool looked;				  /* /proc was read for it, or is not to be */
	bool climbed;				  /* and the tree of cgroups */
};

/* 0 or -ENOMEM; skstat_naming_close() in any case. `processes`: their names will be asked for. */
int skstat_naming_open(struct skstat_naming *naming, bool processes, struct skstat_self *self);
void skstat_naming_close(struct skstat_naming *naming);

/* Names of processes will be asked for from now on, if they were not before. 0 or -ENOMEM. */
int skstat_naming_processes(struct skstat_naming *naming);

/* A poll begins, which was due at that time. What follows up to the next one is of it. */
void skstat_naming_poll(struct skstat_naming *naming, uint64_t due_ns);

/* For skstat_model_config.netns_name. */
const char *skstat_naming_netns(uint32_t inode, void *naming);

/*
 * For skstat_model_config.process_name. A socket that is not known makes /proc be read again: once a poll at most, and
 * no oftener than skstat_inode_processes_refresh() allows.
 */
const char *skstat_naming_process(uint64_t inode, void *naming);

/* For skstat_model_config.cgroup_path: likewise, of the tree of cgroups. */
const char *skstat_naming_cgroup(uint64_t id, void *naming);

/* For skstat_model_config.interface_name: of the namespace that this process is in; of others NULL. */
const char *skstat_naming_interface(uint32_t netns_inode, uint32_t ifindex, void *naming);

#endif
