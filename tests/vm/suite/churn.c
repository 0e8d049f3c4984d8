// SPDX-License-Identifier: GPL-2.0
/*
 * Dumps while sockets and namespaces come and go: a socket that lived throughout is in every dump, once.
 */
#include "../lib/dump.h"
#include "../lib/module.h"
#include "../lib/must.h"
#include "../lib/ns.h"
#include "../lib/population.h"
#include "../lib/worker.h"
#include "suite.h"

/* So few buckets that their chains are longer than a message has room for. */
#define TABLE_ENTRIES 16

#define DUMPERS 2

static struct population population;
static struct ns home, small_table;
static bool have_table;
static uint64_t *cookie; /* of those who stay */

static int setup(void **state)
{
	(void)state;
	module_require();
	pair_many_files();
	home = ns_current();
	population_pairs(&population, PAIR_V4, pair_scaled(500));
	population_pairs(&population, PAIR_V6, pair_scaled(200));
	have_table = ns_create_with_table(TABLE_ENTRIES, &small_table);
	if (have_table) {
		ns_enter(&small_table);
		population_pairs(&population, PAIR_V4, pair_scaled(1500));
		ns_enter(&home);
	} else {
		note("this kernel has no socket tables of a namespace's own: no chain is long");
	}
	cookie = must_have(calloc(population.count, sizeof(*cookie)));
	for (size_t i = 0; i < population.count; i++)
		cookie[i] = population_cookie(&population.member[i]);
	note("%zu sockets stay", population.count);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	population_free(&population);
	free(cookie);
	return 0;
}

/* Opens and closes a few connections, in every way that leaves something else behind. */
static const char *come_and_go(void *arg, uint64_t round)
{
	static int listener = -1;
	struct pair pair[8];

	if (!round) {
		if (arg)
			ns_enter(arg);
		listener = pair_listen(PAIR_V4, 128);
	}
	for (size_t i = 0; i < 8; i++)
		pair[i] = pair_open(listener, PAIR_V4);
	for (size_t i = 0; i < 8; i++) {
		const struct linger reset = { .l_onoff = i % 2 };

		must(setsockopt(pair[i].client, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)));
		pair_close(pair[i]);
	}
	return NULL;
}

static const char *found_namespaces(void *arg, uint64_t round)
{
	struct ns before = ns_current(), ns;
	struct pair pair;
	int listener;

	(void)arg;
	if (round % 3 || !ns_create_with_table(8, &ns))
		ns = ns_create();
	ns_enter(&ns);
	listener = pair_listen(PAIR_V4, 8);
	pair = pair_open(listener, PAIR_V4);
	pair_close(pair);
	close(listener);
	ns_enter(&before);
	ns_close(&ns);
	ns_close(&before);
	return NULL;
}

static const char *miss(const struct dump *dump)
{
	static char why[128];

	for (size_t i = 0; i < population.count; i++) {
		size_t times = dump_times(dump, cookie[i]);

		if (times == 1)
			continue;
		snprintf(why, sizeof(why), "a socket that stays (%zu of %zu) is there %zu times", i, population.count,
			 times);
		return why;
	}
	return NULL;
}

static const char *dump_and_look(void *arg, uint64_t round)
{
	static struct skstat_netlink *netlink;
	const struct skstat_query exact = { .exact = true };
	const char *wrong;
	struct dump dump;

	(void)arg;
	if (!netlink)
		netlink = dump_connect();
	wrong = dump_try(&dump, netlink, round % 4 == 3 ? &exact : NULL);
	if (!wrong)
		wrong = miss(&dump);
	dump_free(&dump);
	return wrong;
}

static void those_who_stay_are_there(void **state)
{
	struct crew *crew = crew_make();
	size_t dumper[DUMPERS], last;
	const char *wrong;

	(void)state;
	crew_add(crew, come_and_go, NULL);
	if (have_table)
		crew_add(crew, come_and_go, &small_table);
	last = crew_add(crew, found_namespaces, NULL);
	for (size_t i = 0; i < DUMPERS; i++)
		dumper[i] = crew_add(crew, dump_and_look, NULL);

	/* So many dumps, and so much to make them hard. */
	for (size_t i = 0; i < DUMPERS; i++)
		crew_await(crew, dumper[i], pair_scaled(30));
	crew_await(crew, last, pair_scaled(20));
	note("%lu and %lu dumps; %lu rounds of connections, %lu namespaces", crew->rounds[dumper[0]],
	     crew->rounds[dumper[1]], crew->rounds[0], crew->rounds[last]);
	wrong = crew_dismiss(crew);
	if (wrong)
		fail_msg("%s", wrong);
	crew_free(crew);
}

/* Chains that do not fit are taken in parts; say whether this was so. */
static void long_chains_were_met(void **state)
{
	struct skstat_netlink *netlink = dump_connect();
	const struct skstat_netns *counts;
	struct dump dump;

	(void)state;
	if (!have_table)
		skip_because("no tables of a namespace's own");
	dump_take(&dump, netlink, NULL);
	counts = dump_ns(&dump, small_table.inode);
	assert_non_null(counts);
	/* The first message has room for six records, the others for sixty. */
	assert_true(counts->established / TABLE_ENTRIES > pair_scaled(100));
	dump_free(&dump);
	skstat_netlink_close(netlink);
}

int suite_churn(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(those_who_stay_are_there),
		cmocka_unit_test(long_chains_were_met),
	};

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("churn", tests, setup, teardown);
}
