// SPDX-License-Identifier: GPL-2.0
/*
 * Dumps while sockets and namespaces come and go: a socket that lived throughout is in every dump, once; and one that
 * is used again and again is never seen while its figures are being zeroed.
 */
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

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

/* --- disconnect and reuse */

#define AGAIN_PORT 7810
#define AGAIN	   64 /* as many as can be held at a time by a dump */

/* Connections, talked over; then the same sockets are free again. */
static const char *use_again(void *arg, uint64_t round)
{
	static int listener, fd[AGAIN];
	const struct sockaddr_in to = { .sin_family = AF_INET,
					.sin_port = htons(AGAIN_PORT),
					.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const struct sockaddr nobody = { .sa_family = AF_UNSPEC };
	struct pair pair;

	(void)arg;
	if (!round)
		listener = pair_listen_at(PAIR_V4, AGAIN_PORT, AGAIN);
	for (size_t i = 0; i < AGAIN; i++) {
		if (!round)
			fd[i] = pair_socket(PAIR_V4);
		must(connect(fd[i], (const struct sockaddr *)&to, sizeof(to)));
		pair.client = fd[i];
		pair.server = must(accept4(listener, NULL, NULL, SOCK_CLOEXEC));
		pair_talk(pair, 100, 100);
		close(pair.server);
	}
	for (size_t i = 0; i < AGAIN; i++)
		must(connect(fd[i], &nobody, sizeof(nobody)));
	return NULL;
}

/* Whoever is connected has sent a SYN; whoever has sent bytes has sent segments. Else, what is wrong. */
static const char *zeroed(const struct skstat_sample *sample)
{
	const struct skstat_traffic *traffic = &sample->traffic;
	static char why[128];

	if (sample->kind != SKSTAT_KIND_FULL || sample->identity.state == TCP_SYN_SENT)
		return NULL;
	if (traffic->segs_out && (!traffic->bytes_sent || traffic->data_segs_out))
		return NULL;
	snprintf(why, sizeof(why), "state %u, but %u segments sent, %u of them with %" PRIu64 " bytes",
		 sample->identity.state, traffic->segs_out, traffic->data_segs_out, (uint64_t)traffic->bytes_sent);
	return why;
}

static const char *look_for_zeroes(void *arg, uint64_t round)
{
	static struct skstat_netlink *netlink;
	const struct skstat_range port = { AGAIN_PORT, AGAIN_PORT };
	const struct skstat_query query = { .remote_port = &port, .remote_ports = 1 };
	const char *wrong;
	struct dump dump;

	(void)arg;
	(void)round;
	if (!netlink)
		netlink = dump_connect();
	wrong = dump_try(&dump, netlink, &query);
	for (size_t i = 0; !wrong && i < dump.count; i++)
		wrong = zeroed(&dump.sample[i]);
	dump_free(&dump);
	return wrong;
}

static void figures_of_one_connection(void **state)
{
	struct crew *crew = crew_make();
	size_t users, dumper;
	const char *wrong;

	(void)state;
	users = crew_add(crew, use_again, NULL);
	dumper = crew_add(crew, look_for_zeroes, NULL);
	crew_await(crew, dumper, pair_scaled(1000));
	crew_await(crew, users, pair_scaled(100));
	note("%lu dumps, %lu times used again", crew->rounds[dumper], crew->rounds[users]);
	wrong = crew_dismiss(crew);
	if (wrong)
		fail_msg("%s", wrong);
	crew_free(crew);
}

int suite_churn(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(those_who_stay_are_there),
		cmocka_unit_test(long_chains_were_met),
		cmocka_unit_test(figures_of_one_connection),
	};

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("churn", tests, setup, teardown);
}
