// SPDX-License-Identifier: GPL-2.0
/* The module's dump of sockets. */
#include <netinet/tcp.h>
#include <string.h>
#include <time.h>

#include <netlink/genl/genl.h>
#include <netlink/msg.h>

#include "../vm/lib/dump.h"
#include "../vm/lib/module.h"
#include "../vm/lib/must.h"
#include "bench.h"
#include "sock.h"

#define QUERY_BYTES 4096
#define OTHERS	  64  /* sockets of a namespace beside the population: listeners, what the guest itself has */
#define ACTIVE_OF 100 /* one in so many sockets, of a delta */

struct nl_msg *sock_request(const struct receiver *receiver, uint8_t command, size_t room)
{
	struct nl_msg *message = must_have(nlmsg_alloc_size(NLMSG_HDRLEN + GENL_HDRLEN + room));

	must_be(genlmsg_put(message, 0, 0, receiver->family, 0, NLM_F_DUMP, command, SKSTAT_FAMILY_VERSION));
	return message;
}

struct sock_dump {
	struct receiver *receiver;
	struct nl_msg *request;
	struct skstat_totals totals; /* of the dump that was looked into */
};

static void take(const struct nlmsghdr *message, void *arg)
{
	struct sock_dump *dump = arg;

	must_be(!skstat_sock_parse(message, NULL, NULL, &dump->totals));
}

static void dump_looked_into(struct sock_dump *dump)
{
	memset(&dump->totals, 0, sizeof(dump->totals));
	receive_dump(dump->receiver, dump->request, take, dump);
	must_be(dump->totals.complete && !dump->totals.partial);
}

static void dump_received(void *arg)
{
	struct sock_dump *dump = arg;

	receive_dump(dump->receiver, dump->request, NULL, NULL);
}

static void sock_open(struct sock_dump *dump, const struct bench *bench, const struct skstat_query *query)
{
	module_require();
	dump->receiver = receiver_new(NETLINK_GENERIC, bench->receive);
	dump->request = sock_request(dump->receiver, SKSTAT_CMD_SOCK, QUERY_BYTES);
	must_be(!skstat_query_put(dump->request, query));
	must_be(!nla_put_u32(dump->request, SKSTAT_SOCK_ROOM, (uint32_t)bench->receive));
}

static void sock_close(struct sock_dump *dump)
{
	nlmsg_free(dump->request);
	receiver_free(dump->receiver);
}

/* A dump that brings between `least` and `most` of the sockets. */
static void measure(const struct bench *bench, const char *name, const struct skstat_query *query, size_t least,
		    size_t most)
{
	struct sock_dump dump;

	sock_open(&dump, bench, query);
	dump_looked_into(&dump);
	must_be(dump.totals.visited >= bench->sockets && dump.totals.visited <= bench->sockets + OTHERS * bench->namespaces);
	if (dump.totals.emitted < least || dump.totals.emitted > most) {
		printf("# %s: %lu sockets came, of %lu\n", name, dump.totals.emitted, dump.totals.visited);
		must_be(!"as many sockets as were meant");
	}
	bench_say(bench, name, (double)bench_best(bench_times(bench), dump_received, &dump) / (double)bench->sockets,
		  BENCH_SOCKET);
	sock_close(&dump);
}

void figure_full(const struct bench *bench)
{
	measure(bench, "full", NULL, bench->sockets, SIZE_MAX);
}

void figure_traffic(const struct bench *bench)
{
	const struct skstat_query query = {
		.has = SKSTAT_HAS(GROUPS),
		.groups = 1u << SKSTAT_GROUP_TRAFFIC,
	};

	measure(bench, "traffic", &query, bench->sockets, SIZE_MAX);
}

void figure_walk(const struct bench *bench)
{
	const struct skstat_query query = { .has = SKSTAT_HAS(STATES), .states = 1u << TCP_CLOSING };

	measure(bench, "walk", &query, 0, 0);
}

/* The token is a little older than the dump: what was active just before would come as well. */
static void rest(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);
}

void figure_delta(const struct bench *bench)
{
	const size_t pairs = bench->sockets / ACTIVE_OF / 2;
	struct skstat_query query = { .has = SKSTAT_HAS(ACTIVE_SINCE) };
	struct sock_dump dump;

	rest();
	sock_open(&dump, bench, NULL);
	dump_looked_into(&dump);
	sock_close(&dump);
	query.active_since = dump.totals.token;
	rest();
	bench_talk(bench, pairs);
	measure(bench, "delta", &query, 2 * pairs, 2 * pairs + OTHERS);
}

struct decoded {
	struct skstat_netlink *netlink;
	uint64_t sum;
};

/* As a reader has to, at the least: each record is handed on whole. */
static int decode(const struct skstat_sample *sample, void *arg)
{
	struct decoded *decoded = arg;

	decoded->sum += sample->traffic.bytes_sent;
	return 0;
}

static void dump_decoded(void *arg)
{
	struct decoded *decoded = arg;

	must_be(!skstat_netlink_sock(decoded->netlink, NULL, decode, decoded, NULL, NULL));
}

void figure_full_decoded(const struct bench *bench)
{
	struct decoded decoded = { 0 };

	module_require();
	decoded.netlink = dump_connect();
	dump_decoded(&decoded);
	must_be(decoded.sum > 0);
	bench_say(bench, "full_decoded",
		  (double)bench_best(bench_times(bench), dump_decoded, &decoded) / (double)bench->sockets, BENCH_SOCKET);
	skstat_netlink_close(decoded.netlink);
}
