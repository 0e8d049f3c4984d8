// SPDX-License-Identifier: GPL-2.0
/* What a poll costs the exporter and the kernel together, from the request to the snapshot. */
#include <string.h>

#include "../vm/lib/module.h"
#include "../vm/lib/must.h"
#include "bench.h"
#include "collect/collect.h"
#include "source/error.h"

struct exporter {
	struct skstat_config config;
	struct skstat_self self;
	struct skstat_store *store;
	struct skstat_collector *collector;
};

static void poll_once(void *arg)
{
	struct exporter *exporter = arg;
	struct skstat_error error;

	if (skstat_collector_run(exporter->collector, &error))
		must_bail(__FILE__, __LINE__, "poll", error.text);
}

/* With --once each run is a poll: a full one after that interval. */
static struct exporter *exporter_new(uint64_t full_interval_ns)
{
	static char name[] = "skbench", once[] = "--once", *argv[] = { name, once, NULL };
	struct exporter *exporter = must_have(calloc(1, sizeof(*exporter)));
	struct skstat_error error = { 0 };
	struct skstat_source *source;

	skstat_config_init(&exporter->config);
	if (skstat_config_parse(&exporter->config, 2, argv, &error))
		must_bail(__FILE__, __LINE__, "skstat_config_parse", error.text);
	exporter->config.poll_full_interval_ns = full_interval_ns;
	source = skstat_source_open(SKSTAT_SOURCE_NETLINK, false, NULL, &error);
	if (!source)
		must_bail(__FILE__, __LINE__, "skstat_source_open", error.text);
	exporter->store = must_have(skstat_store_new());
	exporter->collector = skstat_collector_new(&exporter->config, source, "", exporter->store, &exporter->self,
						   &error);
	must_be(exporter->collector);
	return exporter;
}

static void exporter_free(struct exporter *exporter)
{
	skstat_collector_free(exporter->collector);
	skstat_store_free(exporter->store);
	free(exporter);
}

static uint64_t least_of(struct exporter *exporter, const struct bench *bench, size_t pairs)
{
	uint64_t least = UINT64_MAX, value;

	for (int i = 0; i < BENCH_TIMES; i++) {
		bench_talk(bench, pairs);
		value = bench_once(poll_once, exporter);
		least = value < least ? value : least;
	}
	return least;
}

void figure_poll(const struct bench *bench)
{
	struct exporter *exporter;

	module_require();
	exporter = exporter_new(0);
	poll_once(exporter);
	poll_once(exporter);
	bench_say(bench, "poll_full", (double)least_of(exporter, bench, 0) / (double)bench->sockets, BENCH_SOCKET);
	bench_say(bench, "poll_moved", (double)least_of(exporter, bench, bench->pairs) / (double)bench->sockets,
		  BENCH_SOCKET);
	must_be(atomic_load(&exporter->self.polls_full) == 2 + 2 * BENCH_TIMES);
	must_be(atomic_load(&exporter->self.walk_emitted) >= (2 + 2 * BENCH_TIMES) * bench->sockets);
	exporter_free(exporter);

	exporter = exporter_new(UINT64_MAX);
	poll_once(exporter);
	poll_once(exporter);
	bench_say(bench, "poll_delta", (double)least_of(exporter, bench, bench->pairs / 100) / (double)bench->sockets,
		  BENCH_SOCKET);
	must_be(atomic_load(&exporter->self.polls_full) == 1);
	exporter_free(exporter);
}
