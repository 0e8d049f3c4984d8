// SPDX-License-Identifier: GPL-2.0
/* What comes after the model, and /proc. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fakes.h"
#include "model/module_families.h"
#include "model/self_families.h"
#include "render/text_format.h"
#include "source/inode_process.h"
#include "source/procfs.h"

bool text_fails;

void skstat_self_families(struct skstat_families *set, const struct skstat_self *self,
			  const struct skstat_source_info *source, const char *why,
			  const struct skstat_process *process)
{
	(void)set;
	(void)self;
	(void)process;
	say("self:%s:%s ", source->name, why);
}

void skstat_self_document(void (*fn)(const struct skstat_family_doc *doc, void *arg), void *arg)
{
	(void)fn;
	(void)arg;
}

void skstat_module_families(struct skstat_families *set, const struct skstat_info *info, uint64_t held,
			    const struct skstat_counter_totals *counters,
			    const struct skstat_counter_totals *histograms)
{
	(void)counters;
	(void)histograms;
	(void)set;
	if (info)
		say("module:%d:%#x ", (int)info->memory, (unsigned int)held);
}

void skstat_module_document(void (*fn)(const struct skstat_family_doc *doc, void *arg), void *arg)
{
	(void)fn;
	(void)arg;
}

/* --- the store: the latest set, never shared */

bool skstat_snapshot_stale(const struct skstat_snapshot *snapshot, uint64_t now_ns)
{
	(void)snapshot;
	(void)now_ns;
	return false;
}

void skstat_snapshot_put(struct skstat_snapshot *snapshot)
{
	snapshot->references--;
}

struct skstat_store *skstat_store_new(void)
{
	return calloc(1, sizeof(struct skstat_store));
}

void skstat_store_free(struct skstat_store *store)
{
	skstat_families_free(store->snapshot.families);
	free(store);
}

int skstat_store_publish(struct skstat_store *store, struct skstat_families *families, uint64_t taken_ns,
			 uint64_t interval_ns, bool ready)
{
	say("publish%s\n", ready ? "" : ":unready");
	skstat_families_free(store->snapshot.families);
	store->snapshot.families = families;
	store->snapshot.taken_ns = taken_ns;
	store->snapshot.interval_ns = interval_ns;
	store->snapshot.ready = ready;
	store->published++;
	return 0;
}

struct skstat_snapshot *skstat_store_take(struct skstat_store *store)
{
	if (!store->published)
		return NULL;
	store->snapshot.references++;
	return &store->snapshot;
}

uint64_t skstat_now_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

uint64_t skstat_wall_ns(void)
{
	return skstat_now_ns();
}

/* --- /proc and /run/netns */

struct skstat_netns_names {
	int unused;
};

int skstat_process_read(struct skstat_process *process)
{
	(void)process;
	return -ENOENT;
}

int skstat_port_range_read(uint16_t *min, uint16_t *max)
{
	*min = 32768;
	*max = 60999;
	return 0;
}

struct skstat_netns_names *skstat_netns_names_new(const char *directory)
{
	(void)directory;
	return calloc(1, sizeof(struct skstat_netns_names));
}

void skstat_netns_names_free(struct skstat_netns_names *names)
{
	free(names);
}

void skstat_netns_names_refresh(struct skstat_netns_names *names)
{
	(void)names;
}

const char *skstat_netns_names_find(const struct skstat_netns_names *names, uint32_t inode)
{
	(void)names;
	(void)inode;
	return NULL;
}

struct skstat_inode_processes {
	bool read;
};

uint64_t known_inode, readable_ns;

struct skstat_inode_processes *skstat_inode_processes_new(const char *directory)
{
	(void)directory;
	return calloc(1, sizeof(struct skstat_inode_processes));
}

void skstat_inode_processes_free(struct skstat_inode_processes *map)
{
	free(map);
}

int skstat_inode_processes_refresh(struct skstat_inode_processes *map, uint64_t now_ns)
{
	if (now_ns < readable_ns)
		return 0;
	say("proc ");
	map->read = true;
	readable_ns = now_ns + SKSTAT_INODE_PROCESSES_INTERVAL_NS;
	return 1;
}

const char *skstat_inode_processes_comm(const struct skstat_inode_processes *map, uint64_t inode)
{
	return map->read && inode == known_inode ? "nginx" : NULL;
}

const struct skstat_inode_processes_totals *skstat_inode_processes_totals(const struct skstat_inode_processes *map)
{
	static const struct skstat_inode_processes_totals totals = { .denied = 7 };

	(void)map;
	return &totals;
}

/* --- the text format */

void skstat_text_render(struct skstat_buffer *buffer, const struct skstat_families *set, bool stale)
{
	(void)set;
	if (stale)
		say("STALE ");
	buffer->data = strdup("metrics\n");
	if (!buffer->data)
		abort();
	buffer->length = strlen(buffer->data);
	buffer->failed = text_fails;
}

