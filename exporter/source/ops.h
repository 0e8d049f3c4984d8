/* SPDX-License-Identifier: GPL-2.0 */
/* What a source is made of. For exporter/source alone; others see source.h. */
#ifndef SKSTAT_SOURCE_OPS_H
#define SKSTAT_SOURCE_OPS_H

#include "source.h"

/* As the functions of source.h: skstat_source_<member>(). Here `totals` and `error` are never NULL. */
struct skstat_source_ops {
	void (*close)(struct skstat_source *source);
	void (*set_timeout)(struct skstat_source *source, uint64_t ns);
	const struct skstat_source_cost *(*cost)(const struct skstat_source *source);
	int (*sock)(struct skstat_source *source, const struct skstat_query *query, const struct skstat_taker *taker,
		    struct skstat_totals *totals, struct skstat_error *error);
	int (*mib)(struct skstat_source *source, skstat_source_mib_fn fn, void *arg, struct skstat_error *error);
	/* The journal. A source that has none leaves these NULL. `held` is never NULL. */
	int (*hold)(struct skstat_source *source, uint64_t probes, uint64_t *held, struct skstat_error *error);
	int (*journal)(struct skstat_source *source, skstat_sample_fn fn, void *arg,
		       struct skstat_journal_totals *totals, struct skstat_error *error);
	int (*bell)(const struct skstat_source *source);
	uint64_t (*bell_take)(struct skstat_source *source);
	/* A source without these leaves them NULL. */
	int (*counter)(struct skstat_source *source, const struct skstat_counter_reader *reader,
		       struct skstat_counter_totals *totals, struct skstat_error *error);
	int (*hist)(struct skstat_source *source, const struct skstat_hist_reader *reader,
		    struct skstat_counter_totals *totals, struct skstat_error *error);
	int (*module_info)(struct skstat_source *source, struct skstat_info *info, struct skstat_error *error);
};

/* The head of each source's own structure. */
struct skstat_source {
	const struct skstat_source_ops *ops;
	struct skstat_source_info info;
};

/* NULL and `error`, which is not NULL. -ENOENT of the first: there is no such family, so that loading may help. */
struct skstat_source *skstat_module_source_open(struct skstat_error *error);
struct skstat_source *skstat_inet_diag_source_open(struct skstat_error *error);

#endif
