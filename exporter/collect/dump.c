// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <netinet/tcp.h>

#include "dump.h"
#include "snapshot/snapshot.h"
#include "source/error.h"

/* All that is told of sockets. */
#define STREAM_GROUPS ((1u << __SKSTAT_GROUP_MAX) - 1 - (1u << SKSTAT_GROUP_NETNS) - (1u << SKSTAT_GROUP_EVENT))

static struct skstat_query query(const struct skstat_dump *dump)
{
	const struct skstat_config *config = dump->config;
	struct skstat_query q = {
		.has = SKSTAT_HAS(GROUPS) | SKSTAT_HAS(KINDS),
		.groups = skstat_model_groups(dump->model),
		/* The others are counted by state in the records of namespaces: that is all there is to know of them. */
		.kinds = 1u << SKSTAT_KIND_FULL | 1u << SKSTAT_KIND_LISTEN,
		.max_sockets = config->poll_max_sockets,
		.brief = true,
		.active_since = dump->token,
	};

	if (skstat_outlets_want_sockets(dump->outlets)) {
		q.groups |= STREAM_GROUPS;
		q.brief = false;
	}
	if (!config->ipv4 || !config->ipv6) {
		q.has |= SKSTAT_HAS(FAMILIES);
		q.families = config->ipv4 ? SKSTAT_FAMILY_INET | SKSTAT_FAMILY_MAPPED : SKSTAT_FAMILY_INET6;
	}
	if (config->poll_max_sockets)
		q.has |= SKSTAT_HAS(MAX_SOCKETS);
	if (!dump->poll.full)
		q.has |= SKSTAT_HAS(ACTIVE_SINCE);
	return q;
}

/*
 * Tells the model: with the first record, not before, for only then it is known which instance answers. False if that
 * is not the one whose token was sent.
 */
static bool begin(struct skstat_dump *dump)
{
	const struct skstat_source_info *info = skstat_source_info(dump->source);

	if (!dump->poll.full && info->instance != dump->known) {
		dump->stranger = true;
		return false;
	}
	dump->poll.instance = info->instance;
	dump->poll.hz = info->hz;
	dump->poll.exactly_once = info->exactly_once;
	dump->poll.schema = info->schema;
	skstat_model_begin(dump->model, &dump->poll);
	skstat_outlets_begin(dump->outlets, info, dump->poll.full ? SKSTAT_BATCH_FULL : SKSTAT_BATCH_DELTA);
	dump->begun = true;
	return true;
}

static int sample_take(const struct skstat_sample *sample, void *arg)
{
	struct skstat_dump *dump = arg;

	if (!dump->begun && !begin(dump))
		return 1;
	if (dump->outlets)
		skstat_outlets_sample(dump->outlets, sample);
	dump->err = skstat_model_sample(sample, dump->model);
	return dump->err != 0;
}

static int run_take(struct skstat_run_reader *run, void *arg)
{
	struct skstat_dump *dump = arg;

	if (!run->count)
		return 0;
	if (!dump->begun && !begin(dump))
		return 1;
	/* Before the model, which uses it up. */
	if (dump->outlets)
		skstat_outlets_run(dump->outlets, run);
	dump->err = skstat_model_run(run, dump->model);
	return dump->err != 0;
}

int skstat_dump_walk(struct skstat_dump *dump, struct skstat_error *error)
{
	const struct skstat_taker taker = { .fn = sample_take, .run = run_take, .arg = dump };
	struct skstat_query q = query(dump);
	int err;

	dump->totals = (struct skstat_totals){ 0 };
	dump->begun = dump->stranger = false;
	dump->err = 0;
	*error = (struct skstat_error){ 0 };
	err = skstat_source_take(dump->source, &q, &taker, &dump->totals, error);
	skstat_outlets_flush(dump->outlets);
	if (dump->stranger || (!dump->begun && !begin(dump)))
		return 0;
	skstat_model_walked(dump->model, skstat_now_ns());
	if (dump->err)
		err = skstat_error_set(error, dump->err, "no memory for what the model has to know of sockets");
	else if (err >= 0 && !dump->totals.complete)
		err = skstat_error_set(error, -EBADMSG, "the dump ended without its totals");
	else if (!err && dump->totals.instance && dump->totals.instance != dump->poll.instance)
		err = skstat_error_set(error, -ESTALE, "the module was loaded anew during the walk");
	if (err)
		dump->totals.complete = false;
	return err;
}

static int mib_take(const struct skstat_mib *mib, void *arg)
{
	struct skstat_dump *dump = arg;

	/* The model's names of the counters are another module's, and gone. */
	dump->stranger = skstat_source_info(dump->source)->instance != dump->poll.instance;
	if (!dump->stranger)
		dump->err = skstat_model_mib(mib, dump->model);
	return dump->stranger || dump->err;
}

int skstat_dump_mib(struct skstat_dump *dump, struct skstat_error *error)
{
	int err = skstat_source_mib(dump->source, mib_take, dump, error);

	/* Also when no namespace came: the names would be looked up later. */
	if (dump->stranger || skstat_source_info(dump->source)->instance != dump->poll.instance)
		return skstat_error_set(error, -ESTALE, "the module was loaded anew during the poll");
	if (dump->err)
		return skstat_error_set(error, dump->err, "no memory for counters of namespaces");
	return err;
}
