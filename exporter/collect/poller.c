// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cost.h"
#include "poller.h"
#include "snapshot/snapshot.h"
#include "source/procfs.h"

struct skstat_poller {
	const struct skstat_config *config;
	struct skstat_model *model;
	struct skstat_self *self;

	struct skstat_source *source; /* NULL: gone */
	enum skstat_source_kind kind; /* which one it is, and will be again */
	struct skstat_source_cost before; /* of sources that are closed */

	/* What the next delta stands on. */
	bool synced;	   /* a full dump of this instance came whole */
	uint64_t instance; /* that the model was told last */
	uint64_t token;	   /* of the last dump that came whole */
	uint64_t full_ns;  /* when the last full one was due that did */
};

/* A dump under way. */
struct dump {
	struct skstat_poller *poller;
	struct skstat_poll poll;
	bool begun;    /* the model knows of it */
	bool stranger; /* a delta met another instance than its token's */
	int err;       /* the model's */
};

static int fail(struct skstat_error *error, int err, const char *text)
{
	error->err = err;
	snprintf(error->text, sizeof(error->text), "%s", text);
	return err;
}

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
	return poller;
}

void skstat_poller_free(struct skstat_poller *poller)
{
	if (!poller)
		return;
	skstat_source_close(poller->source);
	free(poller);
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
}

static bool full_is_due(const struct skstat_poller *poller, uint64_t due_ns)
{
	return !poller->synced || !poller->token || !skstat_source_info(poller->source)->delta ||
	       due_ns - poller->full_ns >= poller->config->poll_full_interval_ns;
}

static struct skstat_query query(const struct skstat_poller *poller, bool full)
{
	const struct skstat_config *config = poller->config;
	struct skstat_query q = {
		.has = SKSTAT_HAS(GROUPS) | SKSTAT_HAS(STATES),
		.groups = skstat_model_groups(poller->model),
		/* Those are counted by state in the records of namespaces: that is all there is to know of them. */
		.states = ((2u << TCP_CLOSING) - (1u << TCP_ESTABLISHED)) & ~(1u << TCP_TIME_WAIT | 1u << TCP_SYN_RECV),
		.max_sockets = config->poll_max_sockets,
		.active_since = poller->token,
	};

	if (!config->ipv4 || !config->ipv6) {
		q.has |= SKSTAT_HAS(FAMILIES);
		q.families = config->ipv4 ? SKSTAT_FAMILY_INET | SKSTAT_FAMILY_MAPPED : SKSTAT_FAMILY_INET6;
	}
	if (config->poll_max_sockets)
		q.has |= SKSTAT_HAS(MAX_SOCKETS);
	if (!full)
		q.has |= SKSTAT_HAS(ACTIVE_SINCE);
	return q;
}

/*
 * Tells the model: with the first record, not before, for only then it is known which instance answers. False if that
 * is not the one whose token was sent.
 */
static bool dump_begin(struct dump *dump)
{
	struct skstat_poller *poller = dump->poller;
	const struct skstat_source_info *info = skstat_source_info(poller->source);

	if (!dump->poll.full && info->instance != poller->instance) {
		dump->stranger = true;
		return false;
	}
	if (info->instance != poller->instance)
		poller->synced = false;
	poller->instance = info->instance;
	dump->poll.instance = info->instance;
	dump->poll.hz = info->hz;
	dump->poll.exactly_once = info->exactly_once;
	dump->poll.schema = info->schema;
	skstat_model_begin(poller->model, &dump->poll);
	dump->begun = true;
	return true;
}

static int sample_take(const struct skstat_sample *sample, void *arg)
{
	struct dump *dump = arg;

	if (!dump->begun && !dump_begin(dump))
		return 1;
	dump->err = skstat_model_sample(sample, dump->poller->model);
	return dump->err != 0;
}

/* The sockets. `totals` as the model got them. With dump->stranger the model has seen nothing. */
static int dump_run(struct dump *dump, struct skstat_totals *totals, struct skstat_error *error)
{
	struct skstat_poller *poller = dump->poller;
	struct skstat_query q = query(poller, dump->poll.full);
	int err;

	*totals = (struct skstat_totals){ 0 };
	*error = (struct skstat_error){ 0 };
	err = skstat_source_sock(poller->source, &q, sample_take, dump, totals, error);
	if (dump->stranger || (!dump->begun && !dump_begin(dump)))
		return 0;
	if (dump->err)
		err = fail(error, dump->err, "no memory for what the model has to know of sockets");
	else if (err >= 0 && !totals->complete)
		err = fail(error, -EBADMSG, "the dump ended without its totals");
	else if (!err && totals->instance && totals->instance != poller->instance)
		err = fail(error, -ESTALE, "the module was loaded anew during the walk");
	if (err)
		totals->complete = false;
	else
		count_totals(poller->self, totals);
	skstat_model_end(poller->model, totals);
	return err;
}

static int mib_take(const struct skstat_mib *mib, void *arg)
{
	struct dump *dump = arg;

	/* The model's names of the counters are another module's, and gone. */
	dump->stranger = skstat_source_info(dump->poller->source)->instance != dump->poll.instance;
	if (!dump->stranger)
		dump->err = skstat_model_mib(mib, dump->poller->model);
	return dump->stranger || dump->err;
}

static int mib_run(struct dump *dump, struct skstat_error *error)
{
	struct skstat_poller *poller = dump->poller;
	int err = skstat_source_mib(poller->source, mib_take, dump, error);

	/* Also when no namespace came: the names would be looked up later. */
	if (dump->stranger || skstat_source_info(poller->source)->instance != dump->poll.instance) {
		poller->synced = false;
		return fail(error, -ESTALE, "the module was loaded anew during the poll");
	}
	if (dump->err)
		return fail(error, dump->err, "no memory for counters of namespaces");
	return err;
}

/* What the next delta may stand on, after a dump. */
static void sync(struct skstat_poller *poller, const struct dump *dump, const struct skstat_totals *totals, int err,
		 uint64_t due_ns)
{
	/* It may be the token that the kernel refused, or it is another instance's; a full dump needs none. */
	if (err == -EINVAL || err == -ESTALE)
		poller->synced = false;
	if (err || totals->partial)
		return;
	poller->token = totals->token;
	if (dump->poll.full) {
		poller->synced = true;
		poller->full_ns = due_ns;
	}
}

static int poll_source(struct skstat_poller *poller, uint64_t due_ns, struct skstat_poll_result *result,
		       struct skstat_error *error)
{
	struct dump dump = { .poller = poller, .poll = { .now_ns = skstat_now_ns() } };
	struct skstat_totals totals;
	int err;

	(void)skstat_port_range_read(&dump.poll.port_min, &dump.poll.port_max);
	dump.poll.full = result->full = full_is_due(poller, due_ns);
	err = dump_run(&dump, &totals, error);
	if (dump.stranger) {
		/* By another instance's token sockets were left out that nobody knows: everything, at once. */
		dump.stranger = false;
		dump.poll.full = result->full = true;
		err = dump_run(&dump, &totals, error);
	}
	sync(poller, &dump, &totals, err, due_ns);
	result->partial = !err && totals.partial;
	return err ? err : mib_run(&dump, error);
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
}

int skstat_poller_poll(struct skstat_poller *poller, uint64_t due_ns, struct skstat_poll_result *result,
		       struct skstat_error *error)
{
	uint64_t start = skstat_now_ns(), waited = cost(poller).wait_ns;
	struct skstat_source_cost sum;
	int err;

	*error = (struct skstat_error){ 0 };
	*result = (struct skstat_poll_result){ .full = true };
	err = source_open(poller, error);
	if (!err)
		err = poll_source(poller, due_ns, result, error);
	if (gone(err))
		source_close(poller);

	result->ns = skstat_now_ns() - start;
	sum = cost(poller);
	waited = sum.wait_ns - waited;
	skstat_cost_show(&sum, poller->self);
	count_poll(poller->self, result, err);
	skstat_self_add(poller->self, stage_receive_ns, waited);
	skstat_self_add(poller->self, stage_model_ns, result->ns > waited ? result->ns - waited : 0);
	return err;
}
