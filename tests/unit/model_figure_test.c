// SPDX-License-Identifier: GPL-2.0
/* Which figures there are, and those that are times. */
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

#define OUT "default/out/443/ipv4"
#define LOCAL "10.0.0.1:40000"
#define REMOTE "10.0.0.2:443"

/* A kit that is ready, with one connection known as baseline: later ones are new. */
static struct kit *ready(struct skstat_sample *known)
{
	struct kit *kit = kit_new(NULL);

	*known = kit_connection(1, LOCAL, REMOTE);
	kit_poll(kit, known, 1);
	assert_true(skstat_model_ready(kit->model));
	return kit;
}

/* Every counter that is shown, by its own name and unit, and none twice. */
static void every_counter_arrives(void **state)
{
	(void)state;
	for (size_t i = 0; i < SKSTAT_FIELDS_COUNT; i++) {
		const struct skstat_field *field = &skstat_fields[i];
		uint32_t kinds = skstat_groups[field->group].kinds;
		const char *base = skstat_unit_base(field->unit);
		struct skstat_sample s;
		struct kit *kit;
		char name[128];
		double value;
		void *at;

		if (!field->shown || field->kind != SKSTAT_FIELD_COUNTER || field->aggregate != SKSTAT_AGGREGATE_SUM)
			continue;
		assert_true(kinds & 1u << SKSTAT_KIND_FULL);
		kit = ready(&s);
		at = (void *)(uintptr_t)skstat_sample_at(&s, field);
		if (field->type == SKSTAT_TYPE_U64)
			*(uint64_t *)at = 5;
		else if (field->type == SKSTAT_TYPE_U32)
			*(uint32_t *)at = 5;
		else if (field->type == SKSTAT_TYPE_U16)
			*(uint16_t *)at = 5;
		else
			fail_msg("%s is a counter of a type that the model does not know", field->name);
		kit_poll(kit, &s, 1);
		snprintf(name, sizeof(name), "skstat_tcp_%s%s%s", field->noun, strcmp(base, "events") ? "_" : "",
			 strcmp(base, "events") ? base : "");
		value = kit_value(kit, name, OUT);
		assert_true(value > 4.999 * skstat_unit_scale(field->unit, 1000) &&
			    value < 5.001 * skstat_unit_scale(field->unit, 1000));
		kit_free(kit);
	}
}

/* Times are put together from parts that are read one after the other. */
static void times_may_tremble(void **state)
{
	struct skstat_sample s;
	struct kit *kit = ready(&s);

	(void)state;
	s.tcp.busy_time = 1000;
	s.tcp.total_rto_time = 500;
	kit_poll(kit, &s, 1);
	s.tcp.busy_time = 998;
	s.tcp.total_rto_time = 499;
	kit_poll(kit, &s, 1);
	s.tcp.busy_time = 1003;
	s.tcp.total_rto_time = 501;
	kit_poll(kit, &s, 1);
	assert_true(kit_value(kit, "skstat_tcp_busy_seconds", OUT) == 1.003);
	assert_true(kit_value(kit, "skstat_tcp_rto_recovery_seconds", OUT) == 0.501);
	assert_int_equal(skstat_self_get(&kit->self, model_generations), 0);
	kit_free(kit);
}

/* A figure that the source does not have has no family; one that comes or goes later starts from where it is. */
static void availability_changes(void **state)
{
	bool *available;
	struct skstat_sample s;
	struct kit *kit = kit_new(NULL);

	(void)state;
	available = &kit->schema.available[skstat_field_by_name("total_rto") - skstat_fields];
	*available = false;
	s = kit_connection(1, LOCAL, REMOTE);
	s.tcp.total_rto = 30000; /* whatever stands there is not it */
	s.traffic.segs_out = 1;
	kit_poll(kit, &s, 1);
	assert_null(kit_family(kit, "skstat_tcp_rtos"));
	assert_non_null(kit_family(kit, "skstat_tcp_sent_segments"));
	s.tcp.total_rto = 7;
	kit_poll(kit, &s, 1);
	s.tcp.total_rto = 10;
	*available = true;
	kit_poll(kit, &s, 1);
	assert_true(kit_value(kit, "skstat_tcp_rtos", OUT) == 0);
	s.tcp.total_rto = 12;
	s.traffic.segs_out = 2;
	kit_poll(kit, &s, 1);
	assert_true(kit_value(kit, "skstat_tcp_rtos", OUT) == 2);
	*available = false;
	s.tcp.total_rto = 0;
	kit_poll(kit, &s, 1);
	assert_null(kit_family(kit, "skstat_tcp_rtos"));
	*available = true;
	s.tcp.total_rto = 5;
	kit_poll(kit, &s, 1);
	assert_true(kit_value(kit, "skstat_tcp_rtos", OUT) == 2);
	assert_true(kit_value(kit, "skstat_tcp_sent_segments", OUT) == 1);
	assert_int_equal(skstat_self_get(&kit->self, model_generations), 0);
	kit_free(kit);
}

static void derived_need_their_parts(void **state)
{
	struct kit *kit = kit_new(NULL);

	(void)state;
	kit->schema.available[skstat_field_by_name("rwnd_limited") - skstat_fields] = false;
	kit_poll(kit, NULL, 0);
	assert_null(kit_family(kit, "skstat_tcp_cwnd_limited_seconds"));
	assert_non_null(kit_family(kit, "skstat_tcp_application_limited_seconds"));
	kit->schema.available[skstat_field_by_name("busy_time") - skstat_fields] = false;
	kit_poll(kit, NULL, 0);
	assert_null(kit_family(kit, "skstat_tcp_application_limited_seconds"));
	kit->poll.schema = NULL;
	kit_poll(kit, NULL, 0);
	assert_null(kit_family(kit, "skstat_tcp_sent_bytes"));
	assert_non_null(kit_family(kit, "skstat_tcp_connections"));
	kit_free(kit);
}

/* A record without a group that the schema promises says nothing, instead of zeros. */
static void short_records(void **state)
{
	struct skstat_sample s[2], without;
	struct kit *kit = ready(&s[0]);

	(void)state;
	s[0].traffic.bytes_sent = 100;
	kit_poll(kit, s, 1);
	without = kit_connection(1, LOCAL, REMOTE);
	without.size[SKSTAT_GROUP_TRAFFIC] = 0;
	kit_poll(kit, &without, 1);
	s[0].traffic.bytes_sent = 150;
	kit_poll(kit, s, 1);
	assert_true(kit_sum(kit, "skstat_tcp_sent_bytes") == 150);
	/* One that is first seen so begins when it is whole. */
	without = kit_connection(2, "10.0.0.1:40001", REMOTE);
	s[1] = without;
	without.size[SKSTAT_GROUP_TRAFFIC] = 8;
	kit_begin(kit, true);
	kit_put(kit, &s[0]);
	kit_put(kit, &without);
	kit_end(kit, true, false);
	s[1].traffic.bytes_sent = 1000;
	kit_poll(kit, s, 2);
	s[1].traffic.bytes_sent = 1001;
	kit_poll(kit, s, 2);
	assert_true(kit_sum(kit, "skstat_tcp_sent_bytes") == 151);
	assert_int_equal(skstat_self_get(&kit->self, model_generations), 0);
	kit_free(kit);
}

static void times_limited(void **state)
{
	struct skstat_sample s;
	struct kit *kit = ready(&s);

	(void)state;
	/* One second, of which 300 ms busy, of which 100 ms for the peer's window and 50 ms for the buffer. */
	s.tcp.busy_time = 300;
	s.tcp.rwnd_limited = 100;
	s.tcp.sndbuf_limited = 50;
	kit_poll(kit, &s, 1);
	assert_true(kit_value(kit, "skstat_tcp_cwnd_limited_seconds", OUT) == 0.150);
	assert_true(kit_value(kit, "skstat_tcp_application_limited_seconds", OUT) == 0.7);
	/* The parts come before the whole: it does not go back. */
	s.tcp.rwnd_limited = 140;
	kit_poll(kit, &s, 1);
	assert_true(kit_value(kit, "skstat_tcp_cwnd_limited_seconds", OUT) == 0.150);
	assert_true(kit_value(kit, "skstat_tcp_application_limited_seconds", OUT) == 1.7);
	s.tcp.busy_time = 350;
	kit_poll(kit, &s, 1);
	assert_true(kit_value(kit, "skstat_tcp_cwnd_limited_seconds", OUT) == 0.160);
	/* Busy for longer than the poll took, as it seems: taken off the next time. */
	s.tcp.busy_time = 1400;
	kit_poll(kit, &s, 1);
	assert_true(kit_value(kit, "skstat_tcp_application_limited_seconds", OUT) == 2.65);
	kit_poll(kit, &s, 1);
	assert_true(kit_value(kit, "skstat_tcp_application_limited_seconds", OUT) == 3.6);
	kit_free(kit);
}

/* Idle, a delta leaves it out; the next record brings all of the time. Closing, it waits for no application. */
static void idle_time_catches_up(void **state)
{
	struct skstat_sample s;
	struct kit *kit = ready(&s);

	(void)state;
	for (int i = 0; i < 5; i++) {
		kit_begin(kit, false);
		kit_end(kit, true, false);
	}
	assert_true(kit_value(kit, "skstat_tcp_application_limited_seconds", OUT) == 0);
	kit_poll(kit, &s, 1);
	assert_true(kit_value(kit, "skstat_tcp_application_limited_seconds", OUT) == 6);
	s.identity.state = TCP_CLOSE_WAIT;
	kit_poll(kit, &s, 1);
	assert_true(kit_value(kit, "skstat_tcp_application_limited_seconds", OUT) == 7);
	s.identity.state = TCP_LAST_ACK;
	kit_poll(kit, &s, 1);
	kit_poll(kit, &s, 1);
	assert_true(kit_value(kit, "skstat_tcp_application_limited_seconds", OUT) == 7);
	kit_free(kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_counter_arrives),
		cmocka_unit_test(times_may_tremble),
		cmocka_unit_test(availability_changes),
		cmocka_unit_test(derived_need_their_parts),
		cmocka_unit_test(short_records),
		cmocka_unit_test(times_limited),
		cmocka_unit_test(idle_time_catches_up),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("model_figure", tests, NULL, NULL);
}
