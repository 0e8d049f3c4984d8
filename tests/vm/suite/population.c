// SPDX-License-Identifier: GPL-2.0
/*
 * Every socket of a known population is in a dump once, and as what it is; the counts of every namespace are right; and
 * the SNMP counters are those that the namespace itself shows.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "../lib/dump.h"
#include "../lib/inetdiag.h"
#include "../lib/mib.h"
#include "../lib/module.h"
#include "../lib/must.h"
#include "../lib/ns.h"
#include "../lib/population.h"
#include "suite.h"

enum { HOME, FIRST, SECOND, OWN_TABLE, NAMESPACES };

static struct ns ns[NAMESPACES];
static size_t namespaces = NAMESPACES;
static struct population population;
static struct skstat_netlink *netlink;

static int setup(void **state)
{
	(void)state;
	module_require();
	pair_many_files();
	netlink = dump_connect();
	ns[HOME] = ns_current();
	ns[FIRST] = ns_create();
	ns[SECOND] = ns_create();
	if (!ns_create_with_table(64, &ns[OWN_TABLE])) {
		note("this kernel has no socket tables of a namespace's own");
		namespaces = OWN_TABLE;
	}

	ns_enter(&ns[HOME]);
	population_pairs(&population, PAIR_V4, pair_scaled(50));
	ns_enter(&ns[FIRST]);
	population_pairs(&population, PAIR_V4, pair_scaled(2500));
	population_stuck(&population, PAIR_V4);
	ns_enter(&ns[SECOND]);
	population_pairs(&population, PAIR_V6, pair_scaled(1000));
	population_pairs(&population, PAIR_MAPPED, pair_scaled(500));
	population_half_closed(&population, PAIR_V6, pair_scaled(40));
	population_stuck(&population, PAIR_V6);
	if (namespaces > OWN_TABLE) {
		ns_enter(&ns[OWN_TABLE]);
		population_pairs(&population, PAIR_V4, pair_scaled(400));
		population_pairs(&population, PAIR_MAPPED, pair_scaled(100));
	}
	/* What lasts a minute only comes last. */
	for (size_t i = FIRST; i < namespaces; i++) {
		ns_enter(&ns[i]);
		population_listeners(&population, i == SECOND ? PAIR_V6 : PAIR_V4, 5, 4 + i);
		population_half_closed(&population, PAIR_MAPPED, pair_scaled(20));
		population_embryonic(&population, PAIR_V6, 7 + i);
		population_embryonic(&population, PAIR_V4, 9 + i);
		population_time_wait(&population, PAIR_V4, pair_scaled(100) + i);
		population_time_wait(&population, PAIR_V6, pair_scaled(50) + i);
	}
	ns_enter(&ns[HOME]);
	note("%zu sockets in %zu namespaces", population.count, namespaces);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	population_free(&population);
	skstat_netlink_close(netlink);
	return 0;
}

/* A connection as it can be compared: namespace, ends, family. */
struct key {
	uint32_t inode;
	uint16_t sport, dport;
	uint8_t family, state;
	struct skstat_addr saddr, daddr;
	const struct skstat_sample *sample;
};

static int key_order(const void *a, const void *b)
{
	return memcmp(a, b, offsetof(struct key, sample));
}

static struct key *keys_make(const struct dump *dump)
{
	struct key *keys = must_have(calloc(dump->count + 1, sizeof(*keys)));

	for (size_t i = 0; i < dump->count; i++) {
		const struct skstat_identity *identity = &dump->sample[i].identity;

		for (size_t n = 0; n < dump->ns_count; n++) {
			if (dump->ns[n].netns.netns_id == identity->netns)
				keys[i].inode = dump->ns[n].netns.netns_inode;
		}
		assert_int_not_equal(keys[i].inode, 0); /* its namespace has a NETNS record */
		keys[i].sport = identity->sport;
		keys[i].dport = identity->dport;
		keys[i].family = identity->family;
		keys[i].state = identity->state;
		keys[i].saddr = identity->saddr;
		keys[i].daddr = identity->daddr;
		keys[i].sample = &dump->sample[i];
	}
	qsort(keys, dump->count, sizeof(*keys), key_order);
	return keys;
}

static const struct skstat_sample *member_find(const struct key *keys, size_t count, const struct member *member)
{
	const struct key *found;
	struct key key;

	memset(&key, 0, sizeof(key)); /* its padding is compared too */
	key.inode = member->inode;
	key.sport = member->sport;
	key.dport = member->dport;
	key.family = member->family;
	key.state = member->state;
	key.saddr = member->saddr;
	key.daddr = member->daddr;
	found = bsearch(&key, keys, count, sizeof(key), key_order);
	return found ? found->sample : NULL;
}

/* With messages of netlink's own size, of two pieces, and as long as this reader takes them by itself. */
static const struct skstat_query rooms[] = {
	{ .has = SKSTAT_HAS(ROOM), .room = 1 },
	{ .has = SKSTAT_HAS(ROOM), .room = 70000 },
	{ 0 },
};
#define ROOMS (sizeof(rooms) / sizeof(rooms[0]))

static void every_socket_once_in(const struct skstat_query *query)
{
	struct dump dump;
	struct key *keys;
	size_t lost = 0, inside = 0;

	dump_take(&dump, netlink, query);
	keys = keys_make(&dump);
	for (size_t i = 1; i < dump.count; i++)
		assert_int_not_equal(key_order(&keys[i - 1], &keys[i]), 0); /* nothing twice */
	for (size_t i = 0; i < population.count; i++) {
		const struct member *member = &population.member[i];
		const struct skstat_sample *sample = member_find(keys, dump.count, member);

		if (!sample) {
			if (!lost++)
				note("not there: state %u family %u port %u to %u", member->state, member->family,
				     member->sport, member->dport);
			continue;
		}
		assert_int_equal(sample->kind, member->kind);
		assert_int_equal(sample->identity.ifindex, 0);
		assert_int_not_equal(sample->identity.cookie, 0);
		if (member->fd >= 0)
			assert_int_equal(sample->identity.cookie, population_cookie(member));
	}
	assert_int_equal(lost, 0);

	/* And in the namespaces that are the test's alone there is nothing else. */
	for (size_t i = 0; i < dump.count; i++)
		inside += keys[i].inode != ns[HOME].inode;
	for (size_t i = 0; i < population.count; i++)
		inside -= population.member[i].inode != ns[HOME].inode;
	assert_int_equal(inside, 0);
	free(keys);
	dump_free(&dump);
}

static void every_socket_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROOMS; i++)
		every_socket_once_in(&rooms[i]);
}

/* Messages are as long as the reader says, and no longer. */
static void messages_fill_the_room(void **state)
{
	const struct skstat_source_cost *cost = skstat_netlink_cost(netlink);
	uint64_t datagrams[ROOMS];

	(void)state;
	for (size_t i = 0; i < ROOMS; i++) {
		struct skstat_source_cost before = *cost;
		uint64_t mean;
		struct dump dump;

		dump_take(&dump, netlink, &rooms[i]);
		dump_free(&dump);
		datagrams[i] = cost->datagrams - before.datagrams;
		mean = (cost->bytes - before.bytes) / datagrams[i];
		note("room %u: %lu datagrams of %lu bytes", rooms[i].room, datagrams[i], mean);
		if (rooms[i].room)
			assert_true(mean <= (rooms[i].room > 32768 ? rooms[i].room : 32768));
		if (i)
			assert_true(datagrams[i] < datagrams[i - 1]);
	}
}

#define TALKERS 24 /* connections that, one after the other, have more to say than all others */

static bool congestion_set(const struct member *member, const char *name)
{
	return !setsockopt(member->fd, IPPROTO_TCP, TCP_CONGESTION, name, strlen(name));
}

/* What the algorithm says is in the record of that connection, and no other. */
static void one_is_vegas(const struct skstat_query *query, const struct member *member)
{
	const uint64_t cookie = population_cookie(member);
	struct dump dump;
	size_t found = 0;

	dump_take(&dump, netlink, query);
	for (size_t i = 0; i < dump.count; i++) {
		const struct skstat_sample *sample = &dump.sample[i];
		bool is_it = sample->identity.cookie == cookie;

		if (sample->kind != SKSTAT_KIND_FULL)
			continue;
		found += is_it;
		if (is_it)
			assert_string_equal(sample->congestion.cong.text, "vegas");
		else
			assert_string_not_equal(sample->congestion.cong.text, "vegas");
		assert_int_equal(sample->congestion.vegas_rtt != 0, is_it);
	}
	assert_int_equal(found, 1);
	dump_free(&dump);
}

/*
 * Records are short as long as no algorithm has more to say than its name. From the first that has, those of its step are
 * longer than was thought when they were found: they go on in another piece, wherever in the step that is.
 */
static void one_says_more(void **state)
{
	size_t tried = 0;

	(void)state;
	for (size_t i = 0; i < population.count && tried < TALKERS; i++) {
		const struct member *member = &population.member[(i * 7919) % population.count];

		if (member->fd < 0 || member->kind != SKSTAT_KIND_FULL || member->state != TCP_ESTABLISHED)
			continue;
		if (!congestion_set(member, "vegas")) {
			note("this kernel has no vegas");
			skip();
		}
		for (size_t room = 0; room < ROOMS; room++) {
			every_socket_once_in(&rooms[room]);
			one_is_vegas(&rooms[room], member);
		}
		must_be(congestion_set(member, "cubic"));
		tried++;
	}
	assert_int_equal(tried, TALKERS);
}

struct peeking {
	uint64_t *cookie;
	size_t count, peeked;
};

/* Looks at what is in the queue, and leaves it there: the kernel fills the next message meanwhile, up to a point. */
static int peek_now_and_then(const struct skstat_sample *sample, void *arg)
{
	struct peeking *peeking = arg;
	char byte;

	if (sample->kind == SKSTAT_KIND_NETNS)
		return 0;
	if (peeking->count == 4 * population.count)
		return -EOVERFLOW;
	if (peeking->count++ % 64 == 0)
		peeking->peeked += recv(skstat_netlink_fd(netlink), &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 1;
	peeking->cookie[peeking->count - 1] = sample->identity.cookie;
	return 0;
}

static int cookie_order(const void *a, const void *b)
{
	const uint64_t *one = a, *other = b;

	return (*one > *other) - (*one < *other);
}

/* What still waits to be read is not written over by the message after it. */
static void messages_stay_as_they_were(void **state)
{
	struct peeking peeking = { 0 };
	struct skstat_totals totals;

	(void)state;
	peeking.cookie = must_have(calloc(4 * population.count, sizeof(uint64_t)));
	assert_int_equal(skstat_netlink_sock(netlink, &rooms[1], peek_now_and_then, &peeking, &totals, NULL), 0);
	assert_true(peeking.peeked > 10);
	assert_true(totals.complete);
	assert_int_equal(peeking.count, totals.emitted);
	qsort(peeking.cookie, peeking.count, sizeof(*peeking.cookie), cookie_order);
	for (size_t i = 1; i < peeking.count; i++)
		assert_true(peeking.cookie[i - 1] < peeking.cookie[i]);
	free(peeking.cookie);
}

/* SYN_RECV, connection and TIME_WAIT may share a cookie; what is there at one time may not. */
static void cookies_are_unique(void **state)
{
	struct dump dump;

	(void)state;
	dump_take(&dump, netlink, NULL);
	for (size_t i = 0; i < dump.count; i++)
		assert_int_equal(dump_times(&dump, dump.sample[i].identity.cookie), 1);
	dump_free(&dump);
}

static void states_are_counted(void **state)
{
	const struct skstat_query nothing = { .has = SKSTAT_HAS(STATES), .states = 1 << TCP_CLOSE };
	bool have_diag = diag_available();
	struct dump dump;

	(void)state;
	for (int filtered = 0; filtered < 2; filtered++) {
		/* A filter does not change what is counted. */
		dump_take(&dump, netlink, filtered ? &nothing : NULL);
		if (filtered)
			assert_int_equal(dump.totals.emitted, 0);
		for (size_t i = FIRST; i < namespaces; i++) {
			const struct skstat_netns *counts = dump_ns(&dump, ns[i].inode);
			struct diag_table table = { 0 };

			assert_non_null(counts);
			ns_enter(&ns[i]);
			if (have_diag)
				diag_read(&table);
			ns_enter(&ns[HOME]);
			for (uint8_t s = TCP_ESTABLISHED; s <= TCP_CLOSING; s++) {
				size_t known = population_by_state(&population, ns[i].inode, s);

				if (dump_ns_state(counts, s) != known)
					fail_msg("state %u: %u, not %zu", s, dump_ns_state(counts, s), known);
				if (have_diag)
					assert_int_equal(dump_ns_state(counts, s), diag_by_state(&table, s));
			}
			diag_free(&table);
		}
		dump_free(&dump);
	}
	if (!have_diag)
		note("no inet_diag here: counts were compared with the known ones only");
}

static void mib_is_the_namespaces_own(void **state)
{
	struct skstat_schema schema;
	struct skstat_error error;

	(void)state;
	assert_int_equal(skstat_netlink_schema(netlink, &schema, &error), 0);
	for (size_t i = 0; i < namespaces; i++)
		mib_matches(netlink, &schema, &ns[i]);
	skstat_schema_free(&schema);
}

static void info_counts_the_walks(void **state)
{
	struct skstat_info before, after;
	struct skstat_error error;
	struct dump dump;

	(void)state;
	assert_int_equal(skstat_netlink_info(netlink, &before, &error), 0);
	dump_take(&dump, netlink, NULL);
	assert_int_equal(skstat_netlink_info(netlink, &after, &error), 0);
	assert_int_equal(after.abi, SKSTAT_FAMILY_VERSION);
	assert_int_equal(after.instance, before.instance);
	assert_int_equal(after.instance, dump.totals.instance);
	assert_int_not_equal(after.instance, 0);
	assert_int_equal(after.namespaces, dump.ns_count);
	assert_int_equal(after.walks, before.walks + 1);
	assert_int_equal(after.walk_sockets, before.walk_sockets + dump.totals.visited);
	assert_true(after.walk_ns > before.walk_ns);
	assert_true(dump.totals.ns > 0);
	assert_true(after.hz > 0 && after.cpus > 0 && strlen(after.version) > 0);
	dump_free(&dump);
}

int suite_population(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		/* The first dump is the first to ask for cookies, so that the module must draw them. */
		cmocka_unit_test(every_socket_once),
		cmocka_unit_test(one_says_more),
		cmocka_unit_test(messages_fill_the_room),
		cmocka_unit_test(messages_stay_as_they_were),
		cmocka_unit_test(cookies_are_unique),
		cmocka_unit_test(states_are_counted),
		cmocka_unit_test(mib_is_the_namespaces_own),
		cmocka_unit_test(info_counts_the_walks),
	};

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("population", tests, setup, teardown);
}
