// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "error.h"
#include "load.h"
#include "ops.h"

/* The module; if its family is not there, once more after modprobe, where that is wanted and allowed. */
static struct skstat_source *open_module(bool load, struct skstat_error *error)
{
	struct skstat_source *source = skstat_module_source_open(error);
	struct skstat_error loading;

	if (source || error->err != -ENOENT || !load || !skstat_load_permitted())
		return source;
	if (skstat_load_module(&loading)) {
		skstat_error_set(error, -ENOENT, "no netlink family %s, and %s", SKSTAT_FAMILY_NAME, loading.text);
		return NULL;
	}
	return skstat_module_source_open(error);
}

struct skstat_source *skstat_source_open(enum skstat_source_kind kind, bool load, char *why,
					 struct skstat_error *error)
{
	struct skstat_error module = { 0 }, inet_diag = { 0 };
	struct skstat_source *source = NULL;

	if (error)
		memset(error, 0, sizeof(*error));
	if (why)
		why[0] = '\0';
	if (kind != SKSTAT_SOURCE_INET_DIAG)
		source = open_module(load, &module);
	if (source)
		return source;
	if (kind == SKSTAT_SOURCE_NETLINK) {
		skstat_error_set(error, module.err, "%s", module.text);
		return NULL;
	}
	source = skstat_inet_diag_source_open(&inet_diag);
	if (!source && kind == SKSTAT_SOURCE_AUTO)
		skstat_error_set(error, inet_diag.err, "%s; and of inet_diag: %s", module.text, inet_diag.text);
	else if (!source)
		skstat_error_set(error, inet_diag.err, "%s", inet_diag.text);
	else if (why)
		snprintf(why, SKSTAT_WHY_SIZE, "%s", module.text);
	return source;
}

void skstat_source_close(struct skstat_source *source)
{
	if (source)
		source->ops->close(source);
}

const struct skstat_source_info *skstat_source_info(const struct skstat_source *source)
{
	return &source->info;
}

struct skstat_source_cost skstat_source_cost(const struct skstat_source *source)
{
	return *source->ops->cost(source);
}

void skstat_source_set_timeout(struct skstat_source *source, uint64_t ns)
{
	source->ops->set_timeout(source, ns);
}

int skstat_source_take(struct skstat_source *source, const struct skstat_query *query,
		       const struct skstat_taker *taker, struct skstat_totals *totals, struct skstat_error *error)
{
	struct skstat_totals unwanted_totals;
	struct skstat_error unwanted_error;

	totals = totals ? totals : &unwanted_totals;
	error = error ? error : &unwanted_error;
	memset(totals, 0, sizeof(*totals));
	memset(error, 0, sizeof(*error));
	return source->ops->sock(source, query, taker, totals, error);
}

int skstat_source_sock(struct skstat_source *source, const struct skstat_query *query, skstat_sample_fn fn, void *arg,
		       struct skstat_totals *totals, struct skstat_error *error)
{
	const struct skstat_taker taker = { .fn = fn, .arg = arg };

	return skstat_source_take(source, query, &taker, totals, error);
}

int skstat_source_mib(struct skstat_source *source, skstat_source_mib_fn fn, void *arg, struct skstat_error *error)
{
	struct skstat_error unwanted;

	error = error ? error : &unwanted;
	memset(error, 0, sizeof(*error));
	return source->ops->mib(source, fn, arg, error);
}

int skstat_source_hold(struct skstat_source *source, uint64_t probes, uint64_t *held, struct skstat_error *error)
{
	struct skstat_error unwanted_error;
	uint64_t unwanted_held;

	held = held ? held : &unwanted_held;
	error = error ? error : &unwanted_error;
	memset(error, 0, sizeof(*error));
	*held = 0;
	if (!source->ops->hold)
		return skstat_error_set(error, -EOPNOTSUPP, "%s has no journal", source->info.name);
	return source->ops->hold(source, probes, held, error);
}

int skstat_source_journal(struct skstat_source *source, skstat_sample_fn fn, void *arg,
			  struct skstat_journal_totals *totals, struct skstat_error *error)
{
	struct skstat_journal_totals unwanted_totals;
	struct skstat_error unwanted_error;

	totals = totals ? totals : &unwanted_totals;
	error = error ? error : &unwanted_error;
	memset(totals, 0, sizeof(*totals));
	memset(error, 0, sizeof(*error));
	if (!source->ops->journal)
		return skstat_error_set(error, -EOPNOTSUPP, "%s has no journal", source->info.name);
	return source->ops->journal(source, fn, arg, totals, error);
}

int skstat_source_bell(const struct skstat_source *source)
{
	return source->ops->bell ? source->ops->bell(source) : -1;
}

uint64_t skstat_source_bell_take(struct skstat_source *source)
{
	return source->ops->bell_take ? source->ops->bell_take(source) : 0;
}

int skstat_source_counter(struct skstat_source *source, const struct skstat_counter_reader *reader,
			  struct skstat_counter_totals *totals, struct skstat_error *error)
{
	struct skstat_counter_totals unwanted_totals;
	struct skstat_error unwanted_error;

	totals = totals ? totals : &unwanted_totals;
	error = error ? error : &unwanted_error;
	memset(totals, 0, sizeof(*totals));
	memset(error, 0, sizeof(*error));
	if (!source->ops->counter)
		return skstat_error_set(error, -EOPNOTSUPP, "%s does not count", source->info.name);
	return source->ops->counter(source, reader, totals, error);
}

int skstat_source_hist(struct skstat_source *source, const struct skstat_hist_reader *reader,
		       struct skstat_counter_totals *totals, struct skstat_error *error)
{
	struct skstat_counter_totals unwanted_totals;
	struct skstat_error unwanted_error;

	totals = totals ? totals : &unwanted_totals;
	error = error ? error : &unwanted_error;
	memset(totals, 0, sizeof(*totals));
	memset(error, 0, sizeof(*error));
	if (!source->ops->hist)
		return skstat_error_set(error, -EOPNOTSUPP, "%s does not measure", source->info.name);
	return source->ops->hist(source, reader, totals, error);
}

int skstat_source_module_info(struct skstat_source *source, struct skstat_info *info, struct skstat_error *error)
{
	struct skstat_error unwanted;

	error = error ? error : &unwanted;
	memset(error, 0, sizeof(*error));
	memset(info, 0, sizeof(*info));
	if (!source->ops->module_info)
		return skstat_error_set(error, -EOPNOTSUPP, "%s is no module", source->info.name);
	return source->ops->module_info(source, info, error);
}
