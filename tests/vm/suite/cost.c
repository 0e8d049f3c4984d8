// SPDX-License-Identifier: GPL-2.0
/*
 * What TCP costs without the module, with it, and while its probes are held. Meant for a guest whose clock counts
 * instructions (tests/vm/run --icount): a nanosecond is one there, and the same work takes the same time.
 */
#include <inttypes.h>

#include "../lib/dump.h"
#include "../lib/module.h"
#include "../lib/must.h"
#include "../lib/pair.h"
#include "source/channel.h"
#include "suite.h"

#define ROUNDS 1000 /* round trips in a measurement */
#define CONNECTIONS 500
#define TIMES 9 /* measurements, of which the best counts: the others met the timer's ticks */
#define BYTES 64

/*
 * In per mille: what two measurements of the same may differ by (without the module they differ by 1, of connections,
 * which allocate and free, by 7), and what the usual probes may add to a round trip (13).
 */
#define SAME 5
#define SAME_CONNECTION 15
#define HELD_ROUND_TRIP 30

/* What an exporter holds unless it is told otherwise. */
#define USUAL                                                                                       \
	(SKSTAT_PROBE_BIT(LIFE) | SKSTAT_PROBE_BIT(FIRST_BYTE) | SKSTAT_PROBE_BIT(READER) |         \
	 SKSTAT_PROBE_BIT(SYNACK) | SKSTAT_PROBE_BIT(DROP) | SKSTAT_PROBE_BIT(RETRANSMIT) |         \
	 SKSTAT_PROBE_BIT(RESET) | SKSTAT_PROBE_BIT(LIMIT) | SKSTAT_PROBE_BIT(UDP) |                \
	 SKSTAT_PROBE_BIT(CHECKSUM) | SKSTAT_PROBE_BIT(STATE) | SKSTAT_PROBE_BIT(CONGESTION))

/* What `life` may cost a connection, in instructions: both its ends are opened and closed, which are four events. */
#define EVENTS 4
#define HELD_EVENT 2500

static int listener;
static uint64_t available;

/* One process has both ends: nothing is scheduled in between. */
static uint64_t round_trips(void)
{
	struct pair pair = pair_open(listener, PAIR_V4);
	uint64_t began;

	pair_talk(pair, BYTES, BYTES);
	began = skstat_channel_clock();
	for (int i = 0; i < ROUNDS; i++)
		pair_talk(pair, BYTES, BYTES);
	began = skstat_channel_clock() - began;
	pair_close(pair);
	return began / ROUNDS;
}

static uint64_t connections(void)
{
	const struct linger now = { .l_onoff = 1 };
	uint64_t began = skstat_channel_clock();

	for (int i = 0; i < CONNECTIONS; i++) {
		struct pair pair = pair_open(listener, PAIR_V4);

		/* No TIME_WAIT: each finds the tables as the one before did. */
		must(setsockopt(pair.client, SOL_SOCKET, SO_LINGER, &now, sizeof(now)));
		pair_close(pair);
	}
	return (skstat_channel_clock() - began) / CONNECTIONS;
}

static uint64_t best(uint64_t (*measure)(void))
{
	uint64_t least = ~0ull, value;

	for (int i = 0; i < TIMES; i++) {
		value = measure();
		least = value < least ? value : least;
	}
	return least;
}

struct price {
	uint64_t round_trip, connection;
};

static struct price price(const char *when)
{
	struct price price = { best(round_trips), best(connections) };

	note("%s: %" PRIu64 " ns a round trip, %" PRIu64 " ns a connection", when, price.round_trip, price.connection);
	return price;
}

/* How much more, in per mille; less is negative. */
static int64_t more(uint64_t value, uint64_t than)
{
	return ((int64_t)value - (int64_t)than) * 1000 / (int64_t)than;
}

#define assert_same(value, than, per_mille) assert_in_range(more(value, than) + (per_mille), 0, 2 * (per_mille))

static struct skstat_info info_of(struct skstat_netlink *netlink)
{
	struct skstat_error error;
	struct skstat_info info;

	assert_int_equal(skstat_netlink_info(netlink, &info, &error), 0);
	return info;
}

static uint64_t hits(struct skstat_netlink *netlink)
{
	struct skstat_info info = info_of(netlink);
	uint64_t sum = 0;

	for (uint32_t id = 1; id < __SKSTAT_PROBE_MAX; id++) {
		sum += info.probe[id].hits;
		available |= info.probe[id].available ? 1ull << id : 0;
	}
	return sum;
}

static struct skstat_netlink *hold(uint64_t probes)
{
	struct skstat_netlink *netlink = dump_connect();
	struct skstat_error error;

	assert_int_equal(skstat_netlink_probe_set(netlink, probes, 0, &error), 0);
	return netlink;
}

static void what_it_costs(void **state)
{
	struct price without, loaded, life, usual, all, released;
	struct skstat_netlink *asker, *holder;
	uint64_t before;
	int64_t event;

	(void)state;
	module_unload();
	assert_false(module_loaded());
	price("to warm up");
	without = price("without the module");

	module_require();
	asker = dump_connect();
	loaded = price("loaded, nothing held");
	assert_int_equal(hits(asker), 0);

	holder = hold(SKSTAT_PROBE_BIT(LIFE));
	life = price("`life` held");
	/* Released in so many words: closed, it would take its time. */
	assert_int_equal(skstat_netlink_probe_set(holder, 0, available, NULL), 0);
	assert_int_equal(skstat_netlink_probe_set(holder, available & USUAL, 0, NULL), 0);
	usual = price("what an exporter holds by itself");
	assert_true(hits(asker) > ROUNDS);
	assert_int_equal(skstat_netlink_probe_set(holder, 0, available, NULL), 0);
	before = hits(asker);
	released = price("released");
	assert_int_equal(hits(asker), before);
	assert_int_equal(skstat_netlink_probe_set(holder, available, 0, NULL), 0);
	all = price("everything held");
	assert_int_equal(skstat_netlink_probe_set(holder, 0, available, NULL), 0);

	event = ((int64_t)life.connection - (int64_t)loaded.connection) / EVENTS;
	note("per mille more: a connection with `life` %" PRId64 " (%" PRId64 " ns an event), with the usual %" PRId64
	     ", with everything %" PRId64 "; a round trip with the usual %" PRId64 ", with everything %" PRId64,
	     more(life.connection, loaded.connection), event, more(usual.connection, loaded.connection),
	     more(all.connection, loaded.connection), more(usual.round_trip, loaded.round_trip),
	     more(all.round_trip, loaded.round_trip));
	assert_same(loaded.round_trip, without.round_trip, SAME);
	assert_same(released.round_trip, without.round_trip, SAME);
	assert_same(loaded.connection, without.connection, SAME_CONNECTION);
	assert_same(released.connection, without.connection, SAME_CONNECTION);
	assert_true(more(usual.round_trip, loaded.round_trip) < HELD_ROUND_TRIP);
	assert_true(event < HELD_EVENT);
	skstat_netlink_close(holder);
	skstat_netlink_close(asker);
}

int suite_cost(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(what_it_costs) };

	(void)argc;
	(void)argv;
	listener = pair_listen_at(PAIR_V4, 7670, 16);
	return cmocka_run_group_tests_name("cost", tests, NULL, NULL);
}
