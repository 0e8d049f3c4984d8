// SPDX-License-Identifier: GPL-2.0
/* Records as JSON: which fields, in which order, in which unit. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <linux/tcp.h>
#include <sys/socket.h>

#include "render/json.h"

/* A schema that has every figure. */
static struct skstat_schema everything(void)
{
	struct skstat_schema schema = { 0 };

	memset(schema.available, true, sizeof(schema.available));
	return schema;
}

static size_t index_of(const char *name)
{
	return (size_t)(skstat_field_by_name(name) - skstat_fields);
}

static struct skstat_sample full(void)
{
	struct skstat_sample sample = { .kind = SKSTAT_KIND_FULL };

	for (unsigned int g = 0; g < __SKSTAT_GROUP_MAX; g++) {
		if (!(skstat_groups[g].kinds & 1u << SKSTAT_KIND_FULL))
			continue;
		sample.groups |= 1u << g;
		sample.size[g] = skstat_groups[g].size;
	}
	sample.identity.cookie = 0xfedcba9876543210;
	sample.identity.netns = 1;
	sample.identity.family = AF_INET;
	sample.identity.state = 1;
	memcpy(sample.identity.saddr.byte, "\x7f\0\0\1", 4);
	memcpy(sample.identity.daddr.byte, "\xc0\0\2\1", 4);
	sample.identity.sport = 443;
	sample.timer.timer_expires = -4;
	sample.traffic.bytes_sent = 1ull << 53;
	sample.tcp.pacing_rate = UINT64_MAX;
	sample.tcp.max_pacing_rate = 1500000;
	sample.tcp.rtt = 8 * 1500 + 3;
	sample.tcp.min_rtt = UINT32_MAX;
	sample.tcp.busy_time = UINT32_MAX;
	sample.memory.fwd_alloc = -1;
	sample.owner.inode = 1ull << 60;
	sample.owner.uid = UINT32_MAX;
	strcpy(sample.congestion.cong.text, "bbr");
	memset(sample.congestion.ulp.text, 0xff, 15);
	return sample;
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "(not a text)";
}

static void raw(void **state)
{
	const struct skstat_schema schema = everything();
	const struct skstat_sample sample = full();
	json_t *object = skstat_sample_json(&sample, &schema, 250, true);

	(void)state;
	assert_string_equal(text_of(object, "kind"), "full");
	assert_true(json_is_real(json_object_get(object, "cookie")));
	assert_true(json_real_value(json_object_get(object, "cookie")) == (double)0xfedcba9876543210);
	assert_int_equal(json_integer_value(json_object_get(object, "netns")), 1);
	assert_string_equal(text_of(object, "saddr"), "127.0.0.1");
	assert_string_equal(text_of(object, "daddr"), "192.0.2.1");
	assert_string_equal(text_of(object, "state"), "ESTAB");
	assert_int_equal(json_integer_value(json_object_get(object, "state_raw")), 1);
	assert_int_equal(json_integer_value(json_object_get(object, "timer_expires")), -4);
	assert_int_equal(json_integer_value(json_object_get(object, "bytes_sent")), 1ll << 53);
	assert_true(json_is_real(json_object_get(object, "pacing_rate")));
	assert_int_equal(json_integer_value(json_object_get(object, "rtt")), 12003);
	assert_int_equal(json_integer_value(json_object_get(object, "min_rtt")), UINT32_MAX);
	assert_int_equal(json_integer_value(json_object_get(object, "fwd_alloc")), -1);
	assert_string_equal(text_of(object, "cong"), "bbr");
	assert_string_equal(text_of(object, "ulp"), "(not UTF-8)");
	json_decref(object);
}

/* Readers diff these lines: "kind", then the table's order, and what was made of the state where the state was. */
static void order(void **state)
{
	const struct skstat_schema schema = everything();
	const struct skstat_sample sample = full();
	json_t *object = skstat_sample_json(&sample, &schema, 0, true);
	void *at = json_object_iter(object);

	(void)state;
	assert_string_equal(json_object_iter_key(at), "kind");
	for (size_t i = 0; i < SKSTAT_FIELDS_COUNT; i++) {
		if (!skstat_sample_has(&sample, &skstat_fields[i]) || skstat_field_reserved(&skstat_fields[i]))
			continue;
		at = json_object_iter_next(object, at);
		assert_string_equal(json_object_iter_key(at), skstat_fields[i].name);
	}
	at = json_object_iter_next(object, at);
	assert_string_equal(json_object_iter_key(at), "state_raw");
	assert_null(json_object_iter_next(object, at));
	json_decref(object);
}

static void base_units(void **state)
{
	const struct skstat_schema schema = everything();
	const struct skstat_sample sample = full();
	json_t *object = skstat_sample_json(&sample, &schema, 250, false);

	(void)state;
	assert_string_equal(text_of(object, "cookie"), "18364758544493064720");
	assert_string_equal(text_of(object, "netns"), "1");
	assert_string_equal(text_of(object, "inode"), "1152921504606846976");
	assert_string_equal(text_of(object, "cgroup"), "0");
	assert_string_equal(text_of(object, "state"), "ESTAB");
	assert_int_equal(json_integer_value(json_object_get(object, "bytes_sent")), 1ll << 53);
	assert_int_equal(json_integer_value(json_object_get(object, "sport")), 443);
	assert_true(fabs(json_real_value(json_object_get(object, "rtt")) - 0.001500375) < 1e-15);
	assert_true(fabs(json_real_value(json_object_get(object, "timer_expires")) + 0.016) < 1e-12);
	assert_int_equal(json_integer_value(json_object_get(object, "max_pacing_rate")), 1500000);
	assert_int_equal(json_integer_value(json_object_get(object, "fwd_alloc")), -1);
	/* All ones are "none" of a gauge alone. */
	assert_null(json_object_get(object, "pacing_rate"));
	assert_null(json_object_get(object, "min_rtt"));
	assert_true(fabs(json_real_value(json_object_get(object, "busy_time")) - UINT32_MAX / 250.0) < 1e-6);
	assert_int_equal(json_integer_value(json_object_get(object, "uid")), UINT32_MAX);
	json_decref(object);

	/* A time that cannot be told is not 0. */
	object = skstat_sample_json(&sample, &schema, 0, false);
	assert_null(json_object_get(object, "busy_time"));
	assert_null(json_object_get(object, "timer_expires"));
	assert_non_null(json_object_get(object, "rtt"));
	json_decref(object);
}

static void what_is_not_there_is_left_out(void **state)
{
	struct skstat_schema schema = everything();
	struct skstat_sample sample = full();
	json_t *object;

	(void)state;
	schema.available[index_of("rtt")] = false;
	sample.size[SKSTAT_GROUP_TRAFFIC] = 8; /* an older module: bytes_sent alone */
	for (int with_raw = 0; with_raw < 2; with_raw++) {
		object = skstat_sample_json(&sample, &schema, 250, with_raw);
		assert_null(json_object_get(object, "rtt"));
		assert_non_null(json_object_get(object, "snd_cwnd"));
		assert_non_null(json_object_get(object, "bytes_sent"));
		assert_null(json_object_get(object, "bytes_retrans"));
		assert_null(json_object_get(object, "accept_queue"));
		assert_null(json_object_get(object, "netns_id"));
		assert_null(json_object_get(object, "tcp_reserved"));
		json_decref(object);
	}
	sample.identity.state = 99;
	object = skstat_sample_json(&sample, &schema, 250, true);
	assert_string_equal(text_of(object, "state"), "UNKNOWN");
	assert_int_equal(json_integer_value(json_object_get(object, "state_raw")), 99);
	json_decref(object);

	/* A namespace has no state; an identity whose tail an older module does not send neither. */
	sample = (struct skstat_sample){ .kind = SKSTAT_KIND_NETNS };
	sample.size[SKSTAT_GROUP_NETNS] = skstat_groups[SKSTAT_GROUP_NETNS].size;
	sample.netns.netns_id = UINT64_MAX;
	sample.netns.established = 3;
	object = skstat_sample_json(&sample, &schema, 250, false);
	assert_string_equal(text_of(object, "kind"), "netns");
	assert_string_equal(text_of(object, "netns_id"), "18446744073709551615");
	assert_int_equal(json_integer_value(json_object_get(object, "established")), 3);
	assert_null(json_object_get(object, "state"));
	assert_null(json_object_get(object, "state_raw"));
	json_decref(object);
}

static struct skstat_sample event(enum skstat_kind kind, uint8_t which, uint32_t flags)
{
	struct skstat_sample sample = { .kind = kind };

	for (unsigned int g = 0; g < __SKSTAT_GROUP_MAX; g++)
		if (skstat_groups[g].kinds & 1u << kind) {
			sample.groups |= 1u << g;
			sample.size[g] = skstat_groups[g].size;
		}
	sample.identity.state = 2;
	sample.event.event_sequence = 1ull << 60;
	sample.event.event_time = 12500000000;
	sample.event.event_kind = which;
	sample.event.event_flags = flags;
	sample.event.event_direction = SKSTAT_EVENT_OUT;
	sample.event.connect_latency = 1500000;
	sample.event.open_syn_queue = 3;
	return sample;
}

static void words_of_events(void **state)
{
	const struct skstat_schema schema = everything();
	const struct {
		enum skstat_kind kind;
		uint8_t which;
		const char *word;
	} words[] = {
		{ SKSTAT_KIND_OPENED, SKSTAT_OPEN_HANDSHAKE, "handshake" },
		{ SKSTAT_KIND_FAILED, SKSTAT_FAIL_REFUSED, "refused" },
		{ SKSTAT_KIND_CLOSED, SKSTAT_CLOSE_FIN_LOCAL, "fin_local" },
		{ SKSTAT_KIND_CLOSED, SKSTAT_CLOSE_REPAIR, "repair" },
		{ SKSTAT_KIND_CLOSED, 200, "UNKNOWN" },
		{ SKSTAT_KIND_LISTEN_STARTED, 0, "none" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct skstat_sample sample = event(words[i].kind, words[i].which, 0);

		for (int raw = 0; raw < 2; raw++) {
			json_t *object = skstat_sample_json(&sample, &schema, 250, raw);

			assert_string_equal(text_of(object, "kind"), skstat_kind_name(words[i].kind));
			assert_string_equal(text_of(object, "event_kind"), words[i].word);
			assert_int_equal(json_integer_value(json_object_get(object, "event_kind_raw")), words[i].which);
			assert_string_equal(text_of(object, "event_direction"), "out");
			assert_int_equal(json_integer_value(json_object_get(object, "event_direction_raw")),
					 SKSTAT_EVENT_OUT);
			assert_string_equal(text_of(object, "state"), "SYN-SENT");
			json_decref(object);
		}
	}
}

/* Times in seconds, and only what the event says that it knows; raw, all of it. */
static void figures_of_events(void **state)
{
	const struct skstat_schema schema = everything();
	struct skstat_sample sample = event(SKSTAT_KIND_OPENED, SKSTAT_OPEN_HANDSHAKE, SKSTAT_EVENT_HAS_CONNECT);
	json_t *object = skstat_sample_json(&sample, &schema, 250, false);

	(void)state;
	assert_string_equal(text_of(object, "event_sequence"), "1152921504606846976");
	assert_true(json_real_value(json_object_get(object, "event_time")) == 12.5);
	assert_true(json_real_value(json_object_get(object, "connect_latency")) == 0.0015);
	assert_null(json_object_get(object, "first_byte"));
	assert_null(json_object_get(object, "duration"));
	assert_null(json_object_get(object, "open_accept_queue"));
	assert_null(json_object_get(object, "open_syn_queue"));
	assert_non_null(json_object_get(object, "synack_retrans"));
	json_decref(object);

	sample = event(SKSTAT_KIND_CLOSED, SKSTAT_CLOSE_FIN, SKSTAT_EVENT_HAS_QUEUES | SKSTAT_EVENT_HAS_DURATION |
							     SKSTAT_EVENT_HAS_FIRST_BYTE);
	object = skstat_sample_json(&sample, &schema, 250, false);
	assert_null(json_object_get(object, "connect_latency"));
	assert_non_null(json_object_get(object, "first_byte"));
	assert_non_null(json_object_get(object, "duration"));
	assert_non_null(json_object_get(object, "open_accept_queue"));
	assert_non_null(json_object_get(object, "open_accept_limit"));
	assert_int_equal(json_integer_value(json_object_get(object, "open_syn_queue")), 3);
	json_decref(object);

	sample.event.event_flags = 0;
	object = skstat_sample_json(&sample, &schema, 250, true);
	assert_int_equal(json_integer_value(json_object_get(object, "connect_latency")), 1500000);
	assert_non_null(json_object_get(object, "open_accept_queue"));
	json_decref(object);
}

static void totals(void **state)
{
	static const struct skstat_totals some = {
		.visited = 10, .emitted = 4, .filtered = 3, .idle = 2, .gone = 1, .restarts = 5, .ns = 6,
		.token = UINT64_MAX, .instance = 12345678901234567890ull, .partial = true, .complete = true,
		.samples = 7, .sockets = 8, .skipped = 9,
	};
	json_t *object = skstat_totals_json(&some);
	char *text = json_dumps(object, JSON_COMPACT);

	(void)state;
	assert_string_equal(text, "{\"visited\":10,\"emitted\":4,\"filtered\":3,\"idle\":2,\"gone\":1,"
				  "\"restarts\":5,\"ns\":6,"
				  "\"token\":\"18446744073709551615\",\"instance\":\"12345678901234567890\","
				  "\"partial\":true,\"interrupted\":false,\"samples\":7,\"sockets\":8,\"skipped\":9}");
	free(text);
	json_decref(object);
}

static size_t allocations_left = SIZE_MAX;

static void *scarce_malloc(size_t size)
{
	if (!allocations_left)
		return NULL;
	allocations_left--;
	return malloc(size);
}

/* Memory ends at each place in turn: NULL, and nothing lost. */
static void no_memory(void **state)
{
	const struct skstat_schema schema = everything();
	const struct skstat_totals none = { 0 };
	const struct skstat_sample sample = full();
	json_t *object = NULL;
	size_t allowed;

	(void)state;
	json_set_alloc_funcs(scarce_malloc, free);
	for (allowed = 0; !object; allowed++) {
		allocations_left = allowed;
		object = skstat_sample_json(&sample, &schema, 250, false);
	}
	json_decref(object);
	assert_true(allowed > 200);
	object = NULL;
	for (allowed = 0; !object; allowed++) {
		allocations_left = allowed;
		object = skstat_totals_json(&none);
	}
	json_decref(object);
	assert_true(allowed > 20);
	json_set_alloc_funcs(malloc, free);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(raw),
		cmocka_unit_test(order),
		cmocka_unit_test(base_units),
		cmocka_unit_test(what_is_not_there_is_left_out),
		cmocka_unit_test(words_of_events),
		cmocka_unit_test(figures_of_events),
		cmocka_unit_test(totals),
		cmocka_unit_test(no_memory),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
