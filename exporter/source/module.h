/* SPDX-License-Identifier: GPL-2.0 */
/* The module as a source, inside: module.c and, for what probes bring, module_journal.c. Others see source.h. */
#ifndef SKSTAT_SOURCE_MODULE_H
#define SKSTAT_SOURCE_MODULE_H

#include "cursor.h"
#include "hold.h"
#include "netlink.h"
#include "ops.h"

struct skstat_module {
	struct skstat_source base;
	struct skstat_netlink *netlink; /* for requests; holds nothing */
	bool met;			/* info and schema were read, of the instance in base.info */
	uint64_t opened;		/* skstat_source_cost.opened when INFO was asked last */
	char version[SKSTAT_NAME_SIZE];
	struct skstat_schema schema;

	uint64_t wanted; /* the probes that the caller asked for; 0: the journal is not kept */
	struct skstat_hold hold;
	struct skstat_cursor cursor;
	bool fresh; /* the journal had a gap of unknown length, which nobody was told of yet */
};

static inline struct skstat_module *skstat_module_of(struct skstat_source *source)
{
	return (struct skstat_module *)source;
}

/* Sees to it that base.info is of the instance that the open socket talks to. */
int skstat_module_meet(struct skstat_module *module, struct skstat_error *error);

/*
 * Whether to begin once more with skstat_module_meet(), after so many tries: the family is gone, and so was the module.
 * One that is in use cannot be removed: where there is no family, nothing was handed out yet.
 */
bool skstat_module_again(int err, int tried);

/* Of struct skstat_source_ops. */
int skstat_module_hold(struct skstat_source *source, uint64_t probes, uint64_t *held, struct skstat_error *error);
int skstat_module_journal(struct skstat_source *source, skstat_sample_fn fn, void *arg,
			  struct skstat_journal_totals *totals, struct skstat_error *error);
int skstat_module_counter(struct skstat_source *source, const struct skstat_counter_reader *reader,
			  struct skstat_counter_totals *totals, struct skstat_error *error);
int skstat_module_hist(struct skstat_source *source, const struct skstat_hist_reader *reader,
		       struct skstat_counter_totals *totals, struct skstat_error *error);
int skstat_module_bell(const struct skstat_source *source);
uint64_t skstat_module_bell_take(struct skstat_source *source);

#endif
