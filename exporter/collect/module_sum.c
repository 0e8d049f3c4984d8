// SPDX-License-Identifier: GPL-2.0
#include "module_sum.h"

/* The counters of struct skstat_info and of its probes. */
#define COUNTERS(C) \
	C(walks) C(walk_sockets) C(walk_ns) C(journal_written) C(journal_dropped) C(doorbells) C(conn_misses)
#define PROBE_COUNTERS(C) C(hits) C(drops) C(samples) C(sample_ns) C(missed)

static void add(struct skstat_info *to, const struct skstat_info *from)
{
#define ADD(MEMBER) to->MEMBER += from->MEMBER;
	COUNTERS(ADD)
#undef ADD
	for (size_t id = 0; id < __SKSTAT_PROBE_MAX; id++) {
#define ADD(MEMBER) to->probe[id].MEMBER += from->probe[id].MEMBER;
		PROBE_COUNTERS(ADD)
#undef ADD
	}
}

void skstat_module_sum_take(struct skstat_module_sum *sum, const struct skstat_info *info)
{
	if (info->instance != sum->last.instance)
		add(&sum->before, &sum->last);
	sum->last = *info;
}

void skstat_module_sum_get(const struct skstat_module_sum *sum, struct skstat_info *info)
{
	*info = sum->last;
	add(info, &sum->before);
}
