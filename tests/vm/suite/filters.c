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
#include "suite.h"

#define LISTED 4 /* values of one condition, at most */

static struct population population;
static struct skstat_netlink *netlink;
static unsigned int filters = 400;
static uint64_t seed = 20240229, random_state;

/* xorshift64*: the same everywhere. */
static uint32_t draw(uint32_t below)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (uint32_t)((random_state * 0x2545f4914f6cdd1dull) >> 33) % below;
}

/* A query and the lists that it points to. */
struct wish {
	struct skstat_query query;
	struct skstat_range range[2][LISTED];
	struct skstat_prefix prefix[2][LISTED];
	uint64_t netns[LISTED];
};

static int setup(void **state)
{
	struct ns home = ns_current(), other = ns_create(), own;

	(void)state;
	random_state = seed;
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

/* An address as IPv6, IPv4 mapped. */
static void mapped(const struct skstat_identity *identity, bool local, uint8_t to[16])
{
	const struct skstat_addr *address = local ? &identity->saddr : &identity->daddr;

	if (identity->family == AF_INET6) {
		memcpy(to, address, 16);
		return;
	}
	memset(to, 0, 10);
	to[10] = to[11] = 0xff;
	memcpy(to + 12, address, 4);
}

static void ranges_draw(struct wish *wish, int local, const struct skstat_identity *like)
{
	size_t count = 1 + draw(LISTED);
	uint16_t port = local ? like->sport : like->dport;

	for (size_t i = 0; i < count; i++) {
		struct skstat_range *range = &wish->range[local][i];

		switch (draw(4)) {
		case 0: range->min = range->max = port; break;
		case 1: range->min = port > 500 ? port - draw(500) : 0; range->max = port; break;
		case 2: range->min = port; range->max = 65535; break;
		default: range->min = draw(65536); range->max = range->min + draw(65536 - range->min); break;
		}
	}
	*(local ? &wish->query.local_port : &wish->query.remote_port) = wish->range[local];
	*(local ? &wish->query.local_ports : &wish->query.remote_ports) = count;
}

static void prefixes_draw(struct wish *wish, int local, const struct skstat_identity *like)
{
	size_t count = 1 + draw(LISTED);

	for (size_t i = 0; i < count; i++) {
		struct skstat_prefix *prefix = &wish->prefix[local][i];

		mapped(like, local, prefix->address);
		prefix->length = draw(3) ? 96 + draw(33) : draw(129);
		/* One bit differs: inside the length or beyond it. */
		if (draw(2)) {
			uint32_t bit = draw(2) ? draw(128) : 96 + draw(32);

			prefix->address[bit / 8] ^= 0x80 >> bit % 8;
		}
	}
	*(local ? &wish->query.local_prefix : &wish->query.remote_prefix) = wish->prefix[local];
	*(local ? &wish->query.local_prefixes : &wish->query.remote_prefixes) = count;
}

/* One to four conditions, most of them such that a socket that lives meets them. */
static void wish_draw(struct wish *wish, const struct dump *dump)
{
	const struct skstat_sample *like = &dump->sample[draw(dump->count)];
	struct skstat_query *query = &wish->query;
	uint32_t conditions = 1 + draw(4);

	memset(wish, 0, sizeof(*wish));
	while (conditions--) {
		/* Now and then a condition that another socket meets. */
		if (!draw(8))
			like = &dump->sample[draw(dump->count)];
		switch (draw(11)) {
		case 0:
			query->has |= SKSTAT_HAS(STATES);
			query->states = (1u << like->identity.state | draw(1 << 12)) & 0xffe;
			break;
		case 1:
			query->has |= SKSTAT_HAS(FAMILIES);
			query->families = 1 + draw(SKSTAT_FAMILY_ALL);
			break;
		case 2: ranges_draw(wish, 1, &like->identity); break;
		case 3: ranges_draw(wish, 0, &like->identity); break;
		case 4: prefixes_draw(wish, 1, &like->identity); break;
		case 5: prefixes_draw(wish, 0, &like->identity); break;
		case 6:
			query->netns = wish->netns;
			query->namespaces = 1 + draw(LISTED);
			for (size_t i = 0; i < query->namespaces; i++)
				wish->netns[i] = draw(4) ? like->identity.netns : 1 + draw(10);
			break;
		case 7:
			query->has |= SKSTAT_HAS(CGROUP);
			query->cgroup = like->owner.cgroup;
			break;
		case 8:
			query->has |= SKSTAT_HAS(UID);
			query->uid = draw(4) ? like->owner.uid : 1000 + draw(3);
			break;
		case 9:
			query->has |= SKSTAT_HAS(MARK);
			query->mark = like->identity.mark ^ (draw(3) ? 0 : 1u << draw(32));
			if (draw(2)) {
				query->has |= SKSTAT_HAS(MARK_MASK);
				query->mark_mask = draw(2) ? 1u << draw(32) : 0xff;
			}
			break;
		default:
			query->has |= SKSTAT_HAS(IFINDEX);
			query->ifindex = draw(3) ? like->identity.ifindex : 1;
			break;
		}
	}
}

static bool ranges_meet(const struct skstat_range *range, size_t count, uint16_t port)
{
	for (size_t i = 0; i < count; i++) {
		if (port >= range[i].min && port <= range[i].max)
			return true;
	}
	return !count;
}

static bool prefixes_meet(const struct skstat_prefix *prefix, size_t count, const struct skstat_identity *identity,
			  bool local)
{
	uint8_t address[16];

	mapped(identity, local, address);
	for (size_t i = 0; i < count; i++) {
		uint32_t bit = 0;

		while (bit < prefix[i].length &&
		       !((prefix[i].address[bit / 8] ^ address[bit / 8]) & 0x80 >> bit % 8))
			bit++;
		if (bit == prefix[i].length)
			return true;
	}
	return !count;
}

static uint32_t family_of(const struct skstat_identity *identity)
{
	static const uint8_t head[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

	if (identity->family == AF_INET)
		return SKSTAT_FAMILY_INET;
	return memcmp(&identity->daddr, head, sizeof(head)) ? SKSTAT_FAMILY_INET6 : SKSTAT_FAMILY_MAPPED;
}

/* The meaning of a query, as netlink.h has it. */
static bool wished(const struct skstat_query *q, const struct skstat_sample *s)
{
	bool open = s->kind == SKSTAT_KIND_FULL || s->kind == SKSTAT_KIND_LISTEN;
	uint32_t mask = q->has & SKSTAT_HAS(MARK_MASK) ? q->mark_mask : ~0u;
	bool ns = !q->namespaces;

	for (size_t i = 0; i < q->namespaces; i++)
		ns |= q->netns[i] == s->identity.netns;
	return ns && (!(q->has & SKSTAT_HAS(STATES)) || q->states & 1u << s->identity.state) &&
	       (!(q->has & SKSTAT_HAS(FAMILIES)) || q->families & family_of(&s->identity)) &&
	       ranges_meet(q->local_port, q->local_ports, s->identity.sport) &&
	       ranges_meet(q->remote_port, q->remote_ports, s->identity.dport) &&
	       prefixes_meet(q->local_prefix, q->local_prefixes, &s->identity, true) &&
	       prefixes_meet(q->remote_prefix, q->remote_prefixes, &s->identity, false) &&
	       (!(q->has & SKSTAT_HAS(CGROUP)) || (open && s->owner.cgroup == q->cgroup)) &&
	       (!(q->has & SKSTAT_HAS(UID)) || (open && s->owner.uid == q->uid)) &&
	       (!(q->has & SKSTAT_HAS(MARK)) || (s->identity.mark & mask) == (q->mark & mask)) &&
	       (!(q->has & SKSTAT_HAS(IFINDEX)) || s->identity.ifindex == q->ifindex);
}

/* Whether nothing came or went between the two. */
static bool same_sockets(const struct dump *a, const struct dump *b)
{
	if (a->count != b->count)
		return false;
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
		size_t times = dump_times(result, s->identity.cookie), want = wished(&wish->query, s);

		expected += want;
		if (times != want)
			fail_msg("filter %u (has %#x): a socket in state %u, family %u, ports %u to %u, uid %u, mark %#x came %zu times, not %zu",
				 number, wish->query.has, s->identity.state, s->identity.family, s->identity.sport, s->identity.dport,
				 s->owner.uid, s->identity.mark, times, want);
	}
	assert_int_equal(result->totals.emitted, expected);
	assert_int_equal(result->totals.visited, before->totals.visited);
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
