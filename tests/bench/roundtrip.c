// SPDX-License-Identifier: GPL-2.0
/* What those pay who send and receive: a ping-pong of 64 bytes while probes are held. */
#include <stdbool.h>
#include <stdio.h>

#include "../vm/lib/dump.h"
#include "../vm/lib/module.h"
#include "../vm/lib/must.h"
#include "../vm/lib/pair.h"
#include "../vm/lib/road.h"
#include "bench.h"

#define ROUNDS 100 /* fit between two ticks of the timer */
#define TIMES  40  /* some of which meet none */
#define WARM   100 /* times as many: until a connection has settled down */
#define TRIES  5
#define BYTES  64
#define PORT   7680
#define QDISC  "netem limit 1000" /* delays nothing, and is not passed by when it is empty, as others are */

#define COUNTERS                                                                                            \
	(SKSTAT_PROBE_BIT(DROP) | SKSTAT_PROBE_BIT(RETRANSMIT) | SKSTAT_PROBE_BIT(RESET) |                  \
	 SKSTAT_PROBE_BIT(LIMIT) | SKSTAT_PROBE_BIT(UDP) | SKSTAT_PROBE_BIT(CHECKSUM))
#define HISTOGRAMS (COUNTERS | SKSTAT_PROBE_BIT(SIZE) | SKSTAT_PROBE_BIT(STATE) | SKSTAT_PROBE_BIT(CONGESTION))

/* One process has both ends: nothing is scheduled in between. */
static void rounds(void *arg)
{
	const struct pair *pair = arg;

	for (int i = 0; i < ROUNDS; i++)
		pair_talk(*pair, BYTES, BYTES);
}

/* What both ends have sent. */
static uint64_t packets(const struct pair *pair)
{
	struct tcpinfo client, server;

	pair_info(pair->client, &client);
	pair_info(pair->server, &server);
	return (uint64_t)client.segs_out + server.segs_out;
}

struct price {
	double round_trip, packets; /* instructions of one, packets in one */
};

static struct price price(struct pair *pair)
{
	struct price price;
	uint64_t before;

	rounds(pair);
	before = packets(pair);
	price.round_trip = (double)bench_best(TIMES, rounds, pair) / ROUNDS;
	price.packets = (double)(packets(pair) - before) / (TIMES * ROUNDS);
	return price;
}

/* As two measurements of the same are. */
static bool same(double a, double b)
{
	return a < b * 1.001 && b < a * 1.001;
}

static void settle(struct pair *pair)
{
	for (int i = 0; i < WARM; i++)
		rounds(pair);
}

/* Held for as long as it lives. */
struct held {
	const char *name;
	uint64_t probes;
	uint64_t hits; /* of them, while they were held the last time */
	struct skstat_netlink *holder;
};

static uint64_t hits(const struct held *held)
{
	struct skstat_info info;
	uint64_t sum = 0;

	must_be(!skstat_netlink_info(held->holder, &info, NULL));
	for (uint32_t id = 1; id < __SKSTAT_PROBE_MAX; id++)
		sum += held->probes & 1ull << id ? info.probe[id].hits : 0;
	return sum;
}

static void hold(struct held *held)
{
	struct skstat_error error = { 0 };

	held->holder = dump_connect();
	held->hits = hits(held);
	if (!skstat_netlink_probe_set(held->holder, held->probes, 0, &error))
		return;
	printf("# %s: %s\n", held->name, error.text);
	must_be(!"the probes can be held");
}

static void release(struct held *held)
{
	/* In so many words: closed, it would take its time. */
	must_be(!skstat_netlink_probe_set(held->holder, 0, held->probes, NULL));
	held->hits = hits(held) - held->hits;
	skstat_netlink_close(held->holder);
}

static void load(struct held *held)
{
	(void)held;
	module_require();
}

static void unload(struct held *held)
{
	(void)held;
	must_be(!module_unload());
}

/*
 * How much more a round trip is between `begin` and `end` than before and after. What is allocated meanwhile may put
 * the kernel's slabs into another order, in which each packet from then on costs some hundred instructions more or
 * less: then before and after differ, and it is measured again.
 */
static struct price more(struct pair *pair, void (*begin)(struct held *), void (*end)(struct held *),
			 struct held *held)
{
	for (int i = 0; i < TRIES; i++) {
		struct price before = price(pair), with, after;

		begin(held);
		with = price(pair);
		end(held);
		after = price(pair);
		printf("# %s: a round trip %.2f before, %.2f with, %.2f after; packets %.3f, %.3f\n", held->name,
		       before.round_trip, with.round_trip, after.round_trip, before.packets, with.packets);
		must_be(same(before.packets, with.packets));
		with.round_trip -= (before.round_trip + after.round_trip) / 2;
		if (same(before.round_trip, after.round_trip))
			return with;
	}
	must_bail(__FILE__, __LINE__, held->name, "is never the same before and after");
}

/* Of probes whose handlers run so many times a packet, at the least: who sees none is not measured. */
static void measure(const struct bench *bench, const char *name, struct pair *pair, uint64_t probes,
		    uint64_t hits_a_packet)
{
	struct held held = { .name = name, .probes = probes };
	struct price price = more(pair, hold, release, &held);

	printf("# %s: %lu times, %lu a packet are expected\n", name, held.hits, hits_a_packet);
	must_be((double)held.hits >= (double)hits_a_packet * price.packets * TIMES * ROUNDS);
	bench_say(bench, name, price.round_trip / price.packets, BENCH_PACKET);
}

static struct pair road_pair(const struct road *road)
{
	struct pair pair = { .client = road_socket(road, ROAD_CLIENT, PAIR_V4) };
	int listener = road_socket(road, ROAD_SERVER, PAIR_V4);

	road_listen(listener, PAIR_V4, ROAD_SERVER, PORT, 1);
	must_be(!road_dial(pair.client, PAIR_V4, ROAD_SERVER, PORT));
	pair.server = must(accept4(listener, NULL, NULL, SOCK_CLOEXEC));
	close(listener);
	return pair;
}

static void pairings(const struct bench *bench)
{
	struct price without;
	struct road road;
	struct pair pair;

	must_be(road_make(&road, false) && road_shape(&road, QDISC));
	pair = road_pair(&road);
	settle(&pair);
	without = price(&pair);
	bench_say(bench, "veth_packets", without.packets, "packets/round-trip");
	bench_say(bench, "veth", without.round_trip, BENCH_ROUND_TRIP);
	measure(bench, "pair_transmit", &pair, SKSTAT_PROBE_BIT(TRANSMIT), 1);
	measure(bench, "pair_qdisc", &pair, SKSTAT_PROBE_BIT(QDISC), 2);
	measure(bench, "pair_read", &pair, SKSTAT_PROBE_BIT(READ), 1);
	measure(bench, "pair_skb", &pair, SKSTAT_PROBE_BIT(SKB), 1);
	pair_close(pair);
	road_free(&road);
}

void figure_roundtrip(const struct bench *bench)
{
	struct held loaded = { .name = "loaded" };
	int listener = pair_listen(PAIR_V4, 1);
	struct pair pair = pair_open(listener, PAIR_V4);
	struct price without;

	module_replace(module_path());
	unload(NULL);
	settle(&pair);
	without = price(&pair);
	bench_say(bench, "roundtrip", without.round_trip, BENCH_ROUND_TRIP);
	bench_say(bench, "roundtrip_packets", without.packets, "packets/round-trip");
	bench_say(bench, "roundtrip_loaded", more(&pair, load, unload, &loaded).round_trip, BENCH_ROUND_TRIP);
	module_require();
	measure(bench, "roundtrip_counters", &pair, COUNTERS, 0);
	measure(bench, "roundtrip_histograms", &pair, HISTOGRAMS, 2);
	pair_close(pair);
	close(listener);
	pairings(bench);
}
