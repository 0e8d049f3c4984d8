// SPDX-License-Identifier: GPL-2.0
/* Any text as a configuration file: what is taken the model may be told, and what is not is told in a sentence. */
#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "config/load.h"
#include "config/option.h"
#include "config/value.h"
#include "model/model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* In place of the model's, which would bring all of it along. */
void skstat_model_document(void (*fn)(const struct skstat_family_doc *doc, void *arg), void *arg)
{
	static const struct skstat_family_doc docs[] = {
		{ "skstat_tcp_sent_bytes", "bytes", "", "view,port", SKSTAT_METRIC_COUNTER, NULL },
		{ "skstat_tcp_rtt_seconds", "seconds", "", "view", SKSTAT_METRIC_HISTOGRAM, NULL },
		{ "skstat_tcp_cwnd", "", "", "view", SKSTAT_METRIC_HISTOGRAM, NULL },
		{ "skstat_tcp_queue_bytes", "bytes", "", "view,port", SKSTAT_METRIC_HISTOGRAM, NULL },
		{ "skstat_viewless", "", "", "views", SKSTAT_METRIC_GAUGE, NULL },
	};

	for (size_t i = 0; i < sizeof(docs) / sizeof(docs[0]); i++)
		fn(&docs[i], arg);
}

/* And of the command line's. */
int skstat_config_parse(struct skstat_config *config, int argc, char **argv, struct skstat_error *error)
{
	(void)config;
	(void)argc;
	(void)argv;
	(void)error;
	return 0;
}

static void ports_check(const struct skstat_view_ports *port, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert(port[i].first && port[i].first <= port[i].last && port[i].name);
}

static void prefixes_check(const struct skstat_view_prefix *prefix, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		assert(prefix[i].bits <= 128 && prefix[i].name);
		for (unsigned int bit = prefix[i].bits; bit < 128; bit++)
			assert(!(prefix[i].address[bit / 8] & 0x80 >> bit % 8));
	}
}

static void patterns_check(const struct skstat_view_patterns *patterns)
{
	for (size_t i = 0; i < patterns->count; i++)
		assert(patterns->pattern[i][0]);
}

static void buckets_check(const struct skstat_view_config *view)
{
	for (size_t i = 0; i < view->bucketed; i++) {
		const struct skstat_view_buckets *buckets = &view->buckets[i];

		assert(buckets->histogram[0] && buckets->edges && buckets->edges <= SKSTAT_VIEW_EDGES_MAX);
		assert(buckets->edge[0] > 0);
		for (size_t e = 1; e < buckets->edges; e++)
			assert(buckets->edge[e] > buckets->edge[e - 1]);
	}
}

static void view_check(const struct skstat_view_config *view)
{
	const struct skstat_view_match *match = &view->match;

	assert(skstat_value_is_name(view->name));
	assert(view->limit >= 1 && view->ttl_ns >= 1000000000 && view->labels < SKSTAT_LABEL_BIT(__SKSTAT_LABEL_MAX));
	assert(match->directions < 8 && match->families < 4 && match->states < 1 << 12);
	assert(!(match->mark & ~match->mark_mask) || !match->mark_mask);
	assert(view->remote_ipv4 <= 32 && view->remote_ipv6 <= 128);
	ports_check(match->port, match->ports);
	ports_check(view->port, view->ports);
	prefixes_check(match->remote, match->remotes);
	prefixes_check(view->remote, view->remotes);
	patterns_check(&match->netns);
	patterns_check(&match->cgroup);
	patterns_check(&match->comm);
	patterns_check(&match->interface);
	patterns_check(&match->congestion);
	patterns_check(&view->families);
	buckets_check(view);
}

static void config_check(const struct skstat_config *config)
{
	for (size_t i = 0; i < config->views; i++) {
		view_check(&config->view[i]);
		for (size_t k = 0; k < i; k++)
			assert(strcmp(config->view[i].name, config->view[k].name) != 0);
	}
	for (size_t i = 0; i < __SKSTAT_LABEL_MAX; i++)
		assert(!config->label_name[i] || skstat_value_is_label(config->label_name[i]));
	assert(config->listens <= SKSTAT_CONFIG_LISTENERS && config->hosts <= SKSTAT_CONFIG_HOSTS);
}

/* "fuzz:7: ..." */
static void error_check(const struct skstat_error *error)
{
	assert(strncmp(error->text, "fuzz:", 5) == 0 && isdigit((unsigned char)error->text[5]));
	for (const char *c = error->text; *c; c++)
		assert((unsigned char)*c >= ' ' && *c != 0x7f);
	/* libcyaml's own words are for who writes schemas; a key may be called like that. */
	assert(strncmp(error->text, "fuzz:1: libcyaml: ", 18) != 0 || strstr(error->text, "there is no such key"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct skstat_config config = { 0 };
	struct skstat_error error = { 0 };
	char *text = malloc(size + 1);
	int err;

	assert(text);
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	err = skstat_config_load_text(&config, "fuzz", text, size, &error);
	assert(err == 0 || err == -EINVAL);
	if (err)
		error_check(&error);
	else
		config_check(&config);
	skstat_pool_free(&config.pool);
	free(text);
	return 0;
}
