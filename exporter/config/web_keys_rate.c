// SPDX-License-Identifier: GPL-2.0
/* rate_limit of --web.config.file: a bucket of tokens for all requests over TCP. */
#include <string.h>

#include "config.h"
#include "value.h"
#include "web_keys.h"

#define INTERVAL_MOST UINT64_C(3600000000000)
#define BURST_MOST 1000000

static int interval_take(struct skstat_web_taking *taking, const struct skstat_at *at, const struct skstat_node *node)
{
	const char *word = "";
	uint64_t *ns = &taking->settings->rate_interval_ns;
	int err = skstat_web_word(taking, at, node, &word);

	if (err || !*word || strcmp(word, "0") == 0)
		return err;
	if (skstat_duration_parse(word, ns) || *ns > INTERVAL_MOST)
		return skstat_refuse(taking->reading, at, "\"%.40s\" is no duration of 0s to 1h: write 100ms, 1s, ...", word);
	return 0;
}

static int burst_take(struct skstat_web_taking *taking, const struct skstat_at *at, const struct skstat_node *node)
{
	const char *word = "";
	int err = skstat_web_word(taking, at, node, &word);

	if (err || !*word)
		return err;
	if (skstat_value_number(word, 0, BURST_MOST, &taking->settings->rate_burst))
		return skstat_refuse(taking->reading, at, "\"%.40s\" is no whole number of 0 to %d", word, BURST_MOST);
	return 0;
}

int skstat_web_take_rate(struct skstat_web_taking *taking, const struct skstat_at *at, const struct skstat_node *node)
{
	static const struct skstat_web_key keys[] = {
		{ "interval", interval_take },
		{ "burst", burst_take },
		{ NULL, NULL },
	};
	int err = skstat_web_mapping(taking, at, node, keys);

	if (!err && taking->settings->rate_interval_ns && !taking->settings->rate_burst)
		return skstat_refuse(taking->reading, at, "with an interval and no burst nobody could ask: write burst: 1 or "
							  "more");
	return err;
}
