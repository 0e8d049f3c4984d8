// SPDX-License-Identifier: GPL-2.0
/*
 * ACTIVE_SINCE: what is idle is left out, what is not is never missed. docs/PROTOCOL.md says what idle means.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "../lib/dump.h"
#include "../lib/module.h"
#include "../lib/must.h"
#include "../lib/ns.h"
#include "../lib/population.h"
#include "../lib/worker.h"
#include "suite.h"

static struct ns home, ns;
static struct population population, half_closed, embryonic;
static struct skstat_netlink *netlink;
static struct pair *pairs;
static size_t pair_count;

/* The pairs of a population: a listener, then two members each. */
static void pairs_take(const struct population *from, size_t first, size_t n)
{
	pairs = must_have(realloc(pairs, (pair_count + n) * sizeof(*pairs)));
	for (size_t i = 0; i < n; i++) {
		pairs[pair_count].client = from->member[first + 1 + 2 * i].fd;
		pairs[pair_count++].server = from->member[first + 2 + 2 * i].fd;
	}
}

static int setup(void **state)
{
	const size_t sizes[] = { pair_scaled(150), pair_scaled(50), pair_scaled(50) };

	(void)state;
	module_require();
	pair_many_files();
	netlink = dump_connect();
	home = ns_current();
	ns = ns_create();
	ns_enter(&ns);
	for (enum pair_family family = PAIR_V4; family <= PAIR_MAPPED; family++) {
		size_t first = population.count;

		population_pairs(&population, family, sizes[family]);
		pairs_take(&population, first, sizes[family]);
	}
	population_listeners(&population, PAIR_V4, 2, 3);
	population_half_closed(&half_closed, PAIR_V4, 4);
	population_embryonic(&embryonic, PAIR_V4, 3);
	population_time_wait(&population, PAIR_V4, 7);
	ns_enter(&home);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	population_free(&population);
	population_free(&half_closed);
	population_free(&embryonic);
	free(pairs);
	skstat_netlink_close(netlink);
	return 0;
}

static void delta_take(struct dump *dump, uint64_t since)
{
	struct skstat_query query = { .has = SKSTAT_HAS(ACTIVE_SINCE), .active_since = since };

	dump_take(dump, netlink, &query);
}

/* Whether a record comes in any case: listeners, requests, and what has something queued or in flight. */
static bool always_comes(const struct skstat_sample *s)
{
	return s->kind == SKSTAT_KIND_LISTEN || s->kind == SKSTAT_KIND_REQUEST || s->traffic.rqueue ||
	       s->traffic.notsent_bytes || s->tcp.unacked;
}

/* Waits until all that was going on is over, delayed acknowledgements too; returns a token of after that. */
static uint64_t settled(void)
{
	struct dump dump;
	uint64_t token;

	dump_take(&dump, netlink, NULL);
	for (int i = 0; i < 1000; i++) {
		size_t moved = 0;

		token = dump.totals.token;
		dump_free(&dump);
		nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
		delta_take(&dump, token);
		for (size_t k = 0; k < dump.count; k++)
			moved += !always_comes(&dump.sample[k]);
		/* Quiet for longer than any delayed acknowledgement takes. */
		if (moved)
			i -= i % 50;
		else if (i % 50 == 49)
			break;
	}
	token = dump.totals.token;
	dump_free(&dump);
	return token;
}

static uint64_t cookie_of(int fd)
{
	return population_cookie(&(struct member){ .fd = fd });
}

static void idle_is_left_out(void **state)
{
	uint64_t token = settled();
	struct dump dump, full;
	size_t idle = 0;

	(void)state;
	delta_take(&dump, token);
	dump_take(&full, netlink, NULL);
	assert_int_equal(full.totals.idle, 0);
	for (size_t i = 0; i < full.count; i++) {
		const struct skstat_sample *s = &full.sample[i];
		size_t times = dump_times(&dump, s->identity.cookie);

		if (s->kind != SKSTAT_KIND_LISTEN && s->kind != SKSTAT_KIND_REQUEST && times)
			note("state %u came: rqueue %u notsent %u unacked %u", s->identity.state, s->traffic.rqueue,
			     s->traffic.notsent_bytes, s->tcp.unacked);
		assert_int_equal(times, always_comes(s));
		idle += !times;
	}
	assert_true(idle >= 2 * pair_count);
	assert_int_equal(dump.totals.idle, idle);
	/* All are counted, in their states. */
	for (uint8_t s = TCP_ESTABLISHED; s <= TCP_CLOSING; s++)
		assert_int_equal(dump_ns_state(dump_ns(&dump, ns.inode), s), dump_ns_state(dump_ns(&full, ns.inode), s));
	assert_int_equal(dump_ns_state(dump_ns(&dump, ns.inode), TCP_LISTEN), 3 + 2 + 1 + 1 + 1);
	assert_int_equal(dump_ns_state(dump_ns(&dump, ns.inode), TCP_TIME_WAIT), 7);
	for (size_t i = 0; i < dump.count; i++)
		assert_int_not_equal(dump.sample[i].kind, SKSTAT_KIND_TIMEWAIT);
	dump_free(&dump);
	dump_free(&full);
}

/* Exactly these came, of those that need not. */
static void only_these_came(const struct dump *dump, const uint64_t *cookies, size_t count)
{
	size_t came = 0;

	for (size_t i = 0; i < count; i++)
		assert_int_equal(dump_times(dump, cookies[i]), 1);
	for (size_t i = 0; i < dump->count; i++)
		came += !always_comes(&dump->sample[i]);
	assert_int_equal(came, count);
}

static void what_talked_comes(void **state)
{
	const size_t some[] = { 0, 1, pair_count / 2, pair_count - 1 };
	uint64_t token = settled(), cookies[8];
	struct dump dump;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct pair pair = pairs[some[i]];

		pair_talk(pair, 10, 20);
		cookies[2 * i] = cookie_of(pair.client);
		cookies[2 * i + 1] = cookie_of(pair.server);
	}
	delta_take(&dump, token);
	only_these_came(&dump, cookies, 8);
	dump_free(&dump);
	/* A token stays good: the same question again has the same answer. */
	delta_take(&dump, token);
	only_these_came(&dump, cookies, 8);
	dump_free(&dump);
	/* A newer one does not bring them again. */
	token = settled();
	delta_take(&dump, token);
	only_these_came(&dump, NULL, 0);
	dump_free(&dump);
}

static void queues_always_come(void **state)
{
	struct pair unread = pairs[2], unsent = pairs[3];
	struct dump dump;

	(void)state;
	pair_write(unread.client, 123);
	pair_fill(unsent.client);
	for (int i = 0; i < 3; i++) {
		const struct skstat_sample *s;

		delta_take(&dump, settled());
		s = dump_find(&dump, cookie_of(unread.server));
		assert_non_null(s);
		assert_int_equal(s->traffic.rqueue, 123);
		s = dump_find(&dump, cookie_of(unsent.client));
		assert_non_null(s);
		assert_true(s->traffic.notsent_bytes > 0);
		assert_non_null(dump_find(&dump, cookie_of(unsent.server)));
		dump_free(&dump);
	}
	/* Of its peer everything was acknowledged. */
	delta_take(&dump, settled());
	assert_null(dump_find(&dump, cookie_of(unread.client)));
	dump_free(&dump);
	pair_read(unread.server, 123);
}

/* An end of file that was not read is a byte that waits. */
static void unread_fin_comes_until_read(void **state)
{
	const struct member *closing = NULL;
	struct dump dump;
	char byte;

	(void)state;
	for (size_t i = 0; i < half_closed.count && !closing; i++) {
		if (half_closed.member[i].state == TCP_CLOSE_WAIT)
			closing = &half_closed.member[i];
	}
	closing = must_have(closing);
	delta_take(&dump, settled());
	assert_int_equal(dump_times(&dump, population_cookie(closing)), 1);
	dump_free(&dump);
	must_be(read(closing->fd, &byte, 1) == 0);
	delta_take(&dump, settled());
	assert_int_equal(dump_times(&dump, population_cookie(closing)), 0);
	dump_free(&dump);
}

static void a_read_that_empties(void **state)
{
	struct utsname name;
	uint64_t token;
	struct dump dump;
	size_t times;
	bool missed;

	(void)state;
	must(uname(&name));
	/* Linux 7 no longer touches tcp_mstamp when the application reads and no segment has to go out. */
	missed = strtoul(name.release, NULL, 10) >= 7;
	pair_write(pairs[4].client, 50);
	token = settled();
	pair_read(pairs[4].server, 50);
	delta_take(&dump, token);
	times = dump_times(&dump, cookie_of(pairs[4].server));
	note("a read that emptied the queue: came %zu times", times);
	assert_int_equal(times, missed ? 0 : 1);
	dump_free(&dump);

	/* So much that the window has to be told again: a segment follows, and both ends come. */
	pair_fill(pairs[5].client);
	token = settled();
	for (int i = 0; i < 20; i++)
		pair_read(pairs[5].server, 16384);
	delta_take(&dump, token);
	assert_int_equal(dump_times(&dump, cookie_of(pairs[5].server)), 1);
	assert_int_equal(dump_times(&dump, cookie_of(pairs[5].client)), 1);
	dump_free(&dump);
}

static void keepalive_brings_it(void **state)
{
	int fd = pairs[6].client;
	uint64_t token = settled();
	struct dump dump;
	size_t times = 0;

	(void)state;
	pair_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, 1);
	pair_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, 1);
	pair_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	for (int i = 0; i < 1000 && !times; i++) {
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
		delta_take(&dump, token);
		times = dump_times(&dump, cookie_of(fd));
		dump_free(&dump);
	}
	assert_int_equal(times, 1);
	pair_option(fd, SOL_SOCKET, SO_KEEPALIVE, 0);
}

static void options_wait_for_a_full_dump(void **state)
{
	int fd = pairs[7].client;
	uint64_t token = settled();
	struct dump dump;

	(void)state;
	pair_option(fd, SOL_SOCKET, SO_MARK, 77);
	pair_option(fd, SOL_SOCKET, SO_RCVLOWAT, 5);
	delta_take(&dump, token);
	assert_int_equal(dump_times(&dump, cookie_of(fd)), 0);
	dump_free(&dump);
	dump_take(&dump, netlink, NULL);
	assert_int_equal(dump_find(&dump, cookie_of(fd))->identity.mark, 77);
	assert_int_equal(dump_find(&dump, cookie_of(fd))->memory.rcvlowat, 5);
	dump_free(&dump);
}

/* One step of a process that keeps some of the pairs talking. */
static const char *talk(void *arg, uint64_t round)
{
	struct pair pair = pairs[10 + round * 7919 % (pair_count - 10)];

	(void)arg;
	pair_talk(pair, 1 + round % 300, 1 + round % 900);
	return NULL;
}

/* What came is as it says; what was left out has empty queues, as docs/PROTOCOL.md has it. Returns how many came. */
static size_t delta_apply(struct dump *model, const struct dump *delta)
{
	size_t came = 0;

	for (size_t i = 0; i < model->count; i++) {
		struct skstat_sample *s = &model->sample[i];
		const struct skstat_sample *now = dump_find(delta, s->identity.cookie);

		came += now != NULL;
		if (now)
			*s = *now;
		else
			s->traffic.rqueue = s->traffic.wqueue = s->traffic.notsent_bytes = 0;
	}
	return came;
}

/*
 * A model that is kept up by deltas alone, each since the token of the one before, while sockets are talking, says in
 * the end what a full dump says: a delta may delay, and loses nothing.
 */
static void deltas_add_up(void **state)
{
	struct crew *crew = crew_make();
	struct timespec now, end;
	struct dump model, dump;
	size_t updates = 0, deltas = 0, talked, came;
	uint64_t token;
	const char *wrong;

	(void)state;
	settled();
	dump_take(&model, netlink, NULL);
	token = model.totals.token;
	crew_add(crew, talk, NULL);
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += 5;
	do {
		/* After the last word, one delta more. */
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec >= end.tv_sec && crew->rounds[0] > 50) {
			wrong = crew_dismiss(crew);
			if (wrong)
				fail_msg("%s", wrong);
			crew_free(crew);
			crew = NULL;
		}
		delta_take(&dump, token);
		token = dump.totals.token;
		deltas++;
		came = delta_apply(&model, &dump);
		assert_int_equal(came, dump.count);
		updates += came;
		dump_free(&dump);
	} while (crew);

	/* Delayed acknowledgements. */
	settled();
	delta_take(&dump, token);
	delta_apply(&model, &dump);
	dump_free(&dump);
	dump_take(&dump, netlink, NULL);
	talked = 0;
	for (size_t i = 0; i < 2 * pair_count; i++) {
		uint64_t cookie = cookie_of(i % 2 ? pairs[i / 2].server : pairs[i / 2].client);
		const struct skstat_sample *kept = dump_find(&model, cookie), *now_is = dump_find(&dump, cookie);
		struct skstat_traffic traffic;

		assert_non_null(kept);
		assert_non_null(now_is);
		traffic = kept->traffic;
		/* The ACK of a read leaves no time stamp. */
		if (traffic.segs_out < now_is->traffic.segs_out)
			traffic.segs_out = now_is->traffic.segs_out;
		if (memcmp(&traffic, &now_is->traffic, sizeof(traffic)))
			fail_msg("bytes sent %lu, not %lu; segments in %u, not %u; out %u, not %u; to read %u, not %u",
				 kept->traffic.bytes_sent, now_is->traffic.bytes_sent, kept->traffic.segs_in,
				 now_is->traffic.segs_in, kept->traffic.segs_out, now_is->traffic.segs_out,
				 kept->traffic.rqueue, now_is->traffic.rqueue);
		talked += now_is->traffic.bytes_sent > 100;
	}
	note("%zu deltas, %zu updates, %zu sockets have sent more than 100 bytes", deltas, updates, talked);
	assert_true(updates > 100 && talked > 0);
	dump_free(&dump);
	dump_free(&model);
}

int suite_delta(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(idle_is_left_out),	     cmocka_unit_test(what_talked_comes),
		cmocka_unit_test(deltas_add_up),	     cmocka_unit_test(queues_always_come),
		cmocka_unit_test(unread_fin_comes_until_read), cmocka_unit_test(a_read_that_empties),
		cmocka_unit_test(keepalive_brings_it),	     cmocka_unit_test(options_wait_for_a_full_dump),
	};

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("delta", tests, setup, teardown);
}
