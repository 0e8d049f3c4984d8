// SPDX-License-Identifier: GPL-2.0
/* Single polls over a source that follows a script: what is asked of it, and what the model hears. */
#include <netinet/tcp.h>

#include "collect/kit.h"
#include "stream/outlets_inside.h"

static void full_then_deltas(void **state)
{
	(void)state;
	poller_start(NULL, 0, "netlink");
	assert_true(last_timeout == SECOND);
	poll_is("full begin:full:1 end:2 mib", 0);
	assert_true(result.full && !result.partial);
	poll_is("delta:101 begin:delta:1 end:2 mib", 0);
	assert_false(result.full);
	for (int i = 2; i < 10; i++) {
		char wanted[64];

		snprintf(wanted, sizeof(wanted), "delta:%d begin:delta:1 end:2 mib", 100 + i);
		poll_is(wanted, 0);
	}
	/* Ten seconds after the first one was due, to the nanosecond. */
	poll_is("full begin:full:1 end:2 mib", 0);
	poll_is("delta:111 begin:delta:1 end:2 mib", 0);
	assert_int_equal(skstat_self_get(&self, polls_full), 2);
	assert_int_equal(skstat_self_get(&self, polls_delta), 10);
	assert_int_equal(skstat_self_get(&self, walk_emitted), 24);
	assert_int_equal(skstat_self_get(&self, walk_filtered), 36);
	assert_int_equal(skstat_self_get(&self, walk_idle), 48);
	assert_int_equal(skstat_self_get(&self, walk_gone), 60);
	assert_int_equal(skstat_self_get(&self, walk_restarts), 72);
	assert_int_equal(skstat_self_get(&self, walk_ns), 84);
	assert_int_equal(skstat_self_get(&self, netlink_requests), 24);
	assert_int_equal(skstat_self_get(&self, stage_receive_ns), 12000);
	assert_true(skstat_self_get(&self, stage_model_ns) > 0);
	poller_stop();
}

static void no_deltas_without_the_source(void **state)
{
	(void)state;
	deltas = false;
	poller_start(NULL, 0, "inet_diag");
	deltas = true;
	poll_is("full begin:full:1 end:2 mib", 0);
	poll_is("full begin:full:1 end:2 mib", 0);
	poller_stop();
}

static void query_of_the_config(void **state)
{
	(void)state;
	poller_start(NULL, 0, "netlink");
	poll_is("full begin:full:1 end:2 mib", 0);
	assert_int_equal(last_query.has, SKSTAT_HAS(GROUPS) | SKSTAT_HAS(KINDS));
	assert_int_equal(last_query.groups, 0x15);
	assert_true(last_query.brief);
	assert_int_equal(last_query.kinds, 1u << SKSTAT_KIND_FULL | 1u << SKSTAT_KIND_LISTEN);
	config.ipv6 = false;
	poll_is("delta:101 begin:delta:1 end:2 mib", 0);
	assert_true(last_query.has & SKSTAT_HAS(FAMILIES));
	assert_int_equal(last_query.families, SKSTAT_FAMILY_INET | SKSTAT_FAMILY_MAPPED);
	config.ipv6 = true;
	config.ipv4 = false;
	config.poll_max_sockets = 77;
	poll_is("delta:102 begin:delta:1 end:2 mib", 0);
	assert_true(last_query.has & SKSTAT_HAS(FAMILIES) && last_query.has & SKSTAT_HAS(MAX_SOCKETS));
	assert_int_equal(last_query.families, SKSTAT_FAMILY_INET6);
	assert_int_equal(last_query.max_sockets, 77);
	poller_stop();
}

/* A stream of sockets wants all that there is to tell, one of events no more than the model. Both see what comes. */
static void streams(void **state)
{
	static const struct step steps_[] = { { .events = 3 }, { .events = 1, .lost = 7 }, { 0 } };
	struct skstat_stream_config stream = { .name = "s", .what = SKSTAT_STREAM_SOCKETS, .to = "file:/dev/null",
					       .sample = 1, .queue = SKSTAT_STREAM_QUEUE_MIN };
	const uint64_t records[] = { 0, 6, 5, 11 };

	(void)state;
	for (stream.what = 1; stream.what <= (SKSTAT_STREAM_SOCKETS | SKSTAT_STREAM_EVENTS); stream.what++) {
		struct skstat_outlets *outlets = skstat_outlets_start(&stream, 1, &error);
		bool sockets = stream.what & SKSTAT_STREAM_SOCKETS;

		assert_non_null(outlets);
		defaults();
		config.journal = true;
		poller_new(steps_, COUNT(steps_), "netlink");
		skstat_poller_stream(poller, outlets);
		poll_is("hold full begin:full:1 journal event event event heard end:2 mib", 0);
		assert_int_equal(last_query.brief, !sockets);
		/* All but those of namespaces and events. */
		assert_int_equal(last_query.groups, sockets ? 0xff : 0x15);
		poll_is("delta:101 begin:delta:1 journal event lost:7 heard end:2 mib", 0);
		poll_is("delta:102 begin:delta:1 journal heard end:2 mib", 0);
		assert_int_equal(atomic_load(&outlets->outlet[0]->count.records), records[stream.what]);
		poller_stop();
		skstat_outlets_stop(outlets, SECOND);
	}
}

/* A delta may delay, never lose: no token moves past a dump that did not come whole. */
static void tokens_over_failures(void **state)
{
	static const struct step steps_[] = {
		{ .err = -ETIMEDOUT },		   /* the first full one fails: no delta before one has come */
		{ .err = -EBADMSG, .after = 1 },   /* half-way */
		{ 0 },				   /* 101 */
		{ 0 },				   /* 102 */
		{ .err = -ETIMEDOUT, .after = 2 }, /* after all records, before the totals */
		{ 0 },				   /* 103 */
		{ .err = -ENOBUFS },
		{ .err = -EPERM },
	};

	(void)state;
	poller_start(steps_, COUNT(steps_), "netlink");
	poll_is("full begin:full:1 cut:0", -ETIMEDOUT);
	poll_is("full begin:full:1 cut:1", -EBADMSG);
	poll_is("full begin:full:1 end:2 mib", 0);
	poll_is("delta:101 begin:delta:1 end:2 mib", 0);
	poll_is("delta:102 begin:delta:1 cut:2", -ETIMEDOUT);
	poll_is("delta:102 begin:delta:1 end:2 mib", 0);
	poll_is("delta:103 begin:delta:1 cut:0", -ENOBUFS);
	poll_is("delta:103 begin:delta:1 cut:0", -EPERM);
	poll_is("delta:103 begin:delta:1 end:2 mib", 0);
	assert_int_equal(skstat_self_get(&self, polls_full), 3);
	assert_int_equal(skstat_self_get(&self, polls_delta), 6);
	assert_int_equal(skstat_self_get(&self, polls_timeout), 2);
	assert_int_equal(skstat_self_get(&self, polls_failed), 3);
	/* Of dumps that ended well only. */
	assert_int_equal(skstat_self_get(&self, walk_emitted), 8);
	poller_stop();
}

static void tokens_over_partials(void **state)
{
	static const struct step steps_[] = {
		{ .partial = true }, /* 101 */
		{ 0 },		     /* 102 */
		{ .partial = true }, /* 103 */
		{ 0 },		     /* 104 */
	};

	(void)state;
	poller_start(steps_, COUNT(steps_), "netlink");
	poll_is("full begin:full:1 partial:2 mib", 0);
	assert_true(result.partial);
	poll_is("full begin:full:1 end:2 mib", 0);
	poll_is("delta:102 begin:delta:1 partial:2 mib", 0);
	poll_is("delta:102 begin:delta:1 end:2 mib", 0);
	poll_is("delta:104 begin:delta:1 end:2 mib", 0);
	assert_int_equal(skstat_self_get(&self, polls_partial), 2);
	assert_int_equal(skstat_self_get(&self, polls_failed), 0);
	poller_stop();
}

/* A full poll that is due and fails is due again at once. */
static void full_again(void **state)
{
	static const struct step steps_[] = { { 0 }, { .err = -ETIMEDOUT }, { .partial = true }, { 0 } };

	(void)state;
	poller_start(steps_, COUNT(steps_), "netlink");
	poll_is("full begin:full:1 end:2 mib", 0);
	due += 9 * SECOND;
	poll_is("full begin:full:1 cut:0", -ETIMEDOUT);
	poll_is("full begin:full:1 partial:2 mib", 0);
	poll_is("full begin:full:1 end:2 mib", 0);
	poll_is("delta:103 begin:delta:1 end:2 mib", 0);
	poller_stop();
}

/* The kernel refuses a token that it does not know. */
static void refused_token(void **state)
{
	static const struct step steps_[] = { { 0 }, { .err = -EINVAL } };

	(void)state;
	poller_start(steps_, COUNT(steps_), "netlink");
	poll_is("full begin:full:1 end:2 mib", 0);
	poll_is("delta:101 begin:delta:1 cut:0", -EINVAL);
	poll_is("full begin:full:1 end:2 mib", 0);
	poller_stop();
}

/* The module was loaded anew: a delta by the old one's token must not reach the model. */
static void another_instance(void **state)
{
	static const struct step steps_[] = {
		{ 0 },
		{ .instance = 2 },
		{ 0 },
		{ 0 },
		{ .instance = 3, .empty = true },
		{ 0 },
		{ .instance = 4, .err = -ETIMEDOUT }, /* and fails before a record came */
	};

	(void)state;
	poller_start(steps_, COUNT(steps_), "netlink");
	poll_is("full begin:full:1 end:2 mib", 0);
	poll_is("delta:101 full begin:full:2 end:2 mib", 0);
	assert_true(result.full);
	poll_is("delta:102 begin:delta:2 end:2 mib", 0);
	poll_is("delta:103 full begin:full:3 end:2 mib", 0);
	poll_is("delta:105 full begin:full:4 end:2 mib", 0);
	assert_int_equal(skstat_self_get(&self, polls_full), 4);
	assert_int_equal(skstat_self_get(&self, polls_delta), 1);
	assert_int_equal(skstat_self_get(&self, polls_failed), 0);
	poller_stop();
}

/* The full poll that follows fails: the token of the old instance is not used again. */
static void another_instance_fails(void **state)
{
	static const struct step steps_[] = { { 0 }, { .instance = 2 }, { .err = -ETIMEDOUT }, { .partial = true } };

	(void)state;
	poller_start(steps_, COUNT(steps_), "netlink");
	poll_is("full begin:full:1 end:2 mib", 0);
	poll_is("delta:101 full begin:full:2 cut:0", -ETIMEDOUT);
	poll_is("full begin:full:2 partial:2 mib", 0);
	poll_is("full begin:full:2 end:2 mib", 0);
	poller_stop();
}

static void another_instance_in_mid_poll(void **state)
{
	static const struct step steps_[] = {
		{ 0 },
		{ .totals_instance = 2 }, /* the records were the old one's, the totals are not */
		{ .instance = 2 },
		{ .mib_instance = 3 }, /* the counters are not */
		{ 0 },
		{ .mib_instance = 4, .mib_err = -EBADMSG },
	};

	(void)state;
	poller_start(steps_, COUNT(steps_), "netlink");
	poll_is("full begin:full:1 end:2 mib", 0);
	poll_is("delta:101 begin:delta:1 cut:2", -ESTALE);
	assert_string_equal(error.text, "the module was loaded anew during the walk");
	poll_is("full begin:full:2 end:2 mib", 0);
	/* No counters of one module under another one's names. */
	poll_is("delta:103 begin:delta:2 end:2", -ESTALE);
	assert_string_equal(error.text, "the module was loaded anew during the poll");
	poll_is("full begin:full:3 end:2 mib", 0);
	poll_is("delta:105 begin:delta:3 end:2", -ESTALE);
	poll_is("full begin:full:4 end:2 mib", 0);
	poller_stop();
}

/* Reopened as the same kind, and never with modprobe. */
static void source_gone(void **state)
{
	static const struct step steps_[] = {
		{ 0 },
		{ .err = -ENOENT, .text = "the module is gone" },
		{ .open_err = -ENOENT, .text = "not loaded" },
		{ .open_err = -EPERM, .text = "not permitted" },
		{ 0 },
		{ .mib_err = -EPROTONOSUPPORT },
	};

	(void)state;
	poller_start(steps_, COUNT(steps_), "netlink");
	poll_is("full begin:full:1 end:2 mib", 0);
	last_timeout = 0;
	poll_is("delta:101 begin:delta:1 cut:0 close", -ENOENT);
	assert_string_equal(error.text, "the module is gone");
	assert_null(skstat_poller_info(poller));
	poll_is("open:netlink", -ENOENT);
	assert_string_equal(error.text, "not loaded");
	poll_is("open:netlink", -EPERM);
	instance = 2;
	poll_is("open:netlink full begin:full:2 end:2 mib", 0);
	assert_true(last_timeout == SECOND);
	assert_non_null(skstat_poller_info(poller));
	poll_is("delta:102 begin:delta:2 end:2 close", -EPROTONOSUPPORT);
	poll_is("open:netlink full begin:full:2 end:2 mib", 0);
	/* Nothing of the closed sources' cost is forgotten. */
	assert_int_equal(skstat_self_get(&self, netlink_requests), 9);
	assert_int_equal(skstat_self_get(&self, netlink_errors), 1);
	assert_int_equal(skstat_self_get(&self, stage_receive_ns), 5000);
	assert_int_equal(skstat_self_get(&self, polls_failed), 4);
	poller_stop();
}

/* Reopened, it is synced anew, though it be the same instance. */
static void inet_diag_gone(void **state)
{
	static const struct step steps_[] = { { 0 }, { .err = -ENOENT } };

	(void)state;
	poller_start(steps_, COUNT(steps_), "inet_diag");
	poll_is("full begin:full:1 end:2 mib", 0);
	poll_is("delta:101 begin:delta:1 cut:0 close", -ENOENT);
	poll_is("open:inet_diag full begin:full:1 end:2 mib", 0);
	poller_stop();
}

static void no_memory(void **state)
{
	static const struct step steps_[] = { { .model_err = -ENOMEM }, { .mib_model_err = -ENOMEM }, { 0 } };

	(void)state;
	poller_start(steps_, COUNT(steps_), "netlink");
	poll_is("full begin:full:1 cut:2", -ENOMEM);
	poll_is("full begin:full:1 end:2 mib", -ENOMEM);
	poll_is("delta:101 begin:delta:1 end:2 mib", 0);
	assert_int_equal(skstat_self_get(&self, polls_failed), 2);
	poller_stop();
}

/* All of that, of a source that brings runs. */
static void runs(void **state)
{
	in_runs = true;
	full_then_deltas(state);
	no_deltas_without_the_source(state);
	query_of_the_config(state);
	tokens_over_failures(state);
	tokens_over_partials(state);
	full_again(state);
	refused_token(state);
	another_instance(state);
	another_instance_fails(state);
	another_instance_in_mid_poll(state);
	source_gone(state);
	inet_diag_gone(state);
	no_memory(state);
	in_runs = false;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(full_then_deltas),
		cmocka_unit_test(no_deltas_without_the_source),
		cmocka_unit_test(query_of_the_config),
		cmocka_unit_test(streams),
		cmocka_unit_test(tokens_over_failures),
		cmocka_unit_test(tokens_over_partials),
		cmocka_unit_test(full_again),
		cmocka_unit_test(refused_token),
		cmocka_unit_test(another_instance),
		cmocka_unit_test(another_instance_fails),
		cmocka_unit_test(another_instance_in_mid_poll),
		cmocka_unit_test(source_gone),
		cmocka_unit_test(inet_diag_gone),
		cmocka_unit_test(no_memory),
		cmocka_unit_test(runs),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("collect_poll", tests, NULL, NULL);
}
