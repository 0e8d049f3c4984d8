// SPDX-License-Identifier: GPL-2.0
/*
 * Random filters against brute force: what a filtered dump sends is what a full dump, sifted here, leaves. The
 * arguments are the number of filters and the seed.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/dump.h"
#include "../lib/module.h"
#include "../lib/must.h"
#include "../lib/ns.h"
#include "../lib/scene.h"
#include "../lib/wish.h"
#include "suite.h"

static struct population population;
static struct skstat_netlink *netlink;
static unsigned int filters = 400;
static uint64_t seed = 20240229;

static int setup(void **state)
{
	struct ns home = ns_current(), other = ns_create(), own;

	(void)state;
	wish_seed(seed);
	note("seed %lu, %u filters", seed, filters);
	module_require();
	pair_many_files();
	netlink = dump_connect();
	ns_enter(&other);
	population_pairs(&population, PAIR_V4, pair_scaled(120));
	population_pairs(&population, PAIR_V6, pair_scaled(80));
	population_pairs(&population, PAIR_MAPPED, pair_scaled(80));
	population_listeners(&population, PAIR_V4, 3, 2);
	population_listeners(&population, PAIR_V6, 3, 2);
	population_listeners(&population, PAIR_MAPPED, 2, 2);
	population_half_closed(&population, PAIR_V6, 6);
	scene_options(&population);
	scene_cgroup(&population);
	population_stuck(&population, PAIR_V4);
	population_embryonic(&population, PAIR_V4, 3);
	population_embryonic(&population, PAIR_V6, 3);
	/* Chains that are longer than any message: what a filter leaves of them is counted once. */
	if (ns_create_with_table(2, &own)) {
		ns_enter(&own);
		population_pairs(&population, PAIR_V4, pair_scaled(300) + 150);
		scene_options(&population);
	}
	ns_enter(&home);
	scene_options(&population);
	population_time_wait(&population, PAIR_V4, 10);
	population_time_wait(&population, PAIR_V6, 10);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	population_free(&population);
	skstat_netlink_close(netlink);
	return 0;
}

/* Whether nothing came or went between the two: a namespace of an earlier suite may yet be on its way out. */
static bool same_sockets(const struct dump *a, const struct dump *b)
{
	if (a->count != b->count || a->ns_count != b->ns_count)
		return false;
	for (size_t i = 0; i < a->ns_count; i++) {
		if (!dump_ns(b, a->ns[i].netns.netns_inode))
			return false;
	}
	for (size_t i = 0; i < a->count; i++) {
		const struct skstat_sample *other = dump_find(b, a->sample[i].identity.cookie);

		if (!other || other->identity.state != a->sample[i].identity.state)
			return false;
	}
	return true;
}

static void same_counts(const struct dump *a, const struct dump *b)
{
	for (size_t i = 0; i < a->ns_count; i++) {
		const struct skstat_netns *other = dump_ns(b, a->ns[i].netns.netns_inode);

		assert_non_null(other);
		for (uint8_t s = TCP_ESTABLISHED; s <= TCP_CLOSING; s++) {
			if (dump_ns_state(&a->ns[i].netns, s) != dump_ns_state(other, s))
				fail_msg("state %u was counted %u times in a full dump, %u times in a filtered one", s,
					 dump_ns_state(&a->ns[i].netns, s), dump_ns_state(other, s));
		}
	}
}

/* How many sockets the filter let through. */
static size_t filter_holds(unsigned int number, const struct wish *wish, const struct dump *before,
			   const struct dump *result)
{
	size_t expected = 0;

	for (size_t i = 0; i < before->count; i++) {
		const struct skstat_sample *s = &before->sample[i];
		size_t times = dump_times(result, s->identity.cookie), want = wish_meets(&wish->query, s);

		expected += want;
		if (times != want)
			fail_msg("filter %u (has %#x): a socket in state %u, family %u, ports %u to %u, uid %u, mark %#x came %zu times, not %zu",
				 number, wish->query.has, s->identity.state, s->identity.family, s->identity.sport, s->identity.dport,
				 s->owner.uid, s->identity.mark, times, want);
	}
	assert_int_equal(result->totals.emitted, expected);
	/* What is gone differs: a namespace of an earlier suite is yet being taken down, its sockets in the table. */
	assert_int_equal(result->totals.visited - result->totals.gone, before->totals.visited - before->totals.gone);
	assert_int_equal(result->totals.filtered, before->count - expected);
	assert_int_equal(result->totals.idle, 0);
	same_counts(before, result);
	return expected;
}

static void like_brute_force(void **state)
{
	size_t some = 0, none = 0, all = 0, disturbed = 0;

	(void)state;
	for (unsigned int i = 0; i < filters; i++) {
		struct dump before, result, after;
		struct wish wish;

		dump_take(&before, netlink, NULL);
		wish_draw(&wish, &before);
		dump_take(&result, netlink, &wish.query);
		dump_take(&after, netlink, NULL);
		if (same_sockets(&before, &after)) {
			size_t got = filter_holds(i, &wish, &before, &result);

			none += got == 0;
			all += got == before.count;
			some += got != 0 && got != before.count;
		} else {
			disturbed++;
		}
		dump_free(&before);
		dump_free(&result);
		dump_free(&after);
	}
	note("%zu let some through, %zu none, %zu all; %zu were disturbed", some, none, all, disturbed);
	/* Else it would prove nothing. */
	assert_true(some > filters / 3);
	assert_true(disturbed < filters / 4);
}

int suite_filters(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(like_brute_force),
	};

	if (argc > 0)
		filters = strtoul(argv[0], NULL, 0);
	if (argc > 1)
		seed = strtoull(argv[1], NULL, 0);
	return cmocka_run_group_tests_name("filters", tests, setup, teardown);
}
