// SPDX-License-Identifier: GPL-2.0
/* What strangers can do to a view: 100,000 remote prefixes and 10,000 ports, and there is room for 1,000 groups. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <netinet/tcp.h>

#include "model_kit.h"

#define LABEL(NAME) SKSTAT_LABEL_BIT(SKSTAT_LABEL_##NAME)
#define REMOTES 100000
#define PORTS 10000
#define ROUNDS 10
#define EACH (REMOTES / ROUNDS)
#define LIMIT 1000
#define MIB ((uint64_t)1 << 20)

/* The connection of that number: from a prefix and to a port of its own, as long as there are some. */
static struct skstat_sample connection(uint32_t number)
{
	struct skstat_sample s = kit_connection(number + 1, "10.0.0.1:1", "0.0.0.0:60000");
	uint32_t address = UINT32_C(0x0b000000) + (number << 8 & 0xffffff00) + 7;

	for (int i = 0; i < 4; i++)
		s.identity.daddr.byte[i] = (uint8_t)(address >> (24 - 8 * i));
	s.identity.sport = (uint16_t)(1 + number % PORTS);
	s.traffic.bytes_received = 1000 + number;
	s.traffic.segs_in = 1;
	return s;
}

/* Of one view, by the first label. */
static double sum(struct kit *kit, const char *name, const char *view)
{
	const struct skstat_family *family = kit_family(kit, name);
	double result = 0;

	assert_non_null(family);
	for (size_t i = 0; i < family->count; i++)
		if (strcmp(family->series[i].label[0].value, view) == 0)
			result += family->series[i].value;
	return result;
}

static void strangers(void **state)
{
	static const char *const names[] = { "default", "remotes", "both" };
	struct skstat_view_config view[3] = { skstat_view_default, skstat_view_default, skstat_view_default };
	struct skstat_model_config config = { .view = view, .views = 3, .netns_limit = 2 };
	double truth = 0, other = 0;
	uint64_t most = 0;
	struct kit *kit;

	(void)state;
	view[1].name = names[1];
	view[1].labels = LABEL(REMOTE);
	view[2].name = names[2];
	view[2].labels = LABEL(PORT) | LABEL(REMOTE) | LABEL(STATE);
	view[1].limit = view[2].limit = LIMIT;
	view[0].ttl_ns = view[1].ttl_ns = view[2].ttl_ns = 100 * KIT_SECOND;
	kit = kit_new(&config);
	kit_poll(kit, NULL, 0);
	/* Each round others: as they come and go for ever. */
	for (uint32_t round = 0; round < ROUNDS; round++) {
		kit_begin(kit, true);
		for (uint32_t i = 0; i < EACH; i++) {
			struct skstat_sample s = connection(round * EACH + i);

			truth += (double)s.traffic.bytes_received;
			kit_put(kit, &s);
		}
		kit_end(kit, true, false);
		if (skstat_self_get(&kit->self, model_bytes) > most)
			most = skstat_self_get(&kit->self, model_bytes);
	}
	for (size_t v = 0; v < 3; v++) {
		double groups = kit_value(kit, "skstat_view_groups", names[v]), limit = v ? LIMIT : 20;
		double folded = kit_value(kit, "skstat_view_folded", names[v]);

		assert_true(sum(kit, "skstat_tcp_received_bytes", names[v]) == truth);
		assert_true(sum(kit, "skstat_tcp_connections", names[v]) == EACH);
		assert_true(groups == limit);
		assert_true(kit_value(kit, "skstat_view_series", names[v]) <= (limit + 1) * 137);
		/* First come, first served; each port comes again in each round, and a remote never. */
		assert_true(folded == REMOTES - (v ? LIMIT : 20 * ROUNDS));
	}
	other = kit_value(kit, "skstat_tcp_received_bytes", "remotes/other");
	assert_true(other > 0 && other < truth);
	/* 10,000 sockets, and 2,020 groups of less than 16 KiB: whatever has passed by. */
	assert_true(most < EACH * 600 + 2023 * UINT64_C(16384) + 2 * MIB);
	print_message("# %.1f MiB at the most\n", (double)most / (double)MIB);
	/* When all have gone, so have their groups. Nobody's counters went back: `other` has what it had. */
	kit_poll(kit, NULL, 0);
	assert_true(kit_value(kit, "skstat_view_groups", "remotes") == LIMIT);
	kit->poll.now_ns += 100 * KIT_SECOND;
	kit_poll(kit, NULL, 0);
	assert_true(kit_value(kit, "skstat_view_groups", "remotes") == 0);
	assert_true(kit_value(kit, "skstat_tcp_received_bytes", "remotes/other") == other);
	assert_true(skstat_self_get(&kit->self, model_bytes) < EACH * 600 + 2 * MIB);
	kit_free(kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(strangers) };

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("model_cardinality", tests, NULL, NULL);
}
