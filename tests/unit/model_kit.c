// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/tcp.h>

#include "model_kit.h"

struct kit *kit_new(const struct skstat_model_config *config)
{
	const struct skstat_model_config plain = {
		.netns_limit = 20, KIT_VIEW(20, 3600 * KIT_SECOND, .labels = KIT_LABELS, .all_histograms = true),
	};
	struct kit *kit = calloc(1, sizeof(*kit));

	assert_non_null(kit);
	kit->config = config ? *config : plain;
	memset(kit->schema.available, true, sizeof(kit->schema.available));
	kit->poll = (struct skstat_poll) {
		.now_ns = 1000 * KIT_SECOND,
		.instance = 1,
		.hz = 1000,
		.exactly_once = true,
		.port_min = 32768,
		.port_max = 60999,
		.schema = &kit->schema,
	};
	kit->model = skstat_model_new(&kit->config, &kit->self);
	assert_non_null(kit->model);
	return kit;
}

void kit_free(struct kit *kit)
{
	if (kit->set)
		skstat_families_free(kit->set);
	skstat_model_free(kit->model);
	free(kit);
}

/* "10.0.0.1:80" or "[::1]:80". */
static void endpoint_parse(const char *text, struct skstat_addr *address, uint16_t *port, uint8_t *family)
{
	const char *colon = strrchr(text, ':');
	bool six = text[0] == '[';
	char host[64];

	assert_non_null(colon);
	snprintf(host, sizeof(host), "%.*s", (int)(colon - text) - 2 * six, text + six);
	*family = six ? AF_INET6 : AF_INET;
	memset(address, 0, sizeof(*address));
	assert_int_equal(inet_pton(*family, host, address->byte), 1);
	*port = (uint16_t)atoi(colon + 1);
}

static struct skstat_sample sample_make(enum skstat_kind kind)
{
	struct skstat_sample sample;

	memset(&sample, 0, sizeof(sample));
	sample.kind = kind;
	for (unsigned int g = 0; g < __SKSTAT_GROUP_MAX; g++)
		if (skstat_groups[g].kinds & 1u << kind) {
			sample.groups |= 1u << g;
			sample.size[g] = skstat_groups[g].size;
		}
	return sample;
}

struct skstat_sample kit_connection(uint64_t cookie, const char *local, const char *remote)
{
	struct skstat_sample sample = sample_make(SKSTAT_KIND_FULL);
	struct skstat_identity *identity = &sample.identity;

	identity->cookie = cookie;
	identity->netns = 1;
	identity->state = TCP_ESTABLISHED;
	endpoint_parse(local, &identity->saddr, &identity->sport, &identity->family);
	endpoint_parse(remote, &identity->daddr, &identity->dport, &identity->family);
	sample.tcp.min_rtt = UINT32_MAX;
	return sample;
}

struct skstat_sample kit_listener(uint64_t cookie, const char *local)
{
	struct skstat_sample sample = sample_make(SKSTAT_KIND_LISTEN);
	struct skstat_identity *identity = &sample.identity;

	identity->cookie = cookie;
	identity->netns = 1;
	identity->state = TCP_LISTEN;
	endpoint_parse(local, &identity->saddr, &identity->sport, &identity->family);
	return sample;
}

struct skstat_sample kit_timewait(uint64_t cookie, const char *local, const char *remote)
{
	struct skstat_sample full = kit_connection(cookie, local, remote);
	struct skstat_sample sample = sample_make(SKSTAT_KIND_TIMEWAIT);

	sample.identity = full.identity;
	sample.identity.state = TCP_TIME_WAIT;
	return sample;
}

struct skstat_sample kit_netns(uint64_t id, uint32_t inode, uint32_t established)
{
	struct skstat_sample sample = sample_make(SKSTAT_KIND_NETNS);

	sample.netns.netns_id = id;
	sample.netns.netns_inode = inode;
	sample.netns.established = established;
	return sample;
}

void kit_event(struct skstat_sample *sample, enum skstat_kind kind, uint8_t how, uint64_t time_ns)
{
	struct skstat_sample made = sample_make(kind);

#define TAKE(GROUP, group, kinds)             \
	if (made.groups & 1u << SKSTAT_GROUP_##GROUP) \
		made.group = sample->group;
	SKSTAT_GROUPS(TAKE)
#undef TAKE
	made.event.event_kind = how;
	made.event.event_time = time_ns;
	*sample = made;
}

void kit_begin(struct kit *kit, bool full)
{
	kit->poll.now_ns += KIT_SECOND;
	kit->poll.full = full;
	skstat_model_begin(kit->model, &kit->poll);
}

void kit_put(struct kit *kit, const struct skstat_sample *sample)
{
	assert_int_equal(skstat_model_sample(sample, kit->model), 0);
}

void kit_end(struct kit *kit, bool complete, bool partial)
{
	const struct skstat_totals totals = { .complete = complete, .partial = partial };

	skstat_model_end(kit->model, &totals);
	if (kit->set)
		skstat_families_free(kit->set);
	kit->set = NULL;
	kit_balance(kit);
}

void kit_poll(struct kit *kit, const struct skstat_sample *sample, size_t count)
{
	kit_begin(kit, true);
	for (size_t i = 0; i < count; i++)
		kit_put(kit, &sample[i]);
	kit_end(kit, true, false);
}

const struct skstat_family *kit_family(struct kit *kit, const char *name)
{
	if (!kit->set) {
		kit->set = skstat_families_new();
		assert_non_null(kit->set);
		skstat_model_families(kit->model, kit->set);
		assert_false(kit->set->failed);
	}
	return skstat_family_find(kit->set, name);
}

const struct skstat_series *kit_series(struct kit *kit, const char *name, const char *values)
{
	const struct skstat_family *family = kit_family(kit, name);
	const struct skstat_series *found = NULL;

	for (size_t i = 0; family && i < family->count; i++) {
		char joined[256] = "";

		for (size_t l = 0; l < family->series[i].labels; l++) {
			strcat(joined, l ? "/" : "");
			strcat(joined, family->series[i].label[l].value);
		}
		if (strcmp(joined, values) != 0)
			continue;
		/* Labels are unique. */
		assert_null(found);
		found = &family->series[i];
	}
	return found;
}

double kit_value(struct kit *kit, const char *name, const char *values)
{
	const struct skstat_series *series = kit_series(kit, name, values);

	if (!series)
		fail_msg("no series %s{%s}", name, values);
	return series->value;
}

double kit_sum(struct kit *kit, const char *name)
{
	const struct skstat_family *family = kit_family(kit, name);
	double sum = 0;

	assert_non_null(family);
	for (size_t i = 0; i < family->count; i++) {
		const struct skstat_series *series = &family->series[i];

		if (family->type != SKSTAT_METRIC_HISTOGRAM) {
			sum += series->value;
			continue;
		}
		for (size_t b = 0; b <= series->distribution.edges; b++)
			sum += (double)series->distribution.count[b];
	}
	return sum;
}

void kit_balance(const struct kit *kit)
{
	const struct skstat_self *self = &kit->self;
	uint64_t full = skstat_self_get(self, records_full_ipv4) + skstat_self_get(self, records_full_ipv6);

	assert_int_equal(skstat_self_get(self, records_received),
			 full + skstat_self_get(self, records_listen) + skstat_self_get(self, records_timewait) +
				 skstat_self_get(self, records_request) + skstat_self_get(self, records_netns));
	/* A connection that turned into a listener, or back, is of both. */
	assert_int_equal(full, skstat_self_get(self, model_updated) + skstat_self_get(self, model_new) +
				       skstat_self_get(self, model_baseline) + skstat_self_get(self, model_duplicate) +
				       skstat_self_get(self, model_buried));
	assert_int_equal(skstat_self_get(self, model_tracked), skstat_self_get(self, model_new) +
								       skstat_self_get(self, model_baseline) +
								       skstat_self_get(self, model_announced) -
								       skstat_self_get(self, model_removed));
	assert_int_equal(skstat_self_get(self, events_closed),
			 skstat_self_get(self, closes_known) + skstat_self_get(self, closes_unseen) +
				 skstat_self_get(self, closes_older) + skstat_self_get(self, closes_baseline) +
				 skstat_self_get(self, closes_late));
}
