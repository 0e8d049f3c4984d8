/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One reading of a source into the model: its sockets, and then, after whatever else the poll has for the model, the
 * end of it and the counters of the kernel. One thread.
 */
#ifndef SKSTAT_COLLECT_DUMP_H
#define SKSTAT_COLLECT_DUMP_H

#include "config/config.h"
#include "model/model.h"
#include "source/source.h"
#include "stream/outlets.h"

struct skstat_dump {
	/* Of the caller. */
	const struct skstat_config *config;
	struct skstat_source *source;
	struct skstat_model *model;
	struct skstat_outlets *outlets; /* that see what the model does; NULL: there are none */
	uint64_t known; /* the instance that the model was told last; 0: none */
	uint64_t token; /* of a delta */
	struct skstat_poll poll; /* but for what the source says of itself */

	/* What came of it. */
	struct skstat_totals totals;
	bool begun;    /* the model knows of it, and is owed skstat_model_end() */
	bool stranger; /* a delta met another instance than its token's: the model has seen nothing */
	int err;       /* the model's */
};

/*
 * The samples, but not their end. 0, or a negative errno and a sentence; dump->totals are for skstat_model_end() in
 * any case. With dump->stranger nothing happened: 0.
 */
int skstat_dump_walk(struct skstat_dump *dump, struct skstat_error *error);

/* The counters, after skstat_model_end(). As above; -ESTALE: they were another instance's than the sockets. */
int skstat_dump_mib(struct skstat_dump *dump, struct skstat_error *error);

#endif
