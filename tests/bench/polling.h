/* SPDX-License-Identifier: GPL-2.0 */
/* An exporter in this process, without its servers: each poll is asked for. */
#ifndef SKSTAT_BENCH_POLLING_H
#define SKSTAT_BENCH_POLLING_H

#include "collect/collect.h"

struct polling {
	struct skstat_config config;
	struct skstat_self self;
	struct skstat_store *store;
	struct skstat_collector *collector;
};

/* The module must be loaded. A poll is a full one when that much time has passed since the last. */
struct polling *polling_new(uint64_t full_interval_ns);
void polling_free(struct polling *polling);

/* One poll, up to its snapshot: a bench_fn. */
void polling_poll(void *polling);

#endif
