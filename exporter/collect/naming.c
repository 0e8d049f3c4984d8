// SPDX-License-Identifier: GPL-2.0
#include <errno.h>

#include "naming.h"

int skstat_naming_open(struct skstat_naming *naming, bool processes, struct skstat_self *self)
{
	*naming = (struct skstat_naming){ .self = self };
	naming->netns = skstat_netns_names_new("/run/netns");
	return naming->netns && (!processes || !skstat_naming_processes(naming)) ? 0 : -ENOMEM;
}

int skstat_naming_processes(struct skstat_naming *naming)
{
	if (!naming->processes)
		naming->processes = skstat_inode_processes_new("/proc");
	return naming->processes ? 0 : -ENOMEM;
}

void skstat_naming_close(struct skstat_naming *naming)
{
	skstat_netns_names_free(naming->netns);
	skstat_inode_processes_free(naming->processes);
	*naming = (struct skstat_naming){ 0 };
}

void skstat_naming_poll(struct skstat_naming *naming, uint64_t due_ns)
{
	skstat_netns_names_refresh(naming->netns);
	naming->poll_ns = due_ns;
	naming->looked = false;
}

const char *skstat_naming_netns(uint32_t inode, void *arg)
{
	const struct skstat_naming *naming = arg;

	return skstat_netns_names_find(naming->netns, inode);
}

/*
 * By the clock of polls: a reading may be made again after exactly a second, and polls come at exactly that if nothing
 * is late, while the moment at which a name is asked for shifts from one to the next.
 */
static void look(struct skstat_naming *naming)
{
	naming->looked = true;
	if (skstat_inode_processes_refresh(naming->processes, naming->poll_ns) <= 0)
		return;
	skstat_self_add(naming->self, comm_readings, 1);
	skstat_self_set(naming->self, comm_denied, skstat_inode_processes_totals(naming->processes)->denied);
}

const char *skstat_naming_process(uint64_t inode, void *arg)
{
	struct skstat_naming *naming = arg;
	const char *name = naming->processes ? skstat_inode_processes_comm(naming->processes, inode) : NULL;

	if (name || naming->looked || !naming->processes)
		return name;
	look(naming);
	return skstat_inode_processes_comm(naming->processes, inode);
}
