// SPDX-License-Identifier: GPL-2.0
/*
 * More connections than the module's table has places for: each is told of once all the same, with its last figures,
 * and says that something is missing. Afterwards no place is taken.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>

#include "../lib/life_end.h"
#include "../lib/module.h"
#include "../lib/must.h"
#include "suite.h"

#define PORT 7650
#define PLACES 1024
#define PAIRS 700 /* two ends each */

static int setup(void **state)
{
	module_replace_with(module_path(), "connections=1024");
	return life_setup(state);
}

static int teardown(void **state)
{
	life_teardown(state);
	module_replace(module_path());
	return 0;
}

static struct skstat_info info(void)
{
	struct skstat_info info;

	must_be(!skstat_source_module_info(life.chronicle.source, &info, NULL));
	return info;
}

/* The next event of an end. */
static const struct skstat_sample *next(const struct end *end, enum skstat_kind kind)
{
	const struct skstat_sample *event =
		chronicle_take(&life.chronicle, &(struct chronicle_wish){ .cookie = end->cookie });

	if (event->kind != kind)
		chronicle_show(event);
	assert_int_equal(event->kind, kind);
	return event;
}

/* Whether the table had no room for it. */
static bool ended(const struct end *end, enum skstat_close kind, uint64_t sent, uint64_t received)
{
	const struct skstat_sample *event = next(end, SKSTAT_KIND_OPENED);

	assert_int_equal(event->event.event_kind, SKSTAT_OPEN_HANDSHAKE);
	assert_int_equal(event->event.event_direction, end->side == ROAD_CLIENT ? SKSTAT_EVENT_OUT : SKSTAT_EVENT_IN);
	event = next(end, SKSTAT_KIND_CLOSED);
	if (event->event.event_kind != kind)
		chronicle_show(event);
	assert_int_equal(event->event.event_kind, kind);
	assert_int_equal(event->traffic.bytes_sent, sent);
	assert_int_equal(event->traffic.bytes_received - event->tcp.fin_received, received);
	/* What was not known as it opened is said not to be. */
	assert_true(life_has(event, SKSTAT_EVENT_HAS_DURATION) != life_has(event, SKSTAT_EVENT_MISSED));
	return life_has(event, SKSTAT_EVENT_MISSED);
}

static void a_full_table(void **state)
{
	struct end listener = life_listen(ROAD_SERVER, PAIR_V4, PORT, 16);
	static struct ends ends[PAIRS];
	size_t missed = 0;

	(void)state;
	for (size_t i = 0; i < PAIRS; i++) {
		ends[i].client = end_make(ROAD_CLIENT, PAIR_V4);
		must_be(!road_dial(ends[i].client.fd, PAIR_V4, ROAD_SERVER, PORT));
		ends[i].server = life_accept(&listener);
		pair_talk((struct pair){ ends[i].client.fd, ends[i].server.fd }, 10 + i, 20 + i);
	}
	chronicle_read(&life.chronicle);
	assert_int_equal(info().conn_places, PLACES);
	assert_in_range(info().conn_used, PLACES / 2, PLACES);
	/* Each end, and the listener: it has a place, or it is missed, once. */
	assert_int_equal(info().conn_used + info().conn_misses, 2 * PAIRS + 1);
	for (size_t i = 0; i < PAIRS; i++) {
		if (i % 2)
			life_linger(&ends[i].client);
		end_close(&ends[i].client);
		/* Else they may cross. */
		pair_await_state(ends[i].server.fd, i % 2 ? TCP_CLOSE : TCP_CLOSE_WAIT);
		end_close(&ends[i].server);
	}
	for (size_t i = 0; i < PAIRS; i++) {
		missed += ended(&ends[i].client, i % 2 ? SKSTAT_CLOSE_ABORT : SKSTAT_CLOSE_FIN_LOCAL, 10 + i, 20 + i);
		missed += ended(&ends[i].server, i % 2 ? SKSTAT_CLOSE_RESET_RECEIVED : SKSTAT_CLOSE_FIN_REMOTE, 20 + i,
				10 + i);
	}
	note("%zu of %d found no place", missed, 2 * PAIRS);
	assert_true(missed >= 2 * PAIRS - PLACES);
	life_unlisten(&listener);
	while (info().conn_used)
		poll(NULL, 0, 1);
}

int suite_life_room(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_full_table, life_begin, life_end),
	};

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("life_room", tests, setup, teardown);
}
