// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "naming.h"

/* Where cgroup2 is mounted; beside version 1, one below. */
static const char *cgroup_mount(void)
{
	struct statfs status;

	if (statfs("/sys/fs/cgroup", &status) == 0 && status.f_type == CGROUP2_SUPER_MAGIC)
		return "/sys/fs/cgroup";
	return "/sys/fs/cgroup/unified";
}

static uint32_t netns_inode(void)
{
	struct stat status;

	return stat("/proc/self/ns/net", &status) ? 0 : (uint32_t)status.st_ino;
}

int skstat_naming_open(struct skstat_naming *naming, bool processes, struct skstat_self *self)
{
	*naming = (struct skstat_naming){ .self = self };
	naming->netns = skstat_netns_names_new("/run/netns");
	naming->cgroups = skstat_cgroup_paths_new(cgroup_mount());
	naming->own_netns = netns_inode();
	if (!naming->netns || !naming->cgroups)
		return -ENOMEM;
	return processes ? skstat_naming_processes(naming) : 0;
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
	skstat_cgroup_paths_free(naming->cgroups);
	*naming = (struct skstat_naming){ 0 };
}

void skstat_naming_poll(struct skstat_naming *naming, uint64_t due_ns)
{
	skstat_netns_names_refresh(naming->netns);
	naming->poll_ns = due_ns;
	naming->looked = naming->climbed = false;
	memset(naming->device, 0, sizeof(naming->device));
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

const char *skstat_naming_cgroup(uint64_t id, void *arg)
{
	struct skstat_naming *naming = arg;
	const char *path = skstat_cgroup_paths_find(naming->cgroups, id);

	if (path || naming->climbed)
		return path;
	naming->climbed = true;
	skstat_cgroup_paths_refresh(naming->cgroups, naming->poll_ns);
	return skstat_cgroup_paths_find(naming->cgroups, id);
}

const char *skstat_naming_interface(uint32_t inode, uint32_t ifindex, void *arg)
{
	struct skstat_naming *naming = arg;
	struct skstat_naming_device *device = &naming->device[ifindex % SKSTAT_NAMING_DEVICES];

	if (!inode || inode != naming->own_netns || !ifindex)
		return NULL;
	if (device->ifindex != ifindex) {
		device->ifindex = ifindex;
		if (!if_indextoname(ifindex, device->name))
			device->name[0] = '\0';
	}
	return device->name[0] ? device->name : NULL;
}
