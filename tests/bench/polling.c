// SPDX-License-Identifier: GPL-2.0
#include "../vm/lib/must.h"
#include "polling.h"
#include "source/error.h"

void polling_poll(void *arg)
{
	struct polling *polling = arg;
	struct skstat_error error;

	if (skstat_collector_run(polling->collector, &error))
		must_bail(__FILE__, __LINE__, "poll", error.text);
}

struct polling *polling_new(uint64_t full_interval_ns)
{
	/* With --once each run is a poll. */
	static char name[] = "skbench", once[] = "--once", *argv[] = { name, once, NULL };
	struct polling *polling = must_have(calloc(1, sizeof(*polling)));
	struct skstat_error error = { 0 };
	struct skstat_source *source;

	skstat_config_init(&polling->config);
	if (skstat_config_parse(&polling->config, 2, argv, &error))
		must_bail(__FILE__, __LINE__, "skstat_config_parse", error.text);
	polling->config.poll_full_interval_ns = full_interval_ns;
	source = skstat_source_open(SKSTAT_SOURCE_NETLINK, false, NULL, &error);
	if (!source)
		must_bail(__FILE__, __LINE__, "skstat_source_open", error.text);
	polling->store = must_have(skstat_store_new());
	polling->collector = skstat_collector_new(&polling->config, source, "", polling->store, &polling->self,
						   &error);
	must_be(polling->collector);
	return polling;
}

void polling_free(struct polling *polling)
{
	skstat_collector_free(polling->collector);
	skstat_store_free(polling->store);
	free(polling);
}
