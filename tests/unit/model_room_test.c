// SPDX-License-Identifier: GPL-2.0
/* --memory-budget: the room itself, and what a model makes of it that many strangers come to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/cell_series.h"
#include "model/room.h"
#include "model_kit.h"

#define STEP(bytes) ((uint64_t)(bytes) * (1 + SKSTAT_ROOM_SHOWN))
#define PORTS 400
#define MIB ((uint64_t)1 << 20)

static void take_and_settle(void **state)
{
	struct skstat_room room = { .budget = STEP(100) };

	(void)state;
	assert_true(skstat_room_take(&room, 60) && skstat_room_take(&room, 40));
	assert_false(skstat_room_take(&room, 1));
	assert_false(skstat_room_short(&room));
	assert_int_equal(room.refusals, 1);
	/* Something was refused. */
	skstat_room_settle(&room, STEP(40));
	assert_true(room.folding && skstat_room_take(&room, 60));
	/* Nothing was, but there is little room: as it was. */
	skstat_room_settle(&room, STEP(95));
	assert_true(room.folding);
	skstat_room_settle(&room, STEP(87));
	assert_false(room.folding);
	skstat_room_settle(&room, STEP(95));
	assert_false(room.folding);
	/* The rest has grown: nothing was refused. */
	skstat_room_settle(&room, STEP(101));
	assert_true(room.folding && skstat_room_short(&room));
}

static void no_budget(void **state)
{
	struct skstat_room room = { 0 };

	(void)state;
	assert_true(skstat_room_take(NULL, SIZE_MAX / 8) && skstat_room_take(&room, SIZE_MAX / 8));
	skstat_room_settle(&room, UINT64_MAX);
	assert_false(room.folding || skstat_room_short(&room));
}

/* A connection to a port of its own. */
static struct skstat_sample connection(uint64_t cookie, uint16_t port)
{
	struct skstat_sample s = kit_connection(cookie, "10.0.0.1:1", "10.0.0.2:60000");

	s.identity.sport = port;
	s.traffic.bytes_received = 1000;
	s.traffic.segs_in = 1;
	return s;
}

static void poll_ports(struct kit *kit, uint64_t cookie, uint16_t first, uint16_t count)
{
	kit_begin(kit, true);
	for (uint16_t i = 0; i < count; i++) {
		struct skstat_sample s = connection(cookie + i, (uint16_t)(first + i));

		kit_put(kit, &s);
	}
	kit_end(kit, true, false);
}

/* Groups are made until the budget is spent, and not one more; no sum misses anything. Gone ones make room. */
static void groups_fold(void **state)
{
	const struct skstat_model_config config = { .netns_limit = 2, .memory_budget = 8 * MIB,
						    KIT_VIEW(1000, 3600 * KIT_SECOND, .labels = KIT_LABELS) };
	struct kit *kit = kit_new(&config);
	double groups, folded;

	(void)state;
	kit_poll(kit, NULL, 0);
	assert_int_equal(skstat_self_get(&kit->self, memory_folding), 0);
	poll_ports(kit, 1, 1000, PORTS);
	groups = kit_value(kit, "skstat_view_groups", "default");
	folded = kit_value(kit, "skstat_view_folded", "default");
	assert_true(groups > 10 && groups < PORTS && folded == PORTS - groups);
	assert_true(kit_sum(kit, "skstat_tcp_received_bytes") == PORTS * 1000);
	assert_true(kit_sum(kit, "skstat_tcp_connections") == PORTS);
	assert_true(skstat_self_get(&kit->self, memory_held) < 8 * MIB);
	assert_int_equal(skstat_self_get(&kit->self, memory_folding), 1);
	assert_int_equal(skstat_self_get(&kit->self, memory_refusals), folded);

	/* Others come, for whom there is no room; those that are there go on. */
	skstat_model_beside(kit->model, 8 * MIB);
	poll_ports(kit, 1 + PORTS, 5000, 10);
	assert_true(kit_value(kit, "skstat_view_groups", "default") == groups);
	assert_true(kit_sum(kit, "skstat_tcp_received_bytes") == (PORTS + 10) * 1000);
	assert_true(skstat_self_get(&kit->self, memory_held) > 8 * MIB);

	/* Above the budget a group that nobody is in has a minute, and no hour. */
	kit->poll.now_ns += 30 * KIT_SECOND;
	poll_ports(kit, 1 + PORTS, 5000, 10);
	assert_true(kit_value(kit, "skstat_view_groups", "default") == groups);
	kit->poll.now_ns += 30 * KIT_SECOND;
	poll_ports(kit, 1 + PORTS, 5000, 10);
	assert_true(kit_value(kit, "skstat_view_groups", "default") == 0);
	assert_int_equal(skstat_self_get(&kit->self, memory_folding), 1);

	/* There is room again. */
	skstat_model_beside(kit->model, 0);
	poll_ports(kit, 1 + PORTS, 5000, 10);
	assert_int_equal(skstat_self_get(&kit->self, memory_folding), 0);
	poll_ports(kit, 1000, 7000, 10);
	assert_true(kit_value(kit, "skstat_view_groups", "default") == 10);
	assert_true(kit_value(kit, "skstat_tcp_received_bytes", "default/in/7000/ipv4") == 1000 ||
		    kit_value(kit, "skstat_tcp_received_bytes", "default/unknown/7000/ipv4") == 1000);
	kit_balance(kit);
	kit_free(kit);
}

/* Series of what the probes count: one that would be new is `other`, one that is there stays. */
static void series_fold(void **state)
{
	const struct skstat_cell_table *table = &skstat_cell_tables[SKSTAT_TABLE_DROP];
	struct skstat_cell_text one = { .length = 2, .text = "a" }, two = { .length = 2, .text = "b" };
	struct skstat_room room = { .budget = STEP(sizeof(struct skstat_cell_series) + 8 + 2) };
	struct skstat_cell_family family = { 0 };
	struct skstat_cell_series *first = skstat_cell_series_admit(&family, table, &one, 1, 100, &room), *second;

	(void)state;
	assert_true(first && first != family.other);
	second = skstat_cell_series_admit(&family, table, &two, 1, 100, &room);
	assert_true(second && second == family.other);
	assert_ptr_equal(skstat_cell_series_admit(&family, table, &one, 1, 100, &room), first);
	assert_true(family.folded == 1 && room.refusals == 1);
	skstat_cell_series_free(&family);
}

/* Within the budget a group stays for its ttl. */
static void groups_stay(void **state)
{
	const struct skstat_model_config config = { .netns_limit = 2, .memory_budget = 64 * MIB,
						    KIT_VIEW(1000, 3600 * KIT_SECOND, .labels = KIT_LABELS) };
	struct kit *kit = kit_new(&config);

	(void)state;
	kit_poll(kit, NULL, 0);
	poll_ports(kit, 1, 1000, 20);
	kit->poll.now_ns += 100 * KIT_SECOND;
	kit_poll(kit, NULL, 0);
	kit_poll(kit, NULL, 0);
	assert_true(kit_value(kit, "skstat_view_groups", "default") == 20);
	assert_int_equal(skstat_self_get(&kit->self, memory_refusals), 0);
	kit_free(kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(take_and_settle),
		cmocka_unit_test(no_budget),
		cmocka_unit_test(groups_fold),
		cmocka_unit_test(groups_stay),
		cmocka_unit_test(series_fold),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("model_room", tests, NULL, NULL);
}
