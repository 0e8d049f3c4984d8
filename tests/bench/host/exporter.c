// SPDX-License-Identifier: GPL-2.0
/*
 * What the exporter spends in user space, without a kernel: dumps made by hand, decoded, modelled, published, rendered.
 * `measured()` is what callgrind is to look at (tests/bench/host/run); run by itself, this only says how much was done.
 *
 *	exporter FIGURE SOCKETS [PORTS]
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <linux/genetlink.h>
#include <malloc.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/model.h"
#include "model/module_families.h"
#include "model/self_families.h"
#include "render/statsd_format.h"
#include "render/text_format.h"
#include "snapshot/snapshot.h"

#define SECOND UINT64_C(1000000000)
#define DATAGRAM 32768 /* of a dump, at most */
#define HEADERS (NLMSG_HDRLEN + GENL_HDRLEN + NLA_HDRLEN + sizeof(struct skstat_run))

struct bench {
	uint32_t sockets, ports;
	struct skstat_schema schema;
	struct skstat_self self;
	struct skstat_poll poll;
	struct skstat_model *model;
	struct skstat_store *store;
	struct skstat_totals totals;
	/* The dump: datagrams, one behind the other, each of DATAGRAM bytes. */
	unsigned char *dump;
	size_t datagrams, stride, records; /* records: in a datagram */
	uint16_t size[__SKSTAT_GROUP_MAX];
	struct skstat_statsd_format *format;
	size_t lines, bytes;
};

static void die(const char *why)
{
	fprintf(stderr, "exporter: %s\n", why);
	exit(2);
}

static unsigned char *record_at(const struct bench *bench, uint32_t number)
{
	return bench->dump + number / bench->records * DATAGRAM + HEADERS + number % bench->records * bench->stride;
}

static void *group_at(const struct bench *bench, uint32_t number, unsigned int group)
{
	unsigned char *at = record_at(bench, number);

	for (unsigned int g = 0; g < group; g++)
		at += bench->size[g];
	return at;
}

/* Pairs over loopback, as a walk meets them: in no order. */
static void record_make(const struct bench *bench, uint32_t place, uint32_t number)
{
	struct skstat_identity *identity = group_at(bench, place, SKSTAT_GROUP_IDENTITY);
	struct skstat_traffic *traffic = group_at(bench, place, SKSTAT_GROUP_TRAFFIC);
	struct skstat_tcp *tcp = group_at(bench, place, SKSTAT_GROUP_TCP);
	uint16_t service = (uint16_t)(5001 + number / 2 % bench->ports);
	uint16_t ephemeral = (uint16_t)(32768 + number / 2 % 28000);
	uint32_t address = htonl(INADDR_LOOPBACK + number / 2 / 28000 / bench->ports);

	*identity = (struct skstat_identity){
		.cookie = number + 1, .netns = 1, .family = AF_INET, .state = TCP_ESTABLISHED,
		.sport = number % 2 ? ephemeral : service, .dport = number % 2 ? service : ephemeral,
	};
	memcpy(identity->saddr.byte, &address, sizeof(address));
	memcpy(identity->daddr.byte, &address, sizeof(address));
	*traffic = (struct skstat_traffic){
		.bytes_sent = 1000 + number, .bytes_acked = 1000 + number, .bytes_received = 5000, .segs_out = 20,
		.segs_in = 20, .data_segs_out = 5, .data_segs_in = 5, .delivered = 6,
	};
	tcp->rtt = 8 * (30 + number % 5000);
	tcp->min_rtt = 30;
	tcp->snd_cwnd = 10;
	tcp->busy_time = 3;
}

static void dump_make(struct bench *bench)
{
	uint32_t groups = skstat_model_groups(bench->model) & ~(1u << SKSTAT_GROUP_LISTEN);
	struct skstat_run run = { .kind = SKSTAT_KIND_FULL };
	uint32_t step = 7919;

	for (unsigned int g = 0; g < __SKSTAT_GROUP_MAX; g++)
		if (groups & 1u << g && skstat_groups[g].kinds & 1u << SKSTAT_KIND_FULL) {
			run.groups |= 1u << g;
			run.size[g] = bench->size[g] = g == SKSTAT_GROUP_TCP	? SKSTAT_TCP_BRIEF :
						       g == SKSTAT_GROUP_MEMORY ? SKSTAT_MEMORY_BRIEF :
										  skstat_groups[g].size;
			bench->stride += bench->size[g];
		}
	run.stride = (uint16_t)bench->stride;
	bench->records = (DATAGRAM - HEADERS) / bench->stride;
	bench->datagrams = (bench->sockets + bench->records - 1) / bench->records;
	bench->dump = calloc(bench->datagrams, DATAGRAM);
	if (!bench->dump)
		die("no memory");
	for (size_t i = 0; i < bench->datagrams; i++) {
		struct nlmsghdr *header = (void *)(bench->dump + i * DATAGRAM);
		struct nlattr *attr = (void *)((unsigned char *)header + NLMSG_HDRLEN + GENL_HDRLEN);
		size_t left = bench->sockets - i * bench->records;

		run.count = (uint32_t)(left < bench->records ? left : bench->records);
		attr->nla_type = SKSTAT_SOCK_RUN;
		attr->nla_len = (uint16_t)(NLA_HDRLEN + sizeof(run) + run.count * bench->stride);
		memcpy(attr + 1, &run, sizeof(run));
		header->nlmsg_len = (uint32_t)(NLMSG_HDRLEN + GENL_HDRLEN + attr->nla_len);
	}
	while (bench->sockets % step == 0)
		step += 2;
	for (uint32_t i = 0; i < bench->sockets; i++)
		record_make(bench, i, (uint32_t)((uint64_t)i * step % bench->sockets));
}

/* One byte each way. */
static void move(struct bench *bench)
{
	for (uint32_t i = 0; i < bench->sockets; i++) {
		struct skstat_traffic *traffic = group_at(bench, i, SKSTAT_GROUP_TRAFFIC);

		traffic->bytes_sent++;
		traffic->bytes_acked++;
		traffic->bytes_received++;
		traffic->segs_out += 2;
		traffic->segs_in += 2;
		traffic->data_segs_out++;
		traffic->data_segs_in++;
		traffic->delivered++;
	}
}

static void publish(struct bench *bench)
{
	struct skstat_families *set = skstat_families_new();

	skstat_model_families(bench->model, set);
	skstat_self_families(set, &bench->self, NULL, "", NULL);
	if (skstat_store_publish(bench->store, set, bench->poll.now_ns, SECOND, true))
		die("no memory");
}

static void begin(struct bench *bench)
{
	bench->poll.now_ns += SECOND;
	memset(&bench->totals, 0, sizeof(bench->totals));
	skstat_model_begin(bench->model, &bench->poll);
}

static void end(struct bench *bench)
{
	bench->totals.complete = true;
	skstat_model_end(bench->model, &bench->totals);
}

static void take(struct bench *bench)
{
	const struct skstat_taker taker = { .run = skstat_model_run, .arg = bench->model };

	for (size_t i = 0; i < bench->datagrams; i++)
		if (skstat_sock_take((const void *)(bench->dump + i * DATAGRAM), &taker, &bench->totals))
			die("a message was refused");
}

static void poll_once(struct bench *bench)
{
	begin(bench);
	take(bench);
	end(bench);
	publish(bench);
}

/* All ports listen: `in` and `out` are told apart. */
static void listen_once(struct bench *bench)
{
	struct skstat_sample sample = { .kind = SKSTAT_KIND_LISTEN };

	for (unsigned int g = 0; g < __SKSTAT_GROUP_MAX; g++)
		if (skstat_groups[g].kinds & 1u << SKSTAT_KIND_LISTEN) {
			sample.groups |= 1u << g;
			sample.size[g] = skstat_groups[g].size;
		}
	sample.identity = (struct skstat_identity){ .netns = 1, .family = AF_INET, .state = TCP_LISTEN };
	for (uint32_t i = 0; i < bench->ports; i++) {
		sample.identity.cookie = UINT64_C(1) << 40 | i;
		sample.identity.sport = (uint16_t)(5001 + i);
		skstat_model_sample(&sample, bench->model);
	}
}

static void body_make(struct bench *bench)
{
	struct skstat_snapshot *snapshot = skstat_store_take(bench->store);
	struct skstat_buffer buffer = { 0 };

	skstat_text_render(&buffer, snapshot->families, false);
	bench->bytes += buffer.length;
	for (size_t i = 0; i < buffer.length; i++)
		bench->lines += buffer.data[i] == '\n' && i + 1 < buffer.length && buffer.data[i + 1] != '#';
	skstat_buffer_free(&buffer);
	skstat_snapshot_put(snapshot);
}

static void datagram_take(const char *data, size_t length, size_t lines, void *arg)
{
	struct bench *bench = arg;

	(void)data;
	bench->lines += lines;
	bench->bytes += length;
}

static void statsd_set(struct bench *bench)
{
	struct skstat_snapshot *snapshot = skstat_store_take(bench->store);

	if (skstat_statsd_format_set(bench->format, snapshot->families, false, 8192, datagram_take, bench, NULL))
		die("no memory");
	skstat_snapshot_put(snapshot);
}

static void render(struct bench *bench)
{
	struct skstat_snapshot *snapshot = skstat_store_take(bench->store);
	struct skstat_buffer buffer = { 0 };

	skstat_text_render(&buffer, snapshot->families, false);
	skstat_buffer_free(&buffer);
	skstat_snapshot_put(snapshot);
}

static const struct figure {
	const char *name;
	void (*prepare)(struct bench *bench); /* of each round, before what is measured */
	void (*run)(struct bench *bench);
	void (*count)(struct bench *bench); /* lines, where it is these that are counted */
} figures[] = {
	{ "poll_full", NULL, poll_once, NULL },
	{ "poll_moved", move, poll_once, NULL },
	{ "publish", NULL, publish, NULL },
	{ "render", NULL, render, body_make },
	{ "statsd", NULL, statsd_set, NULL },
	{ "memory", NULL, poll_once, NULL },
};

/* callgrind's --toggle-collect */
void __attribute__((noinline)) measured(const struct figure *figure, struct bench *bench);
void measured(const struct figure *figure, struct bench *bench)
{
	figure->run(bench);
}

int main(int argc, char **argv)
{
	const struct skstat_model_config config = {
		.view = &skstat_view_default, .views = 1, .netns_limit = 20, .cell_limit = 1000,
	};
	struct bench bench = { .ports = argc > 3 ? (uint32_t)atoi(argv[3]) : 10 };
	const struct figure *figure = NULL;
	size_t before, after;

	for (size_t i = 0; argc > 2 && i < sizeof(figures) / sizeof(figures[0]); i++)
		if (strcmp(argv[1], figures[i].name) == 0)
			figure = &figures[i];
	if (!figure)
		die("usage: exporter FIGURE SOCKETS [PORTS]");
	bench.sockets = (uint32_t)atoi(argv[2]);
	memset(bench.schema.available, true, sizeof(bench.schema.available));
	bench.poll = (struct skstat_poll){
		.now_ns = 1000 * SECOND, .instance = 1, .hz = 250, .full = true, .exactly_once = true,
		.port_min = 32768, .port_max = 60999, .schema = &bench.schema, .journal = true,
	};
	bench.store = skstat_store_new();
	bench.format = skstat_statsd_format_new("skstat");
	bench.model = skstat_model_new(&config, &bench.self);
	if (!bench.model || !bench.store || !bench.format || !bench.sockets || !bench.ports)
		die("no memory, or nothing to do");
	dump_make(&bench);
	before = mallinfo2().uordblks + mallinfo2().hblkhd;
	begin(&bench);
	listen_once(&bench);
	take(&bench);
	end(&bench);
	publish(&bench);
	begin(&bench);
	take(&bench);
	end(&bench);
	publish(&bench);
	if (strcmp(figure->name, "statsd") == 0) {
		statsd_set(&bench);
		bench.lines = 0;
		move(&bench);
		begin(&bench);
		listen_once(&bench);
		take(&bench);
		end(&bench);
		publish(&bench);
	}
	/* Once without being looked at: what is kept from one to the next is there. */
	if (strcmp(figure->name, "statsd") != 0)
		figure->run(&bench);
	if (figure->prepare)
		figure->prepare(&bench);
	measured(figure, &bench);
	if (figure->count)
		figure->count(&bench);
	after = mallinfo2().uordblks + mallinfo2().hblkhd;
	printf("figure=%s sockets=%" PRIu32 " lines=%zu bytes=%zu memory=%zu\n", figure->name, bench.sockets,
	       bench.lines, bench.bytes, after - before);
	free(bench.dump);
	skstat_store_free(bench.store);
	skstat_statsd_format_free(bench.format);
	skstat_model_free(bench.model);
	return 0;
}
