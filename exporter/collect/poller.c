// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cost.h"
#include "counters.h"
#include "dump.h"
#include "journal.h"
#include "module_sum.h"
#include "poller.h"
#include "probes.h"
#include "snapshot/snapshot.h"
#include "source/error.h"
#include "source/procfs.h"

struct skstat_poller {
	const struct skstat_config *config;
	struct skstat_model *model;
	struct skstat_self *self;
	struct skstat_outlets *outlets; /* NULL: there are none */

	struct skstat_source *source; /* NULL: gone */
	enum skstat_source_kind kind; /* which one it is, and will be again */
	struct skstat_source_cost before; /* of sources that are closed */

	/* What the next delta stands on. */
	bool synced;	   /* a full dump of this instance came whole */
	uint64_t instance; /* that the model was told last */
	uint64_t token;	   /* of the last dump that came whole */
	uint64_t full_ns;  /* when the last full one was due that did */

	struct skstat_probes probes;
	struct skstat_journal journal;
	struct skstat_counters counters, histograms;
	bool module_known;	   /* once it was there */
	struct skstat_info module; /* what is to be shown of it */
	struct skstat_module_sum module_sum;
};

struct skstat_poller *skstat_poller_new(const struct skstat_config *config, struct skstat_source *source,
					struct skstat_model *model, struct skstat_self *self)
{
	struct skstat_poller *poller = calloc(1, sizeof(*poller));

	if (!poller) {
		skstat_source_close(source);
		return NULL;
	}
	poller->config = config;
	poller->model = model;
	poller->self = self;
	poller->source = source;
	poller->kind = strcmp(skstat_source_info(source)->name, "netlink") == 0 ? SKSTAT_SOURCE_NETLINK :
										  SKSTAT_SOURCE_INET_DIAG;
	skstat_source_set_timeout(source, config->poll_timeout_ns);
	skstat_probes_init(&poller->probes, config, self);
	skstat_journal_init(&poller->journal, model, self, &poller->probes);
	skstat_counters_init(&poller->counters, &skstat_counters_counted, model, self, &poller->probes);
	skstat_counters_init(&poller->histograms, &skstat_counters_measured, model, self, &poller->probes);
	return poller;
}

void skstat_poller_free(struct skstat_poller *poller)
{
	if (!poller)
		return;
	skstat_source_close(poller->source);
	free(poller);
}

void skstat_poller_feed(struct skstat_poller *poller, struct skstat_feed *feed)
{
	poller->journal.feed = feed;
}

void skstat_poller_stream(struct skstat_poller *poller, struct skstat_outlets *outlets)
{
	poller->outlets = outlets;
	poller->journal.outlets = outlets;
}

void skstat_poller_want(struct skstat_poller *poller, const struct skstat_config *config)
{
	skstat_probes_want(&poller->probes, config);
}

const struct skstat_source_info *skstat_poller_info(const struct skstat_poller *poller)
{
	return poller->source ? skstat_source_info(poller->source) : NULL;
}

/* Of all sources so far. */
static struct skstat_source_cost cost(const struct skstat_poller *poller)
{
	struct skstat_source_cost sum = poller->before, now;

	if (poller->source) {
		now = skstat_source_cost(poller->source);
		skstat_cost_add(&sum, &now);
	}
	return sum;
}

static void count_totals(struct skstat_self *self, const struct skstat_totals *totals)
{
	skstat_self_add(self, walk_ns, totals->ns);
	skstat_self_add(self, walk_restarts, totals->restarts);
	skstat_self_add(self, walk_emitted, totals->emitted);
	skstat_self_add(self, walk_filtered, totals->filtered);
	skstat_self_add(self, walk_idle, totals->idle);
	skstat_self_add(self, walk_gone, totals->gone);
}

/*
 * The same kind as before, without modprobe: a module that went away in mid-run was taken away by somebody, on purpose,
 * and is not to be brought back behind his back. Nor does inet_diag step in: counters would go on from another,
 * smaller set of sockets, under the same names.
 */
static int source_open(struct skstat_poller *poller, struct skstat_error *error)
{
	if (poller->source)
		return 0;
	poller->source = skstat_source_open(poller->kind, false, NULL, error);
	if (!poller->source)
		return error->err < 0 ? error->err : -ENODEV;
	skstat_source_set_timeout(poller->source, poller->config->poll_timeout_ns);
	poller->synced = false;
	return 0;
}

/* The family is not there any more, or going. After any other failure the source goes on by itself. */
static bool gone(int err)
{
	return err == -ENOENT || err == -ENODEV || err == -EPROTONOSUPPORT;
}

static void source_close(struct skstat_poller *poller)
{
	poller->before = cost(poller);
	skstat_source_close(poller->source);
	poller->source = NULL;
	skstat_probes_forget(&poller->probes);
}

static bool full_is_due(const struct skstat_poller *poller, uint64_t due_ns)
{
	return !poller->synced || !poller->token || !skstat_source_info(poller->source)->delta ||
	       due_ns - poller->full_ns >= poller->config->poll_full_interval_ns;
}

/* What the next delta may stand on, after a walk. */
static void sync(struct skstat_poller *poller, const struct skstat_dump *dump, int err, uint64_t due_ns)
{
	if (dump->poll.instance != poller->instance)
		poller->synced = false;
	poller->instance = dump->poll.instance;
	/* It may be the token that the kernel refused, or it is another instance's; a full dump needs none. */
	if (err == -EINVAL || err == -ESTALE)
		poller->synced = false;
	if (err || dump->totals.partial)
		return;
	poller->token = dump->totals.token;
	if (dump->poll.full) {
		poller->synced = true;
		poller->full_ns = due_ns;
	}
}

/* The probes first, then the sockets: what happens to one after it was walked is in the journal. */
static int walk(struct skstat_poller *poller, struct skstat_dump *dump, struct skstat_error *error)
{
	skstat_probes_hold(&poller->probes, poller->source);
	dump->poll.journal = skstat_probes_journal(&poller->probes);
	dump->poll.journal_ns = poller->probes.journal_ns;
	return skstat_dump_walk(dump, error);
}

static int poll_source(struct skstat_poller *poller, uint64_t due_ns, struct skstat_poll_result *result,
		       struct skstat_error *error)
{
	struct skstat_dump dump = {
		.config = poller->config,
		.source = poller->source,
		.model = poller->model,
		.outlets = poller->outlets,
		.known = poller->instance,
		.token = poller->token,
		.poll = { .now_ns = skstat_now_ns(), .full = full_is_due(poller, due_ns) },
	};
	int err;

	(void)skstat_port_range_read(&dump.poll.port_min, &dump.poll.port_max);
	err = walk(poller, &dump, error);
	if (dump.stranger) {
		/* By another instance's token sockets were left out that nobody knows: everything, at once. */
		dump.poll.full = true;
		err = walk(poller, &dump, error);
	}
	result->full = dump.poll.full;
	result->partial = !err && dump.totals.partial;
	sync(poller, &dump, err, due_ns);
	if (!err)
		count_totals(poller->self, &dump.totals);

	/* After most failures too: the rings fill up all the same. */
	if (!gone(err) && err != -ESTALE)
		result->unread = skstat_journal_read(&poller->journal, poller->source, poller->instance, NULL) != 0;
	/* These wait: nothing of them is lost. */
	if (!err) {
		result->uncounted = skstat_counters_read(&poller->counters, poller->source, poller->instance) != 0;
		result->unmeasured = skstat_counters_read(&poller->histograms, poller->source, poller->instance) != 0;
	}
	skstat_model_end(poller->model, &dump.totals);
	if (!err)
		err = skstat_dump_mib(&dump, error);
	if (err == -ESTALE)
		poller->synced = false;
	return err;
}

/*
 * What the module says of its own cost: not known where there is no module, or where it does not tell. What it has said
 * stands while it is away: it may just be loaded anew, and counters are not to come and go with it.
 */
static int ask_module(struct skstat_poller *poller, struct skstat_error *error)
{
	struct skstat_info info;

	if (!skstat_source_module_info(poller->source, &info, NULL)) {
		poller->module_known = true;
		skstat_module_sum_take(&poller->module_sum, &info);
		skstat_module_sum_get(&poller->module_sum, &poller->module);
	}
	if (skstat_source_info(poller->source)->instance == poller->instance)
		return 0;
	/* The model's names of the kernel's counters were the old one's. */
	poller->synced = false;
	return skstat_error_set(error, -ESTALE, "the module was loaded anew during the poll");
}

static void count_poll(struct skstat_self *self, const struct skstat_poll_result *result, int err)
{
	if (result->full)
		skstat_self_add(self, polls_full, 1);
	else
		skstat_self_add(self, polls_delta, 1);
	if (err == -ETIMEDOUT)
		skstat_self_add(self, polls_timeout, 1);
	else if (err)
		skstat_self_add(self, polls_failed, 1);
	else if (result->partial)
		skstat_self_add(self, polls_partial, 1);
	if (result->unread)
		skstat_self_add(self, polls_unread, 1);
	if (result->uncounted)
		skstat_self_add(self, polls_uncounted, 1);
	if (result->unmeasured)
		skstat_self_add(self, polls_unmeasured, 1);
}

/* Time of the collector, by what it spends it on. */
struct stopwatch {
	uint64_t start_ns, waited_ns;
};

static struct stopwatch stopwatch_start(const struct skstat_poller *poller)
{
	return (struct stopwatch){ .start_ns = skstat_now_ns(), .waited_ns = cost(poller).wait_ns };
}

/* Counts and shows what it took. Returns the time. */
static uint64_t stopwatch_stop(struct skstat_poller *poller, const struct stopwatch *watch)
{
	uint64_t ns = skstat_now_ns() - watch->start_ns, waited;
	struct skstat_source_cost sum = cost(poller);

	waited = sum.wait_ns - watch->waited_ns;
	skstat_cost_show(&sum, poller->self);
	skstat_self_add(poller->self, stage_receive_ns, waited);
	skstat_self_add(poller->self, stage_model_ns, ns > waited ? ns - waited : 0);
	return ns;
}

int skstat_poller_poll(struct skstat_poller *poller, uint64_t due_ns, struct skstat_poll_result *result,
		       struct skstat_error *error)
{
	const struct stopwatch watch = stopwatch_start(poller);
	int err;

	*error = (struct skstat_error){ 0 };
	*result = (struct skstat_poll_result){ .full = true };
	err = source_open(poller, error);
	if (!err)
		err = poll_source(poller, due_ns, result, error);
	if (!err)
		err = ask_module(poller, error);
	if (gone(err))
		source_close(poller);
	result->ns = stopwatch_stop(poller, &watch);
	count_poll(poller->self, result, err);
	return err;
}

const struct skstat_info *skstat_poller_module(const struct skstat_poller *poller)
{
	return poller->module_known ? &poller->module : NULL;
}

uint64_t skstat_poller_probes(const struct skstat_poller *poller)
{
	return poller->probes.held;
}

const struct skstat_counter_totals *skstat_poller_counters(const struct skstat_poller *poller)
{
	return poller->module_known && poller->counters.known ? &poller->counters.totals : NULL;
}

const struct skstat_counter_totals *skstat_poller_histograms(const struct skstat_poller *poller)
{
	return poller->module_known && poller->histograms.known ? &poller->histograms.totals : NULL;
}

int skstat_poller_bell(const struct skstat_poller *poller)
{
	return poller->source && skstat_probes_journal(&poller->probes) ? skstat_source_bell(poller->source) : -1;
}

bool skstat_poller_answer(struct skstat_poller *poller)
{
	const struct stopwatch watch = stopwatch_start(poller);
	uint64_t bells, events;
	int err;

	if (!poller->source)
		return false;
	bells = skstat_source_bell_take(poller->source);
	skstat_self_add(poller->self, journal_bells, bells);
	err = skstat_journal_read(&poller->journal, poller->source, poller->instance, &events);
	(void)stopwatch_stop(poller, &watch);
	return !err && (bells || events);
}
