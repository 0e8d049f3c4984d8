// SPDX-License-Identifier: GPL-2.0
/* The collector over a source that follows a script: what is asked of it, what the model hears, what is published. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <netinet/tcp.h>

#include "collect/collect.h"
#include "collect/killswitch.h"
#include "collect/poll_time.h"
#include "collect/poller.h"
#include "collect/print.h"
#include "collect_fakes.h"

#define SECOND 1000000000ull
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct skstat_config config;
static struct skstat_self self;
static struct skstat_error error;

static void defaults(void)
{
	skstat_config_init(&config);
	config.poll_timeout_ns = SECOND;
	memset(&self, 0, sizeof(self));
}

/* --- single polls, on a clock of the test's own */

static struct skstat_poller *poller;
static struct skstat_model *model;
static struct skstat_poll_result result;
static uint64_t due;

static void poller_start(const struct step *step, size_t count, const char *name)
{
	defaults();
	run_script(step, count);
	model = skstat_model_new(NULL, &self);
	assert_non_null(model);
	poller = skstat_poller_new(&config, source_new(name), model, &self);
	assert_non_null(poller);
	due = 1000 * SECOND;
}

static void poller_stop(void)
{
	skstat_poller_free(poller);
	skstat_model_free(model);
	assert_int_equal(sources_open, 0);
}

/* One poll a second. Whether it did what is wanted, and nothing else. */
static void poll_is(const char *wanted, int err)
{
	said[0] = '\0';
	assert_int_equal(skstat_poller_poll(poller, due, &result, &error), err);
	assert_int_equal(error.err, err);
	if (strlen(said) && said[strlen(said) - 1] == ' ')
		said[strlen(said) - 1] = '\0';
	assert_string_equal(said, wanted);
	due += SECOND;
}

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
	defaults();
	run_script(NULL, 0);
	deltas = false;
	model = skstat_model_new(NULL, &self);
	poller = skstat_poller_new(&config, source_new("inet_diag"), model, &self);
	poll_is("full begin:full:1 end:2 mib", 0);
	poll_is("full begin:full:1 end:2 mib", 0);
	poller_stop();
}

static void query_of_the_config(void **state)
{
	const uint32_t all = (2u << TCP_CLOSING) - 2;

	(void)state;
	poller_start(NULL, 0, "netlink");
	poll_is("full begin:full:1 end:2 mib", 0);
	assert_int_equal(last_query.has, SKSTAT_HAS(GROUPS) | SKSTAT_HAS(STATES));
	assert_int_equal(last_query.groups, 0x15);
	assert_int_equal(last_query.states, all & ~(1u << TCP_TIME_WAIT) & ~(1u << TCP_SYN_RECV));
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

/* --- the loop, on the real clock */

static struct skstat_store *store;
static FILE *lines;
static int saved_stderr;

static int group_setup(void **state)
{
	(void)state;
	/* What is logged is looked at, not shown. */
	lines = tmpfile();
	saved_stderr = dup(STDERR_FILENO);
	return lines && saved_stderr >= 0 ? 0 : -1;
}

/* Runs a collector with `config` to its end. */
static int collect(const struct step *step, size_t count)
{
	struct skstat_collector *collector;
	int err;

	run_script(step, count);
	store = skstat_store_new();
	assert_non_null(store);
	memset(&error, 0, sizeof(error));
	collector = skstat_collector_new(&config, source_new("netlink"), "why", store, &self, &error);
	assert_non_null(collector);
	fflush(stderr);
	assert_int_equal(ftruncate(fileno(lines), 0), 0);
	lseek(fileno(lines), 0, SEEK_SET);
	dup2(fileno(lines), STDERR_FILENO);
	err = skstat_collector_run(collector, &error);
	dup2(saved_stderr, STDERR_FILENO);
	skstat_collector_free(collector);
	assert_int_equal(sources_open, 0);
	return err;
}

/* The log of the last run without its stamps: "info x|error y|". */
static const char *logged(void)
{
	static char text[4096];
	char line[512];
	size_t used = 0;

	text[0] = '\0';
	rewind(lines);
	while (fgets(line, sizeof(line), lines)) {
		const char *level = strstr(line, "level="), *msg = strstr(line, "msg=\"");

		assert_true(level && msg);
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%.*s %.*s|", (int)strcspn(level + 6, " "),
					 level + 6, (int)strcspn(msg + 5, "\""), msg + 5);
	}
	return text;
}

static void fast(uint64_t loops)
{
	defaults();
	config.poll_interval_ns = 10000000;
	config.poll_max_loops = loops;
}

static void max_loops(void **state)
{
	(void)state;
	fast(3);
	config.poll_full_interval_ns = 3600 * SECOND;
	assert_int_equal(collect(NULL, 0), 0);
	assert_string_equal(said, "full begin:full:1 end:2 mib self:netlink:why publish\n"
				  "delta:101 begin:delta:1 end:2 mib self:netlink:why publish\n"
				  "delta:102 begin:delta:1 end:2 mib self:netlink:why publish\n"
				  "close ");
	assert_true(store->snapshot.ready && store->snapshot.interval_ns == 10000000);
	assert_int_equal(skstat_self_get(&self, snapshots), 3);
	assert_int_equal(skstat_self_get(&self, config_interval_ns), 10000000);
	assert_true(skstat_self_get(&self, config_full_interval_ns) == 3600 * SECOND);
	assert_true(skstat_self_get(&self, config_timeout_ns) == SECOND);
	assert_int_equal(skstat_self_get(&self, config_view_limit), 20);
	assert_string_equal(logged(), "info ending, after 3 polls (--poll.max-loops)|");
	skstat_store_free(store);
}

/* The full interval is kept to the tick, whatever the scheduler does in between. */
static void full_interval_on_the_clock(void **state)
{
	int full = 0;

	(void)state;
	fast(0);
	config.poll_interval_ns = 50000000;
	config.poll_full_interval_ns = 100000000;
	config.poll_max_loops = 9;
	assert_int_equal(collect(NULL, 0), 0);
	for (const char *next = said; (next = strstr(next, "begin:full")); next++)
		full++;
	/* The 1st, 3rd, ... 9th; a poll that was late by a whole tick may be left out. */
	assert_true(full >= 5);
	skstat_store_free(store);
}

static void late_polls(void **state)
{
	static const struct step steps_[] = { { .sleep_ms = 55 } };

	(void)state;
	fast(2);
	assert_int_equal(collect(steps_, COUNT(steps_)), 0);
	assert_int_equal(store->published, 2);
	/* Five ticks came meanwhile, and one poll answers them. */
	assert_true(skstat_self_get(&self, polls_late) >= 4);
	skstat_store_free(store);
}

static void signals(void **state)
{
	static const struct step term[] = { { .signal = SIGTERM } };
	static const struct step hup[] = { { .signal = SIGHUP }, { .signal = SIGINT } };

	(void)state;
	fast(0);
	assert_int_equal(collect(term, COUNT(term)), 0);
	assert_true(store->published >= 1);
	assert_string_equal(logged(), "info ending, by SIGTERM|");
	skstat_store_free(store);

	/* The timer may come first once more. */
	assert_int_equal(collect(hup, COUNT(hup)), 0);
	assert_true(store->published >= 2);
	assert_string_equal(logged(), "info SIGHUP is passed over: there is no file to read again|"
				      "info ending, by SIGINT|");
	skstat_store_free(store);
}

/* Each failure is told when it begins and when it changes, and its end once. Nothing of it is published. */
static void troubles(void **state)
{
	static const struct step steps_[] = {
		{ 0 },
		{ .err = -EBADMSG, .text = "bad" },
		{ .err = -EBADMSG, .text = "bad" },
		{ .err = -ETIMEDOUT, .text = "slow" },
		{ .err = -EBADMSG, .text = "bad" },
		{ .partial = true },
		{ .partial = true },
		{ .families_fail = true },
		{ 0 },
	};

	(void)state;
	fast(COUNT(steps_));
	config.poll_max_sockets = 2;
	assert_int_equal(collect(steps_, COUNT(steps_)), 0);
	assert_int_equal(store->published, 4);
	assert_string_equal(logged(), "error poll failed: bad|error poll failed: slow|error poll failed: bad|"
				      "warn polls end after 2 sockets (--poll.max-sockets): there are more|"
				      "info polls are well again, after 4 that failed|"
				      "info polls reach every socket again|"
				      "error poll failed: no memory for a snapshot|"
				      "info polls are well again, after 1 that failed|"
				      "info ending, after 9 polls (--poll.max-loops)|");
	assert_int_equal(skstat_self_get(&self, polls_failed), 4);
	assert_int_equal(skstat_self_get(&self, polls_timeout), 1);
	assert_int_equal(skstat_self_get(&self, snapshots), 4);
	skstat_store_free(store);
}

static void once(void **state)
{
	static const struct step bad[] = { { .err = -EPERM, .text = "not permitted" } };
	FILE *out = tmpfile(), *full = fopen("/dev/full", "we");
	char text[64] = "";

	(void)state;
	assert_true(out && full);
	defaults();
	config.once = true;
	assert_int_equal(collect(NULL, 0), 0);
	assert_string_equal(said, "full begin:full:1 end:2 mib self:netlink:why publish\nclose ");
	assert_int_equal(skstat_snapshot_print(store, out, &error), 0);
	rewind(out);
	assert_non_null(fgets(text, sizeof(text), out));
	assert_string_equal(text, "metrics\n");
	assert_int_equal(skstat_snapshot_print(store, full, &error), -ENOSPC);
	assert_string_equal(error.text, "the metrics cannot be written: No space left on device");
	text_fails = true;
	assert_int_equal(skstat_snapshot_print(store, out, &error), -ENOMEM);
	text_fails = false;
	assert_int_equal(store->snapshot.references, 0);
	skstat_store_free(store);

	assert_int_equal(collect(bad, COUNT(bad)), -EPERM);
	assert_string_equal(error.text, "not permitted");
	assert_int_equal(skstat_snapshot_print(store, out, &error), 0);
	assert_string_equal(logged(), "");
	skstat_store_free(store);
	fclose(out);
	fclose(full);
}

static char switch_path[] = "/tmp/skstat-killswitch-XXXXXX";

static void switch_write(const char *text)
{
	FILE *file = fopen(switch_path, "we");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void switch_on(void)
{
	switch_write("stop");
}

static void kill_switch(void **state)
{
	static const struct {
		const char *text;
		bool set;
	} files[] = {
		{ "", true },	   { "1", true },   { "1\n", true },	{ "0", false },	  { "0\n", false },
		{ " \t0 x", false }, { "00", true }, { "0x", true },	{ "off", true },  { "\n\n0\n", false },
	};
	static const struct step steps_[] = { { 0 }, { .act = switch_on, .err = -EIO } };
	char logged_line[128], both[256];
	int fd = mkstemp(switch_path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	for (size_t i = 0; i < COUNT(files); i++) {
		switch_write(files[i].text);
		assert_int_equal(skstat_killswitch_set(switch_path), files[i].set);
	}
	assert_false(skstat_killswitch_set(""));
	assert_false(skstat_killswitch_set(NULL));
	assert_true(skstat_killswitch_set("/")); /* there, and not to be read */
	assert_false(skstat_killswitch_set("/dev/null/file"));

	/* Set from the start: no poll at all. */
	fast(0);
	config.kill_switch = switch_path;
	switch_write("");
	snprintf(logged_line, sizeof(logged_line), "info ending, by the kill switch %s|", switch_path);
	assert_int_equal(collect(NULL, 0), 0);
	assert_string_equal(said, "close ");
	assert_string_equal(logged(), logged_line);
	skstat_store_free(store);

	/* During the second poll, which fails: there is no third one to be well again. */
	switch_write("0");
	assert_int_equal(collect(steps_, COUNT(steps_)), 0);
	assert_int_equal(store->published, 1);
	snprintf(both, sizeof(both), "error poll failed: it failed|%s", logged_line);
	assert_string_equal(logged(), both);
	skstat_store_free(store);

	config.once = true;
	assert_int_equal(collect(NULL, 0), 0);
	assert_int_equal(store->published, 0);
	skstat_store_free(store);

	assert_int_equal(unlink(switch_path), 0);
	assert_false(skstat_killswitch_set(switch_path));
	assert_int_equal(mkfifo(switch_path, 0600), 0);
	assert_true(skstat_killswitch_set(switch_path)); /* and does not wait for a writer */
	assert_int_equal(unlink(switch_path), 0);
}

static void count_doc(const struct skstat_family_doc *doc, void *arg)
{
	assert_string_equal(doc->name, "skstat_poll_duration_seconds");
	assert_string_equal(doc->labels, "kind");
	++*(int *)arg;
}

static void poll_times(void **state)
{
	struct skstat_families *set = skstat_families_new();
	const struct skstat_distribution *delta, *full;
	struct skstat_poll_time time = { 0 };
	const struct skstat_family *family;
	uint64_t sum = 0;
	int docs = 0;

	(void)state;
	skstat_poll_time_add(&time, true, 0);
	skstat_poll_time_add(&time, true, 500000); /* on the edge: below it */
	skstat_poll_time_add(&time, true, 500001);
	skstat_poll_time_add(&time, true, 10 * SECOND);
	skstat_poll_time_add(&time, true, 3600 * SECOND);
	skstat_poll_time_add(&time, false, 2 * SECOND);
	skstat_poll_time_families(&time, set);
	family = skstat_family_find(set, "skstat_poll_duration_seconds");
	assert_non_null(family);
	assert_int_equal(family->type, SKSTAT_METRIC_HISTOGRAM);
	assert_int_equal(family->count, 2);
	assert_string_equal(family->series[0].label->value, "delta");
	assert_string_equal(family->series[1].label->value, "full");
	delta = &family->series[0].distribution;
	full = &family->series[1].distribution;
	assert_int_equal(full->edges, SKSTAT_POLL_TIME_EDGES);
	for (size_t i = 0; i <= full->edges; i++)
		sum += full->count[i];
	assert_int_equal(sum, 5);
	assert_int_equal(full->count[0], 2);
	assert_int_equal(full->count[1], 1);
	assert_int_equal(full->count[full->edges - 1], 1);
	assert_int_equal(full->count[full->edges], 1);
	assert_true(full->sum > 3610.001 && full->sum < 3610.0011);
	assert_true(delta->sum > 1.999 && delta->sum < 2.001);
	for (size_t i = 1; i < full->edges; i++)
		assert_true(full->edge[i] > full->edge[i - 1]);
	/* A copy: what comes later does not move it. */
	skstat_poll_time_add(&time, true, 0);
	assert_int_equal(full->count[0], 2);
	set->failed = true;
	skstat_poll_time_families(&time, set);
	skstat_families_free(set);
	skstat_poll_time_document(count_doc, &docs);
	assert_int_equal(docs, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(full_then_deltas),
		cmocka_unit_test(no_deltas_without_the_source),
		cmocka_unit_test(query_of_the_config),
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
		cmocka_unit_test(max_loops),
		cmocka_unit_test(full_interval_on_the_clock),
		cmocka_unit_test(late_polls),
		cmocka_unit_test(signals),
		cmocka_unit_test(troubles),
		cmocka_unit_test(once),
		cmocka_unit_test(kill_switch),
		cmocka_unit_test(poll_times),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("collect", tests, group_setup, NULL);
}
