// SPDX-License-Identifier: GPL-2.0
/*
 * What the module's probes bring: the journal, counters, histograms. Holds and cursor are of one instance: where the module
 * that is loaded is another one, or the socket that holds was lost, both are made anew before either is read, and the
 * journal's gap is told. Who holds probes that only count has no cursor.
 */
#include <errno.h>

#include "module.h"

/* The module is another one than a moment ago, or gone: as if its family had not been there. INFO is asked again. */
static int changed(struct skstat_module *module, struct skstat_error *error)
{
	module->opened = 0;
	return skstat_error_set(error, -ENOENT, "the module was loaded anew meanwhile");
}

static bool wants_journal(const struct skstat_module *module)
{
	return module->wanted & SKSTAT_PROBE_BIT(LIFE);
}

static bool holds_journal(const struct skstat_module *module)
{
	return module->hold.probes & SKSTAT_PROBE_BIT(LIFE);
}

static int no_probes(struct skstat_module *module, struct skstat_error *error)
{
	return skstat_error_set(error, -EOPNOTSUPP,
				"the module (%s) has none of these probes here: it is older than this program, "
				"or the kernel lacks their tracepoints", module->version);
}

static int no_journal(struct skstat_module *module, struct skstat_error *error)
{
	module->base.info.journal = false;
	return skstat_error_set(error, -EOPNOTSUPP,
				"the module (%s) has no journal here: it is older than this program, "
				"or the kernel lacks its tracepoints", module->version);
}

static bool is_kept(const struct skstat_module *module)
{
	uint64_t instance = module->base.info.instance;

	return skstat_hold_is_of(&module->hold, instance) &&
	       (!holds_journal(module) || module->cursor.instance == instance);
}

/* A cursor, if the journal is kept by now. Behind the hold: the tail is behind it then. */
static int cursor_keep(struct skstat_module *module, struct skstat_error *error)
{
	uint64_t instance = module->base.info.instance;
	int err;

	if (!holds_journal(module)) {
		skstat_cursor_free(&module->cursor);
		return 0;
	}
	if (module->cursor.instance == instance)
		return 0;
	err = skstat_netlink_journal_tail(module->netlink, &module->cursor, error);
	if (!err && module->cursor.instance != instance)
		err = changed(module, error);
	return err;
}

/* Holds these probes, of the instance in base.info, and has a cursor for it. */
static int keep(struct skstat_module *module, uint64_t probes, struct skstat_error *error)
{
	uint64_t instance = module->base.info.instance;
	int err;

	if (wants_journal(module) && !is_kept(module))
		module->fresh = true;
	if (!skstat_hold_is_of(&module->hold, instance))
		skstat_hold_release(&module->hold);
	err = skstat_hold_set(&module->hold, probes & module->schema.probes_available, error);
	if (err)
		return err == -ENOENT ? changed(module, error) : err;
	if (module->hold.instance != instance)
		return changed(module, error);
	return cursor_keep(module, error);
}

static int let_go(struct skstat_module *module)
{
	skstat_hold_release(&module->hold);
	skstat_cursor_free(&module->cursor);
	module->wanted = 0;
	module->fresh = false;
	return 0;
}

int skstat_module_hold(struct skstat_source *source, uint64_t probes, uint64_t *held, struct skstat_error *error)
{
	struct skstat_module *module = skstat_module_of(source);
	int err;

	if (!probes)
		return let_go(module);
	for (int tried = 0;; tried++) {
		err = skstat_module_meet(module, error);
		if (!err && !(probes & module->schema.probes_available))
			err = -EOPNOTSUPP;
		if (!err)
			err = keep(module, probes, error);
		if (!skstat_module_again(err, tried))
			break;
	}
	if (!err)
		module->wanted = probes;
	else if (!module->wanted)
		let_go(module);
	*held = module->hold.probes;
	if (err != -EOPNOTSUPP)
		return err;
	return probes & SKSTAT_PROBE_BIT(LIFE) ? no_journal(module, error) : no_probes(module, error);
}

/* One try. A cursor of another instance is refused with -ESTALE where that one was given the same family number. */
static int journal_read(struct skstat_module *module, skstat_sample_fn fn, void *arg,
			struct skstat_journal_totals *totals, struct skstat_error *error)
{
	int err = skstat_module_meet(module, error);

	if (!err && !module->base.info.journal)
		err = -EOPNOTSUPP;
	if (!err && !is_kept(module))
		err = keep(module, module->wanted, error);
	if (!err)
		err = skstat_netlink_journal(module->netlink, &module->cursor, fn, arg, totals, error);
	return err == -ESTALE ? changed(module, error) : err;
}

int skstat_module_journal(struct skstat_source *source, skstat_sample_fn fn, void *arg,
			  struct skstat_journal_totals *totals, struct skstat_error *error)
{
	struct skstat_module *module = skstat_module_of(source);
	int err, tried = 0;

	if (!wants_journal(module))
		return skstat_error_set(error, -EINVAL, "the journal is not held: there is none to read");
	do
		err = journal_read(module, fn, arg, totals, error);
	while (skstat_module_again(err, tried++));
	totals->fresh = module->fresh;
	module->fresh = false;
	return err == -EOPNOTSUPP ? no_journal(module, error) : err;
}

/* Before what the probes have gathered is read: the probes are held, if any are wanted. */
static int probes_meet(struct skstat_module *module, struct skstat_error *error)
{
	int err = skstat_module_meet(module, error);

	if (!err && module->wanted && !is_kept(module))
		err = keep(module, module->wanted, error);
	return err;
}

/* After it: 0, unless it was another instance's. The family's number may be that one's by now: INFO is asked again. */
static int totals_check(struct skstat_module *module, struct skstat_counter_totals *totals, struct skstat_error *error)
{
	if (totals->instance == module->base.info.instance)
		return 0;
	module->opened = 0;
	totals->complete = false;
	return skstat_error_set(error, -ESTALE, "the module was loaded anew while its counters were read");
}

int skstat_module_counter(struct skstat_source *source, const struct skstat_counter_reader *reader,
			  struct skstat_counter_totals *totals, struct skstat_error *error)
{
	struct skstat_module *module = skstat_module_of(source);
	int err, tried = 0;

	do {
		err = probes_meet(module, error);
		if (!err)
			err = skstat_netlink_counter(module->netlink, reader, totals, error);
	} while (skstat_module_again(err, tried++));
	return err ? err : totals_check(module, totals, error);
}

int skstat_module_hist(struct skstat_source *source, const struct skstat_hist_reader *reader,
		       struct skstat_counter_totals *totals, struct skstat_error *error)
{
	struct skstat_module *module = skstat_module_of(source);
	int err, tried = 0;

	do {
		err = probes_meet(module, error);
		if (!err)
			err = skstat_netlink_hist(module->netlink, reader, totals, error);
	} while (skstat_module_again(err, tried++));
	return err ? err : totals_check(module, totals, error);
}

int skstat_module_bell(const struct skstat_source *source)
{
	return skstat_hold_bell(&((const struct skstat_module *)source)->hold);
}

uint64_t skstat_module_bell_take(struct skstat_source *source)
{
	return skstat_hold_bell_take(&skstat_module_of(source)->hold);
}
