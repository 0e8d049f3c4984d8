// SPDX-License-Identifier: GPL-2.0
/* What those pay who send and receive: a ping-pong of 64 bytes while probes are held. */
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
#define BYTES  64
#define PORT   7680

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

static void settle(struct pair *pair)
{
	for (int i = 0; i < WARM; i++)
		rounds(pair);
}

/* With these probes held, per packet more than without; the same number of packets. */
static void measure(const struct bench *bench, const char *name, struct pair *pair, struct price without,
		    uint64_t probes)
{
	struct skstat_netlink *holder = dump_connect();
	struct skstat_error error = { 0 };
	struct price with;

	if (skstat_netlink_probe_set(holder, probes, 0, &error)) {
		printf("# %s: %s\n", name, error.text);
		must_be(!"the probes can be held");
	}
	with = price(pair);
	must_be(with.packets < without.packets * 1.01 && with.packets > without.packets * 0.99);
	bench_say(bench, name, (with.round_trip - without.round_trip) / without.packets, BENCH_PACKET);
	/* In so many words: closed, it would take its time. */
	must_be(!skstat_netlink_probe_set(holder, 0, probes, NULL));
	skstat_netlink_close(holder);
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

	must_be(road_make(&road, false) && road_shape(&road, "pfifo"));
	pair = road_pair(&road);
	settle(&pair);
	without = price(&pair);
	bench_say(bench, "veth_packets", without.packets, "packets/round-trip");
	bench_say(bench, "veth", without.round_trip, BENCH_ROUND_TRIP);
	measure(bench, "pair_transmit", &pair, without, SKSTAT_PROBE_BIT(TRANSMIT));
	measure(bench, "pair_qdisc", &pair, without, SKSTAT_PROBE_BIT(QDISC));
	measure(bench, "pair_read", &pair, without, SKSTAT_PROBE_BIT(READ));
	measure(bench, "pair_skb", &pair, without, SKSTAT_PROBE_BIT(SKB));
	pair_close(pair);
	road_free(&road);
}

void figure_roundtrip(const struct bench *bench)
{
	struct price without, loaded;
	int listener = pair_listen(PAIR_V4, 1);
	struct pair pair = pair_open(listener, PAIR_V4);

	module_unload();
	must_be(!module_loaded());
	settle(&pair);
	without = price(&pair);
	module_require();
	loaded = price(&pair);
	bench_say(bench, "roundtrip", without.round_trip, BENCH_ROUND_TRIP);
	bench_say(bench, "roundtrip_packets", without.packets, "packets/round-trip");
	bench_say(bench, "roundtrip_loaded", loaded.round_trip - without.round_trip, BENCH_ROUND_TRIP);
	measure(bench, "roundtrip_counters", &pair, loaded, COUNTERS);
	measure(bench, "roundtrip_histograms", &pair, loaded, HISTOGRAMS);
	pair_close(pair);
	close(listener);
	pairings(bench);
}
