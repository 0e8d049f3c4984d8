/* SPDX-License-Identifier: GPL-2.0 */
/* What the model's own files share; nobody else includes it. */
#ifndef SKSTAT_MODEL_INSIDE_H
#define SKSTAT_MODEL_INSIDE_H

#include "listener.h"
#include "model.h"
#include "namespaces.h"
#include "newcomer.h"
#include "plan.h"
#include "table.h"
#include "view.h"

/* Of one poll; they go to struct skstat_self together, at its end. */
struct skstat_model_counts {
	uint64_t full_ipv4, full_ipv6, listen, timewait, request, netns;
	uint64_t updated, fresh, baseline, duplicate, generations, removed;
	uint64_t gaps, folded;
};

struct skstat_model {
	struct skstat_self *self;
	struct skstat_poll poll; /* the one that is under way, or the last */
	uint32_t number;	 /* of that poll; 0: there was none */
	bool open;		 /* it is under way */
	bool ready;		 /* a complete full walk has been: what is new now began after it */
	uint64_t tracked;	 /* connections in the table, newcomers among them */

	struct skstat_plan plan;
	struct skstat_table table;
	struct skstat_view view;
	struct skstat_listeners listeners;
	struct skstat_newcomers newcomers;
	struct skstat_namespaces namespaces;
	struct skstat_mib_index mib;
	struct skstat_model_counts count;
};

#endif
