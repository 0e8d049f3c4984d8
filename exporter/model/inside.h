/* SPDX-License-Identifier: GPL-2.0 */
/* What the model's own files share; nobody else includes it. */
#ifndef SKSTAT_MODEL_INSIDE_H
#define SKSTAT_MODEL_INSIDE_H

#include "aside.h"
#include "cells.h"
#include "listener.h"
#include "model.h"
#include "namespaces.h"
#include "newcomer.h"
#include "plan.h"
#include "room.h"
#include "table.h"
#include "tombstone.h"
#include "top.h"
#include "views.h"

/* Of one poll; they go to struct skstat_self together, at its end. */
struct skstat_model_counts {
	uint64_t full_ipv4, full_ipv6, listen, timewait, request, netns;
	uint64_t updated, fresh, baseline, duplicate, generations, removed;
	uint64_t gaps;
	uint64_t buried, announced, unannounced;
	uint64_t opened, failed, closed, started, stopped;
	uint64_t close_known, close_unseen, close_older, close_baseline, close_late;
};

#define SKSTAT_POLLS_KNOWN 64 /* a power of two */

struct skstat_model {
	struct skstat_self *self;
	struct skstat_poll poll; /* the one that is under way, or the last */
	uint32_t number;	 /* of that poll; 0: there was none */
	bool open;		 /* it is under way */
	bool ready;		 /* a complete full walk has been: what is new now began after it */
	bool journal;		 /* there is a journal, or was */
	uint32_t heard;		 /* number of the last poll when the journal was read to its end; 0: never was */
	bool lossy;		 /* events were lost since the last complete full walk */
	uint64_t tracked;	 /* connections in the table, newcomers among them */
	/* When the latest polls began, and when their walks were over (0: not known), by number: skstat_poll_began() */
	uint64_t began_ns[SKSTAT_POLLS_KNOWN], walked_ns[SKSTAT_POLLS_KNOWN];

	const char *(*process_name)(uint64_t inode, void *arg);
	void *process_arg;
	const char *(*cgroup_path)(uint64_t id, void *arg);
	void *cgroup_arg;
	const char *(*interface_name)(uint32_t netns_inode, uint32_t ifindex, void *arg);
	void *interface_arg;
	char *label_name[__SKSTAT_LABEL_MAX];

	struct skstat_room room;
	uint64_t beside; /* skstat_model_beside() */
	struct skstat_plan plan;
	struct skstat_table table;
	struct skstat_views views;
	struct skstat_listeners listeners;
	struct skstat_newcomers newcomers;
	struct skstat_tombstones tombstones;
	struct skstat_asides asides;
	struct skstat_namespaces namespaces;
	struct skstat_mib_index mib;
	struct skstat_tops tops;
	struct skstat_cells cells, measured; /* what the probes have counted, and measured */
	struct skstat_model_counts count;
};

/* At the end of a poll: its counts go to struct skstat_self, and begin anew. */
void skstat_model_tell(struct skstat_model *model, const struct skstat_totals *totals);

void skstat_model_labels_free(struct skstat_model *model);

/* When the poll of that number began; 0: long ago, or there is none. */
static inline uint64_t skstat_poll_began(const struct skstat_model *model, uint32_t number)
{
	if (!number || model->number - number >= SKSTAT_POLLS_KNOWN)
		return 0;
	return model->began_ns[number % SKSTAT_POLLS_KNOWN];
}

/* When its walk was over, at the latest; all ones: not known, or it is not over. */
static inline uint64_t skstat_poll_walked(const struct skstat_model *model, uint32_t number)
{
	uint64_t next_ns = skstat_poll_began(model, number + 1);

	if (!skstat_poll_began(model, number))
		return 0;
	if (model->walked_ns[number % SKSTAT_POLLS_KNOWN])
		return model->walked_ns[number % SKSTAT_POLLS_KNOWN];
	return next_ns ? next_ns : UINT64_MAX;
}

#endif
