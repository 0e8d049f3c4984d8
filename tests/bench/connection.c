// SPDX-License-Identifier: GPL-2.0
/* What the journal costs those whose connections it is about, and its readers. */
#include <netlink/msg.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#include "../vm/lib/dump.h"
#include "../vm/lib/module.h"
#include "../vm/lib/must.h"
#include "../vm/lib/ns.h"
#include "../vm/lib/pair.h"
#include "bench.h"
#include "sock.h"
#include "source/cursor.h"

#define CONNECTIONS 1000 /* in a measurement */
#define TIMES	    11	 /* in turns, with the journal and without: the median counts, for a doorbell is a part of it */
#define EVENTS	    4	 /* of a connection of which both ends are here */

struct connecting {
	int listener;
	size_t count;
	bool abort; /* by RST; else by FIN, as most end */
};

static void end_in_order(struct pair pair)
{
	close(pair.server); /* first: the port that stays in TIME_WAIT is the listener's, and clients find theirs free */
	close(pair.client);
}

/* No TIME_WAIT: each finds the tables as the one before did. */
static void end_by_reset(struct pair pair)
{
	const struct linger now = { .l_onoff = 1 };

	must(setsockopt(pair.client, SOL_SOCKET, SO_LINGER, &now, sizeof(now)));
	pair_close(pair);
}

static void work(void *arg)
{
	const struct connecting *connecting = arg;

	for (size_t i = 0; i < connecting->count; i++) {
		struct pair pair = pair_open(connecting->listener, PAIR_V4);

		if (connecting->abort)
			end_by_reset(pair);
		else
			end_in_order(pair);
	}
}

static uint64_t written(struct skstat_netlink *netlink)
{
	struct skstat_info info;

	must_be(!skstat_netlink_info(netlink, &info, NULL));
	must_be(!info.journal_dropped);
	return info.journal_written;
}

static void probe_set(struct skstat_netlink *netlink, uint64_t hold, uint64_t release)
{
	must_be(!skstat_netlink_probe_set(netlink, hold, release, NULL));
}

static int by_value(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double median(uint64_t *values)
{
	qsort(values, TIMES, sizeof(*values), by_value);
	return (double)values[TIMES / 2];
}

/*
 * What the kernel has put off to free comes first: a hold that is released has waited for some of it, one that is taken
 * has not, so that the turn with the journal would pay for what the other has left.
 */
static void settle(void)
{
	const struct timespec while_idle = { .tv_nsec = 200 * 1000 * 1000 };

	must(nanosleep(&while_idle, NULL));
}

/* In turns, the journal held and not: what a turn leaves behind (TIME_WAIT) is either's. */
static void measure(const struct bench *bench, struct skstat_netlink *netlink, struct connecting *connecting,
		    const char *name)
{
	uint64_t loaded[TIMES], held[TIMES], before;
	char of[64];

	/* The first hold makes what later ones find. */
	probe_set(netlink, SKSTAT_PROBE_BIT(LIFE), 0);
	work(connecting);
	probe_set(netlink, 0, SKSTAT_PROBE_BIT(LIFE));
	for (int i = 0; i < TIMES; i++) {
		before = written(netlink);
		settle();
		loaded[i] = bench_once(work, connecting);
		must_be(written(netlink) == before);
		probe_set(netlink, SKSTAT_PROBE_BIT(LIFE), 0);
		settle();
		held[i] = bench_once(work, connecting);
		probe_set(netlink, 0, SKSTAT_PROBE_BIT(LIFE));
		must_be(written(netlink) - before == EVENTS * connecting->count);
	}
	snprintf(of, sizeof(of), "%s_loaded", name);
	bench_say(bench, of, median(loaded) / (double)connecting->count, BENCH_CONNECTION);
	snprintf(of, sizeof(of), "%s_life", name);
	bench_say(bench, of, median(held) / (double)connecting->count, BENCH_CONNECTION);
	bench_say(bench, name, (median(held) / median(loaded) - 1) * 1000, "permille");
}

void figure_connection(const struct bench *bench)
{
	struct connecting connecting = { .listener = pair_listen(PAIR_V4, 16), .count = CONNECTIONS };
	struct skstat_netlink *netlink;

	module_require();
	/* All that end here find a place in TIME_WAIT: without, they end in another way. */
	must_be(ns_sysctl("net/ipv4/tcp_max_tw_buckets", "262144"));
	netlink = dump_connect();
	measure(bench, netlink, &connecting, "connection");
	connecting.abort = true;
	measure(bench, netlink, &connecting, "connection_abort");
	skstat_netlink_close(netlink);
	close(connecting.listener);
}

struct reading {
	struct receiver *receiver;
	struct nl_msg *request;
	struct skstat_netlink *netlink;
	struct skstat_cursor from; /* where each reading begins */
	uint64_t events;
};

static void read_received(void *arg)
{
	struct reading *reading = arg;

	receive_dump(reading->receiver, reading->request, NULL, NULL);
}

static int event_take(const struct skstat_sample *sample, void *arg)
{
	struct reading *reading = arg;

	reading->events += sample->event.event_time > 0;
	return 0;
}

static void read_decoded(void *arg)
{
	struct reading *reading = arg;
	struct skstat_cursor cursor = { .instance = reading->from.instance };
	struct skstat_journal_totals totals;

	for (size_t i = 0; i < reading->from.places; i++)
		must_have(skstat_cursor_add(&cursor, reading->from.place[i].cpu, reading->from.place[i].next));
	reading->events = 0;
	must_be(!skstat_netlink_journal(reading->netlink, &cursor, event_take, reading, &totals, NULL));
	must_be(totals.complete && !totals.lost);
	skstat_cursor_free(&cursor);
}

void figure_journal(const struct bench *bench)
{
	struct reading reading = { 0 };
	struct connecting connecting = { .listener = pair_listen(PAIR_V4, 16), .abort = true };
	struct skstat_info info;

	module_require();
	reading.netlink = dump_connect();
	reading.receiver = receiver_new(NETLINK_GENERIC, bench->receive);
	must_be(!skstat_netlink_info(reading.netlink, &info, NULL));
	connecting.count = info.journal_events / EVENTS / 2; /* one CPU: it has them all */
	struct skstat_netlink *holder = dump_connect();

	probe_set(holder, SKSTAT_PROBE_BIT(LIFE), 0);
	must_be(!skstat_netlink_journal_tail(reading.netlink, &reading.from, NULL));
	work(&connecting);
	reading.request = sock_request(reading.receiver, SKSTAT_CMD_JOURNAL, skstat_cursor_size(&reading.from));
	must_be(!skstat_cursor_put(reading.request, &reading.from));

	read_decoded(&reading);
	must_be(reading.events == EVENTS * connecting.count);
	bench_say(bench, "journal", (double)bench_best(BENCH_TIMES, read_received, &reading) / (double)reading.events,
		  BENCH_EVENT);
	must_be(reading.receiver->bytes > reading.events * 100);
	bench_say(bench, "journal_decoded",
		  (double)bench_best(BENCH_TIMES, read_decoded, &reading) / (double)reading.events, BENCH_EVENT);

	skstat_netlink_close(holder);
	nlmsg_free(reading.request);
	receiver_free(reading.receiver);
	skstat_netlink_close(reading.netlink);
	skstat_cursor_free(&reading.from);
	close(connecting.listener);
}
