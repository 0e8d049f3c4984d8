// SPDX-License-Identifier: GPL-2.0
/* Views that are exchanged for others, what they show, and by which buckets. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <math.h>
#include <netinet/tcp.h>

#include "chance.h"
#include "model/view_copy.h"
#include "model_kit.h"

#define LABEL(NAME) SKSTAT_LABEL_BIT(SKSTAT_LABEL_##NAME)
#define OUT "default/out/443/ipv4"

static struct skstat_view_config view_of(const char *name, uint32_t labels)
{
	struct skstat_view_config view = skstat_view_default;

	view.name = name;
	view.labels = labels;
	return view;
}

static void set(struct kit *kit, const struct skstat_view_config *view, size_t count)
{
	assert_int_equal(skstat_model_views(kit->model, view, count), 0);
}

/* A view that comes counts from then on; one that is another than before does, too; one that is the same goes on. */
static void a_new_view_begins_at_0(void **state)
{
	struct skstat_view_config view[3] = { view_of("default", KIT_LABELS), view_of("ports", LABEL(PORT)),
					      view_of("all", 0) };
	struct skstat_model_config config = { .view = view, .views = 1, .netns_limit = 2 };
	struct skstat_sample s[2] = { kit_connection(1, "10.0.0.1:40000", "10.0.0.2:443"),
				      kit_connection(2, "10.0.0.1:40001", "10.0.0.2:443") };
	struct kit *kit = kit_new(&config);

	(void)state;
	kit_poll(kit, NULL, 0);
	s[0].traffic.bytes_sent = s[1].traffic.bytes_sent = 100;
	kit_poll(kit, s, 2);
	set(kit, view, 3);
	/* Nothing is in it yet. */
	assert_null(kit_series(kit, "skstat_tcp_connections", "ports/443"));
	assert_true(kit_value(kit, "skstat_tcp_connections", OUT) == 2);
	/* A delta brings one of them, which moved by 5. */
	s[0].traffic.bytes_sent = 105;
	kit_begin(kit, false);
	kit_put(kit, &s[0]);
	kit_end(kit, true, false);
	assert_true(kit_value(kit, "skstat_tcp_connections", "ports/443") == 1);
	assert_true(kit_value(kit, "skstat_tcp_sent_bytes", "ports/443") == 5);
	assert_true(kit_value(kit, "skstat_tcp_sent_bytes", "all") == 5);
	assert_true(kit_value(kit, "skstat_tcp_sent_bytes", OUT) == 205);
	kit_poll(kit, s, 2);
	assert_true(kit_value(kit, "skstat_tcp_connections", "ports/443") == 2);
	/* The same in other memory, and in another order. */
	view[1] = view_of("default", KIT_LABELS);
	view[0] = view_of("ports", LABEL(PORT));
	view[0].limit = 21;
	set(kit, view, 2);
	s[0].traffic.bytes_sent = 106;
	kit_poll(kit, s, 2);
	assert_true(kit_value(kit, "skstat_tcp_sent_bytes", OUT) == 206);
	assert_true(kit_value(kit, "skstat_tcp_sent_bytes", "ports/443") == 1);
	assert_null(kit_series(kit, "skstat_tcp_sent_bytes", "all"));
	/* None at all, and back. */
	set(kit, NULL, 0);
	s[0].traffic.bytes_sent = 107;
	kit_poll(kit, s, 2);
	assert_null(kit_family(kit, "skstat_tcp_sent_bytes"));
	assert_int_equal(skstat_self_get(&kit->self, model_tracked), 2);
	set(kit, view, 2);
	s[0].traffic.bytes_sent = 109;
	kit_poll(kit, s, 2);
	assert_true(kit_value(kit, "skstat_tcp_sent_bytes", OUT) == 2);
	assert_true(kit_value(kit, "skstat_tcp_connections", OUT) == 2);
	kit_free(kit);
}

/* What closes before any record of it has come counts in the new view, too; but for what it had before. */
static void an_event_joins(void **state)
{
	struct skstat_view_config view[2] = { view_of("default", KIT_LABELS), view_of("ports", LABEL(PORT)) };
	struct skstat_model_config config = { .view = view, .views = 1, .netns_limit = 2 };
	struct skstat_sample s = kit_connection(1, "10.0.0.1:40000", "10.0.0.2:443");
	struct kit *kit = kit_new(&config);

	(void)state;
	kit->poll.journal = true;
	kit->poll.journal_ns = kit->poll.now_ns;
	kit_poll(kit, NULL, 0);
	s.traffic.bytes_sent = 100;
	kit_poll(kit, &s, 1);
	set(kit, view, 2);
	s.traffic.bytes_sent = 130;
	kit_event(&s, SKSTAT_KIND_CLOSED, SKSTAT_CLOSE_FIN_LOCAL, kit->poll.now_ns + 5);
	s.event.duration = 1000000;
	s.event.event_flags = SKSTAT_EVENT_HAS_DURATION;
	assert_int_equal(skstat_model_event(&s, kit->model), 0);
	kit_poll(kit, NULL, 0);
	assert_true(kit_value(kit, "skstat_tcp_sent_bytes", OUT) == 130);
	assert_true(kit_value(kit, "skstat_tcp_sent_bytes", "ports/443") == 30);
	assert_true(kit_value(kit, "skstat_tcp_closed_connections", "ports/443/fin_local") == 1);
	assert_true(kit_value(kit, "skstat_tcp_connections", "ports/443") == 0);
	assert_true(kit_sum(kit, "skstat_tcp_duration_seconds") == 2);
	kit_free(kit);
}

static void too_many(void **state)
{
	struct skstat_view_config *view = calloc(65, sizeof(*view));
	struct skstat_sample s = kit_connection(1, "10.0.0.1:40000", "10.0.0.2:443");
	struct skstat_view_total total;
	struct kit *kit = kit_new(NULL);

	(void)state;
	assert_non_null(view);
	for (size_t i = 0; i < 65; i++)
		view[i] = view_of("default", 0);
	kit_poll(kit, NULL, 0);
	assert_int_equal(skstat_model_views(kit->model, view, 65), -E2BIG);
	kit_poll(kit, &s, 1);
	assert_true(kit_value(kit, "skstat_tcp_connections", OUT) == 1);
	set(kit, view, 64);
	kit_poll(kit, &s, 1);
	assert_true(kit_sum(kit, "skstat_tcp_connections") == 64);
	assert_true(skstat_model_view_total(kit->model, 63, &total));
	assert_int_equal(total.groups, 1);
	assert_false(skstat_model_view_total(kit->model, 64, &total));
	kit_free(kit);
	free(view);
}

/* How many series a configuration would make: by a model that has seen one walk. */
static void predicted(void **state)
{
	struct skstat_view_config view[2] = { view_of("default", KIT_LABELS), view_of("ports", LABEL(PORT)) };
	struct skstat_model_config config = { .view = view, .views = 2, .netns_limit = 2 };
	struct skstat_sample s[3] = { kit_connection(1, "10.0.0.1:40000", "10.0.0.2:443"),
				      kit_connection(2, "[::1]:40001", "[::2]:443"), kit_listener(3, "10.0.0.1:80") };
	struct skstat_view_total total[2];
	struct kit *kit = kit_new(&config);

	(void)state;
	view[1].limit = 1;
	set(kit, view, 2);
	kit->poll.journal = true;
	kit_poll(kit, s, 3);
	assert_int_equal(skstat_model_predict(kit->model), 0);
	assert_true(skstat_model_view_total(kit->model, 0, &total[0]));
	assert_true(skstat_model_view_total(kit->model, 1, &total[1]));
	assert_string_equal(total[1].name, "ports");
	assert_int_equal(total[0].groups, 3);
	assert_int_equal(total[0].series, 3 * 137);
	assert_int_equal(total[1].groups, 1);
	assert_int_equal(total[1].series, 2 * 137);
	assert_int_equal(total[1].folded, 2);
	assert_true(kit_value(kit, "skstat_view_series", "ports") == 2 * 137);
	kit_free(kit);
}

/* A family is there once, with the series of those views that show it. */
static void families_by_pattern(void **state)
{
	static const char *const some[] = { "skstat_tcp_sent_*", "*_rtt_seconds", "skstat_tcp_lost_segments_total" };
	struct skstat_view_config view[2] = { view_of("default", KIT_LABELS), view_of("ports", LABEL(PORT)) };
	struct skstat_model_config config = { .view = view, .views = 2, .netns_limit = 2 };
	struct skstat_sample s = kit_connection(1, "10.0.0.1:40000", "10.0.0.2:443");
	static const struct {
		const char *name;
		size_t series; /* of both */
	} rows[] = {
		{ "skstat_tcp_sent_bytes", 2 }, { "skstat_tcp_sent_segments", 2 }, { "skstat_tcp_lost_segments", 2 },
		{ "skstat_tcp_rtt_seconds", 2 }, { "skstat_tcp_min_rtt_seconds", 1 }, { "skstat_tcp_connections", 1 },
		{ "skstat_tcp_busy_seconds", 1 }, { "skstat_tcp_cwnd_limited_seconds", 1 },
	};
	struct kit *kit;

	(void)state;
	view[1].families.pattern = some;
	view[1].families.count = 3;
	kit = kit_new(&config);
	kit_poll(kit, &s, 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct skstat_family *family = kit_family(kit, rows[i].name);
		size_t count = 0;

		/* min_rtt is not among the default ones: "*_rtt_seconds" asks for it in the second view alone. */
		assert_non_null(family);
		assert_int_equal(family->count, rows[i].series);
		for (size_t f = 0; f < kit->set->count; f++)
			count += strcmp(kit->set->family[f].name, rows[i].name) == 0;
		assert_int_equal(count, 1);
	}
	kit_free(kit);
	/* Only that one: the others are not there at all. */
	config.view = &view[1];
	config.views = 1;
	kit = kit_new(&config);
	kit_poll(kit, &s, 1);
	assert_null(kit_family(kit, "skstat_tcp_connections"));
	assert_null(kit_family(kit, "skstat_tcp_duration_seconds"));
	assert_int_equal(kit_family(kit, "skstat_tcp_sent_bytes")->count, 1);
	kit_free(kit);
}

/* In (2^((i-1)/8), 2^(i/8)], as doubles say it. */
static int native_index(double value)
{
	int index = (int)floor(log2(value) * 8) - 1;

	while (value > exp2(index / 8.0))
		index++;
	return index;
}

#define VALUES 4000

/* Whatever the edges are, both kinds of buckets are exact, of the same values. */
static void buckets_are_exact(void **state)
{
	static const struct skstat_view_buckets own[] = {
		{ "rtt", { 0.0001, 0.000125, 0.05, 0.0625, 0.1, 700 }, 6 },
		{ "send_queue", { 0.5, 3, 1000, 1024, 1025, 1e12 }, 6 },
	};
	struct skstat_view_config view[2] = { view_of("default", 0), view_of("own", 0) };
	struct skstat_model_config config = { .view = view, .views = 2, .netns_limit = 2 };
	struct skstat_sample s = kit_connection(1, "10.0.0.1:40000", "10.0.0.2:443");
	static const char *const names[] = { "skstat_tcp_rtt_seconds", "skstat_tcp_send_queue_bytes" };
	static double said[2][VALUES];
	uint64_t seed = 7;
	struct kit *kit;

	(void)state;
	view[1].buckets = own;
	view[1].bucketed = 2;
	kit = kit_new(&config);
	kit_poll(kit, &s, 1);
	for (size_t i = 0; i < VALUES; i++) {
		uint32_t rtt = (uint32_t)chance_of(&seed, UINT64_C(1) << 1 << chance_of(&seed, 32));
		uint32_t queue = (uint32_t)chance_of(&seed, UINT64_C(1) << 1 << chance_of(&seed, 31));

		s.tcp.rtt = rtt ? rtt : 1;
		s.traffic.wqueue = queue ? queue : 1;
		/* and just the edges */
		if (i < 64)
			s.tcp.rtt = 8 * 100 + (uint32_t)i % 3 - 1, s.traffic.wqueue = 1024 + (uint32_t)i % 3 - 1;
		said[0][i] = s.tcp.rtt / 8e6;
		said[1][i] = s.traffic.wqueue;
		kit_begin(kit, true);
		kit_put(kit, &s);
		kit_end(kit, true, false);
	}
	for (size_t n = 0; n < 2; n++)
		for (size_t v = 0; v < 2; v++) {
			const struct skstat_series *series = kit_series(kit, names[n], v ? "own" : "default");
			const struct skstat_distribution *d = &series->distribution;
			const struct skstat_native *native = d->native;
			uint64_t count[SKSTAT_VIEW_EDGES_MAX + 1] = { 0 }, low = 0, high = 0, total = 0;
			static uint64_t fine[1000];

			assert_int_equal(d->edges, v ? 6 : 12);
			assert_int_equal(native->schema, 3);
			memset(fine, 0, sizeof(fine));
			for (size_t i = 0; i < VALUES; i++) {
				size_t b = 0;

				while (b < d->edges && said[n][i] > d->edge[b])
					b++;
				count[b]++;
				if (said[n][i] <= native->threshold)
					low++;
				else if (native_index(said[n][i]) >= native->first + (int)native->buckets)
					high++;
				else
					fine[native_index(said[n][i]) - native->first]++;
			}
			assert_memory_equal(count, d->count, (d->edges + 1) * sizeof(*count));
			assert_memory_equal(fine, native->count, native->buckets * sizeof(*fine));
			assert_int_equal(low, native->low);
			assert_int_equal(high, native->high);
			assert_in_range(low + high, 1, VALUES / 2);
			for (size_t b = 0; b < native->buckets; b++)
				total += native->count[b];
			assert_int_equal(total + low + high, VALUES);
			assert_true(native->count[0] && (high || native->count[native->buckets - 1]));
			/* Behind the last one is what is above the range: 64 seconds, or a GiB. */
			if (high)
				assert_true(native->first + (int)native->buckets - 1 == (n ? 30 : 6) * 8);
		}
	kit_free(kit);
}

/* Up to 256 GiB in a connection are told apart; above that they are above all. */
static void payloads(void **state)
{
	const struct skstat_native *native;
	struct kit *kit = kit_new(NULL);

	(void)state;
	kit->poll.journal = true;
	kit->poll.journal_ns = kit->poll.now_ns;
	kit_poll(kit, NULL, 0);
	for (uint64_t bit = 0; bit < 42; bit++) {
		struct skstat_sample s = kit_connection(1 + bit, "10.0.0.1:40000", "10.0.0.2:443");

		s.traffic.bytes_sent = UINT64_C(1) << bit;
		kit_event(&s, SKSTAT_KIND_CLOSED, SKSTAT_CLOSE_FIN_LOCAL, kit->poll.now_ns + bit);
		s.event.duration = 1;
		s.event.event_flags = SKSTAT_EVENT_HAS_DURATION;
		assert_int_equal(skstat_model_event(&s, kit->model), 0);
	}
	kit_poll(kit, NULL, 0);
	native = kit_series(kit, "skstat_tcp_connection_sent_bytes", OUT)->distribution.native;
	assert_true(kit_sum(kit, "skstat_tcp_connection_sent_bytes") == 42);
	assert_int_equal(native->low, 1);
	assert_int_equal(native->high, 3);
	for (int bit = 1; bit < 39; bit++)
		assert_int_equal(native->count[bit * 8 - native->first], 1);
	kit_free(kit);
}

/* Every part of a configuration counts, and the copy has all of it. */
static void configurations_are_compared(void **state)
{
	static const char *const patterns[] = { "a", "b*" }, *const others[] = { "a", "c" };
	static const struct skstat_view_ports ports[] = { { 1, 2, "x" } }, ports2[] = { { 1, 2, "y" } };
	static const struct skstat_view_prefix prefixes[] = { { { 1 }, 8, "x" } }, prefixes2[] = { { { 2 }, 8, "x" } };
	static const uint32_t numbers[] = { 1 }, numbers2[] = { 2 };
	static const struct skstat_view_buckets buckets[] = { { "rtt", { 1, 2 }, 2 } };
	static const struct skstat_view_buckets buckets2[] = { { "rtt", { 1, 3 }, 2 } };
	const struct skstat_view_config all = {
		.name = "n", .labels = 7, .limit = 3, .ttl_ns = 4, .remote = prefixes, .remotes = 1, .remote_ipv4 = 24,
		.remote_ipv6 = 48, .port = ports, .ports = 1, .families = { patterns, 2 }, .all_histograms = true,
		.buckets = buckets, .bucketed = 1, .top = { 1, 2, 3, 4 },
		.match = {
			.directions = 1, .families = 1, .states = 2, .port = ports, .ports = 1, .remote = prefixes,
			.remotes = 1, .netns = { patterns, 2 }, .cgroup = { patterns, 2 }, .comm = { patterns, 2 },
			.interface = { patterns, 2 }, .congestion = { patterns, 2 }, .uid = { numbers, 1 }, .mark = 1,
			.mark_mask = 3,
		},
	};
	struct skstat_view_config *copy = skstat_view_copy(&all), one = all;

	(void)state;
	assert_non_null(copy);
	assert_true(skstat_view_equal(&all, copy) && skstat_view_equal(copy, copy));
	assert_ptr_not_equal(copy->match.uid.number, numbers);
	assert_ptr_not_equal(copy->families.pattern[1], patterns[1]);
#define OTHER(member, ...)                                    \
	one = all;                                            \
	one.member = __VA_ARGS__;                             \
	assert_false(skstat_view_equal(&one, copy));          \
	assert_false(skstat_view_equal(copy, &one));
	OTHER(name, "m")
	OTHER(labels, 3)
	OTHER(limit, 4)
	OTHER(ttl_ns, 5)
	OTHER(remote, prefixes2)
	OTHER(remotes, 0)
	OTHER(remote_ipv4, 25)
	OTHER(remote_ipv6, 49)
	OTHER(port, ports2)
	OTHER(ports, 0)
	OTHER(families.pattern, others)
	OTHER(families.count, 1)
	OTHER(all_histograms, false)
	OTHER(buckets, buckets2)
	OTHER(bucketed, 0)
	OTHER(top[3], 9)
	OTHER(match.directions, 2)
	OTHER(match.families, 2)
	OTHER(match.states, 4)
	OTHER(match.port, ports2)
	OTHER(match.ports, 0)
	OTHER(match.remote, prefixes2)
	OTHER(match.remotes, 0)
	OTHER(match.netns.pattern, others)
	OTHER(match.cgroup.pattern, others)
	OTHER(match.comm.pattern, others)
	OTHER(match.interface.pattern, others)
	OTHER(match.congestion.pattern, others)
	OTHER(match.congestion.count, 1)
	OTHER(match.uid.number, numbers2)
	OTHER(match.uid.count, 0)
	OTHER(match.mark, 2)
	OTHER(match.mark_mask, 2)
	free(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_view_begins_at_0),
		cmocka_unit_test(an_event_joins),
		cmocka_unit_test(too_many),
		cmocka_unit_test(predicted),
		cmocka_unit_test(families_by_pattern),
		cmocka_unit_test(buckets_are_exact),
		cmocka_unit_test(payloads),
		cmocka_unit_test(configurations_are_compared),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("model_reload", tests, NULL, NULL);
}
