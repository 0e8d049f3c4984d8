// SPDX-License-Identifier: GPL-2.0
/*
 * Prometheus' protobuf format, read by code that protoc has made of docs/metrics.proto: what comes out is what went in,
 * and is what the text format says of the same.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "metrics.pb-c.h"

#include "chance.h"
#include "render/format.h"
#include "render/protobuf.h"
#include "render/protobuf_format.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define FAMILIES 16

struct read {
	Io__Prometheus__Client__MetricFamily *family[FAMILIES];
	size_t count;
};

/* Everything that was written, or the test fails. */
static struct read read_all(const struct skstat_families *set, bool stale)
{
	struct skstat_buffer buffer = { 0 };
	struct read read = { .count = 0 };
	const uint8_t *at, *end;

	skstat_protobuf_render(&buffer, set, stale);
	assert_false(buffer.failed);
	at = (const uint8_t *)buffer.data;
	end = at + buffer.length;
	while (at < end) {
		uint64_t length = 0;
		unsigned int shift = 0;

		do {
			length |= (uint64_t)(*at & 0x7f) << shift;
			shift += 7;
		} while (*at++ & 0x80 && at < end);
		assert_true(length <= (uint64_t)(end - at) && read.count < FAMILIES);
		read.family[read.count] = io__prometheus__client__metric_family__unpack(NULL, length, at);
		assert_non_null(read.family[read.count]);
		/* Nothing that the .proto does not tell of. */
		assert_int_equal(read.family[read.count]->base.n_unknown_fields, 0);
		read.count++;
		at += length;
	}
	skstat_buffer_free(&buffer);
	return read;
}

static void read_free(struct read *read)
{
	for (size_t i = 0; i < read->count; i++)
		io__prometheus__client__metric_family__free_unpacked(read->family[i], NULL);
}

static void assert_labels(const Io__Prometheus__Client__Metric *metric, const struct skstat_label *label, size_t labels)
{
	assert_int_equal(metric->n_label, labels);
	for (size_t i = 0; i < labels; i++) {
		assert_string_equal(metric->label[i]->name, label[i].name);
		assert_string_equal(metric->label[i]->value, label[i].value);
	}
}

static void values(void **state)
{
	static const struct skstat_label label[] = { { "view", "default" }, { "port", "443" }, { "kind", "x" } };
	static const struct skstat_label hard = { "value", "caf\xe9 \n\"" }, replaced = { "value", "caf\ufffd \n\"" };
	struct skstat_families *set = skstat_families_new();
	const struct skstat_labels *shared = skstat_labels_add(set, label, 2);
	struct skstat_family *family;
	struct read read;

	(void)state;
	family = skstat_family_add(set, SKSTAT_METRIC_COUNTER, "skstat_sent_bytes", "bytes", "Sent \"bytes\"");
	skstat_series_add_shared(set, family, shared, NULL)->value = 5;
	skstat_series_add_shared(set, family, shared, &label[2])->value = 1e300;
	skstat_series_add(set, family, label, 0)->value = 0.25;
	family = skstat_family_add(set, SKSTAT_METRIC_GAUGE, "skstat_queue", "", "Queue");
	skstat_series_add(set, family, &hard, 1)->value = -INFINITY;
	skstat_family_add(set, SKSTAT_METRIC_GAUGE, "skstat_nobody_has", "", "Nothing of this");

	read = read_all(set, false);
	assert_int_equal(read.count, 3);
	assert_string_equal(read.family[0]->name, SKSTAT_UP);
	assert_string_equal(read.family[0]->help, SKSTAT_UP_HELP);
	assert_int_equal(read.family[0]->type, IO__PROMETHEUS__CLIENT__METRIC_TYPE__GAUGE);
	assert_true(read.family[0]->metric[0]->gauge->value == 1);
	assert_string_equal(read.family[1]->name, "skstat_sent_bytes_total");
	assert_string_equal(read.family[1]->help, "Sent \"bytes\"");
	assert_string_equal(read.family[1]->unit, "bytes");
	assert_int_equal(read.family[1]->type, IO__PROMETHEUS__CLIENT__METRIC_TYPE__COUNTER);
	assert_int_equal(read.family[1]->n_metric, 3);
	assert_labels(read.family[1]->metric[0], label, 2);
	assert_labels(read.family[1]->metric[1], label, 3);
	assert_labels(read.family[1]->metric[2], label, 0);
	assert_true(read.family[1]->metric[0]->counter->value == 5);
	assert_true(read.family[1]->metric[1]->counter->value == 1e300);
	assert_true(read.family[1]->metric[2]->counter->value == 0.25);
	assert_null(read.family[2]->unit);
	assert_labels(read.family[2]->metric[0], &replaced, 1);
	assert_true(read.family[2]->metric[0]->gauge->value == -(double)INFINITY);
	read_free(&read);

	/* Of a stale set, no gauge but that it is. */
	read = read_all(set, true);
	assert_int_equal(read.count, 2);
	assert_true(read.family[0]->metric[0]->gauge->value == 0);
	assert_int_equal(read.family[1]->type, IO__PROMETHEUS__CLIENT__METRIC_TYPE__COUNTER);
	read_free(&read);
	skstat_families_free(set);
}

static void classic(void **state)
{
	static const double edge[] = { 0.001, 0.25, 10 };
	static const uint64_t count[] = { 1, 0, 5, 2 };
	static const struct skstat_exemplar one[4] = { [1] = { 4711, 0.125, 1500000000 } },
					    above[4] = { [3] = { UINT64_MAX, 11, 0 } };
	struct skstat_families *set = skstat_families_new();
	const Io__Prometheus__Client__Histogram *histogram;
	struct skstat_family *family;
	struct read read;

	(void)state;
	family = skstat_family_add(set, SKSTAT_METRIC_GAUGE, "process_start_time_seconds", "seconds", "Start");
	skstat_series_add(set, family, NULL, 0)->value = 1700000000.25;
	family = skstat_family_add(set, SKSTAT_METRIC_HISTOGRAM, "skstat_rtt_seconds", "seconds", "Round trips");
	skstat_series_add(set, family, NULL, 0)->distribution = (struct skstat_distribution){
		.edge = edge, .edges = LENGTH(edge), .count = count, .sum = 31.4, .exemplar = one,
	};
	skstat_series_add(set, family, NULL, 0)->distribution = (struct skstat_distribution){
		.edge = edge, .edges = LENGTH(edge),
	};
	skstat_series_add(set, family, NULL, 0)->distribution = (struct skstat_distribution){
		.edge = edge, .edges = LENGTH(edge), .count = count, .exemplar = above,
	};
	set->wall_ns = 1600000000000000000;
	read = read_all(set, false);
	assert_int_equal(read.family[2]->type, IO__PROMETHEUS__CLIENT__METRIC_TYPE__HISTOGRAM);
	assert_int_equal(read.family[2]->n_metric, 3);
	histogram = read.family[2]->metric[0]->histogram;
	assert_int_equal(histogram->sample_count, 8);
	assert_true(histogram->sample_sum == 31.4);
	assert_int_equal(histogram->n_bucket, LENGTH(edge));
	for (size_t i = 0, total = 0; i < LENGTH(edge); i++) {
		total += count[i];
		assert_true(histogram->bucket[i]->upper_bound == edge[i]);
		assert_int_equal(histogram->bucket[i]->cumulative_count, total);
	}
	assert_non_null(histogram->bucket[1]->exemplar);
	assert_null(histogram->bucket[0]->exemplar);
	assert_int_equal(histogram->bucket[1]->exemplar->n_label, 1);
	assert_string_equal(histogram->bucket[1]->exemplar->label[0]->name, "cookie");
	assert_string_equal(histogram->bucket[1]->exemplar->label[0]->value, "4711");
	assert_true(histogram->bucket[1]->exemplar->value == 0.125);
	assert_int_equal(histogram->bucket[1]->exemplar->timestamp->seconds, 1600000001);
	assert_int_equal(histogram->bucket[1]->exemplar->timestamp->nanos, 500000000);
	/* One that is above all edges has a bucket to be in. */
	histogram = read.family[2]->metric[2]->histogram;
	assert_int_equal(histogram->n_bucket, LENGTH(edge) + 1);
	assert_true(isinf(histogram->bucket[LENGTH(edge)]->upper_bound));
	assert_int_equal(histogram->bucket[LENGTH(edge)]->cumulative_count, 8);
	assert_string_equal(histogram->bucket[LENGTH(edge)]->exemplar->label[0]->value, "18446744073709551615");
	histogram = read.family[2]->metric[0]->histogram;
	assert_false(histogram->has_schema);
	assert_int_equal(histogram->n_positive_span, 0);
	assert_int_equal(histogram->created_timestamp->seconds, 1700000000);
	assert_int_equal(histogram->created_timestamp->nanos, 250000000);
	assert_int_equal(read.family[2]->metric[1]->histogram->sample_count, 0);
	read_free(&read);
	skstat_families_free(set);
}

/* What spans and deltas say of each bucket, as Prometheus reads them, against the counts. */
static void assert_native(const Io__Prometheus__Client__Histogram *histogram, const struct skstat_native *native)
{
	int64_t index = 0, count = 0;
	size_t delta = 0;
	uint64_t total = native->low, *seen = calloc(native->buckets + 1, sizeof(*seen));

	assert_non_null(seen);
	assert_true(histogram->has_schema && histogram->schema == native->schema);
	assert_true(histogram->zero_threshold == native->threshold);
	assert_int_equal(histogram->zero_count, native->low);
	assert_true(histogram->n_positive_span > 0);
	for (size_t i = 0; i < histogram->n_positive_span; i++) {
		index += histogram->positive_span[i]->offset;
		for (uint32_t j = 0; j < histogram->positive_span[i]->length; j++, index++) {
			assert_true(delta < histogram->n_positive_delta);
			count += histogram->positive_delta[delta++];
			assert_true(index >= native->first && index <= native->first + (int64_t)native->buckets);
			seen[index - native->first] = (uint64_t)count;
		}
	}
	assert_int_equal(delta, histogram->n_positive_delta);
	for (size_t i = 0; i < native->buckets; i++) {
		assert_int_equal(seen[i], native->count[i]);
		total += native->count[i];
	}
	assert_int_equal(seen[native->buckets], native->high);
	assert_int_equal(histogram->sample_count, total + native->high);
	free(seen);
}

static void native(void **state)
{
	static const double edge[] = { 1 };
	uint64_t seed = 7, bucket[64], classic_count[2];
	struct skstat_native made = { .schema = 3, .threshold = 0.001, .buckets = LENGTH(bucket), .count = bucket };

	(void)state;
	for (int round = 0; round < 2000; round++) {
		struct skstat_families *set = skstat_families_new();
		struct skstat_family *family = skstat_family_add(set, SKSTAT_METRIC_HISTOGRAM, "h", "", "Help");
		uint64_t some = chance_of(&seed, 20);
		struct read read;

		made.first = (int)chance_of(&seed, 200) - 100;
		made.low = chance_of(&seed, 2) * chance_of(&seed, 1000);
		made.high = chance_of(&seed, 2) * chance_of(&seed, 1000);
		classic_count[0] = made.low;
		classic_count[1] = made.high;
		for (size_t i = 0; i < LENGTH(bucket); i++) {
			bucket[i] = chance_of(&seed, 20) < some ? chance_of(&seed, 3) << chance_of(&seed, 40) : 0;
			classic_count[1] += bucket[i];
		}
		skstat_series_add(set, family, NULL, 0)->distribution = (struct skstat_distribution){
			.edge = edge, .edges = 1, .count = classic_count, .native = &made,
		};
		read = read_all(set, false);
		assert_native(read.family[1]->metric[0]->histogram, &made);
		read_free(&read);
		skstat_families_free(set);
	}
}

/* Numbers of every length, and signs. */
static void varints(void **state)
{
	char text[SKSTAT_WIRE_VARINT_SIZE];

	(void)state;
	assert_int_equal(skstat_wire_varint(text, UINT64_MAX) - text, SKSTAT_WIRE_VARINT_SIZE);
	assert_int_equal(skstat_wire_varint(text, 300) - text, 2);
	assert_memory_equal(text, "\xac\x02", 2);
	assert_int_equal(skstat_wire_zigzag(0), 0);
	assert_int_equal(skstat_wire_zigzag(-1), 1);
	assert_int_equal(skstat_wire_zigzag(1), 2);
	assert_int_equal(skstat_wire_zigzag(INT64_MIN), UINT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values), cmocka_unit_test(classic), cmocka_unit_test(native), cmocka_unit_test(varints),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("protobuf_format", tests, NULL, NULL);
}
