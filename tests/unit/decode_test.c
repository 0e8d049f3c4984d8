// SPDX-License-Identifier: GPL-2.0
/* The decoder, fed with runs made by hand: of older and newer modules, and broken ones. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "source/decode.h"

#define BIT(group) (1u << SKSTAT_GROUP_##group)
#define ROOM 4096

/* A run to be: the header is filled in by default from `groups`, then bent by the test. */
struct bytes {
	struct skstat_run run;
	size_t length;
	unsigned char data[ROOM];
};

/* `count` records of `kind` with `groups` as this build has them; each byte of the records is `fill` and up. */
static void run_make(struct bytes *bytes, unsigned int kind, uint32_t groups, unsigned int count)
{
	memset(bytes, 0, sizeof(*bytes));
	bytes->run.kind = kind;
	bytes->run.groups = groups;
	bytes->run.count = count;
	for (unsigned int g = 0; g < __SKSTAT_GROUP_MAX; g++)
		if (groups & 1u << g) {
			bytes->run.size[g] = skstat_groups[g].size;
			bytes->run.stride += bytes->run.size[g];
		}
	for (size_t i = 0; i < sizeof(bytes->data); i++)
		bytes->data[i] = (unsigned char)(i * 7 + 1);
	bytes->length = sizeof(bytes->run) + count * bytes->run.stride;
	assert_true(bytes->length <= ROOM);
}

/*
 * The run as it lies in memory of just its length, `shift` bytes off alignment, so that the sanitizer sees each byte
 * too far. Freed by the caller.
 */
static unsigned char *run_lay(const struct bytes *bytes, size_t shift)
{
	unsigned char *at = malloc(shift + bytes->length + (shift + bytes->length == 0));
	size_t header = bytes->length < sizeof(bytes->run) ? bytes->length : sizeof(bytes->run);

	assert_non_null(at);
	memcpy(at + shift, &bytes->run, header);
	memcpy(at + shift + header, bytes->data, bytes->length - header);
	return at;
}

static int run_open(struct skstat_run_reader *reader, const struct bytes *bytes, unsigned char **memory)
{
	*memory = run_lay(bytes, 0);
	return skstat_run_open(reader, *memory, bytes->length);
}

/* Whether the run is refused, and gives no record either. */
static void assert_refused(const struct bytes *bytes)
{
	struct skstat_run_reader reader;
	unsigned char *memory;

	assert_int_equal(run_open(&reader, bytes, &memory), -EBADMSG);
	assert_null(skstat_run_next(&reader));
	free(memory);
}

static void every_kind(void **state)
{
	(void)state;
	for (unsigned int kind = SKSTAT_KIND_FULL; kind < __SKSTAT_KIND_MAX; kind++) {
		const struct skstat_sample *sample;
		struct skstat_run_reader reader;
		unsigned char *memory;
		struct bytes bytes;
		uint32_t groups = 0;
		unsigned int got = 0;

		for (unsigned int g = 0; g < __SKSTAT_GROUP_MAX; g++)
			if (skstat_groups[g].kinds & 1u << kind)
				groups |= 1u << g;
		run_make(&bytes, kind, groups, 3);
		assert_int_equal(run_open(&reader, &bytes, &memory), 0);
		while ((sample = skstat_run_next(&reader))) {
			const unsigned char *expected = bytes.data + got * bytes.run.stride;

			assert_int_equal(sample->kind, kind);
			assert_int_equal(sample->groups, groups);
			for (size_t i = 0; i < SKSTAT_FIELDS_COUNT; i++) {
				const struct skstat_field *field = &skstat_fields[i];

				assert_int_equal(skstat_sample_has(sample, field), !!(groups & 1u << field->group));
				if (!skstat_sample_has(sample, field))
					continue;
				/* Fields lie in the table in the order of their bytes, with no hole. */
				assert_memory_equal(skstat_sample_at(sample, field), expected, field->size);
				expected += field->size;
			}
			got++;
			assert_ptr_equal(expected, bytes.data + got * bytes.run.stride);
		}
		assert_int_equal(got, 3);
		assert_int_equal(reader.skipped, 0);
		assert_null(skstat_run_next(&reader));
		free(memory);
	}
}

/* A newer module: every known group 8 bytes longer, and a gap at the record's end. */
static void extra_tail(void **state)
{
	const struct skstat_sample *sample;
	struct skstat_run_reader reader;
	unsigned char *memory;
	struct bytes bytes;
	size_t stride;

	(void)state;
	run_make(&bytes, SKSTAT_KIND_FULL, BIT(IDENTITY) | BIT(TIMER) | BIT(OWNER), 2);
	bytes.run.size[SKSTAT_GROUP_IDENTITY] += 8;
	bytes.run.size[SKSTAT_GROUP_TIMER] += 8;
	bytes.run.size[SKSTAT_GROUP_OWNER] += 8;
	stride = bytes.run.stride += 24 + 16;
	bytes.length = sizeof(bytes.run) + 2 * stride;

	assert_int_equal(run_open(&reader, &bytes, &memory), 0);
	for (unsigned int i = 0; i < 2; i++) {
		const unsigned char *record = bytes.data + i * stride;

		sample = skstat_run_next(&reader);
		assert_non_null(sample);
		assert_int_equal(sample->size[SKSTAT_GROUP_IDENTITY], sizeof(sample->identity));
		assert_memory_equal(&sample->identity, record, sizeof(sample->identity));
		record += sizeof(sample->identity) + 8;
		assert_memory_equal(&sample->timer, record, sizeof(sample->timer));
		record += sizeof(sample->timer) + 8;
		assert_memory_equal(&sample->owner, record, sizeof(sample->owner));
	}
	assert_null(skstat_run_next(&reader));
	free(memory);
}

/* An older module: traffic ends before `segs_out`. */
static void missing_tail(void **state)
{
	static const struct skstat_traffic zero;
	const size_t known = offsetof(struct skstat_traffic, segs_out);
	const struct skstat_sample *sample;
	struct skstat_run_reader reader;
	unsigned char *memory;
	struct bytes bytes;

	(void)state;
	run_make(&bytes, SKSTAT_KIND_FULL, BIT(IDENTITY) | BIT(TRAFFIC) | BIT(OWNER), 1);
	bytes.run.size[SKSTAT_GROUP_TRAFFIC] = (uint16_t)known;
	bytes.run.stride -= sizeof(struct skstat_traffic) - known;
	bytes.length = sizeof(bytes.run) + bytes.run.stride;

	assert_int_equal(run_open(&reader, &bytes, &memory), 0);
	sample = skstat_run_next(&reader);
	assert_non_null(sample);
	assert_int_equal(sample->size[SKSTAT_GROUP_TRAFFIC], known);
	assert_true(skstat_sample_has(sample, skstat_field_by_name("bytes_received")));
	assert_false(skstat_sample_has(sample, skstat_field_by_name("segs_out")));
	assert_false(skstat_sample_has(sample, skstat_field_by_name("notsent_bytes")));
	assert_int_equal(skstat_sample_u64(sample, skstat_field_by_name("segs_out")), 0);
	assert_memory_equal((const char *)&sample->traffic + known, (const char *)&zero + known, sizeof(zero) - known);
	assert_memory_equal(&sample->traffic, bytes.data + sizeof(struct skstat_identity), known);
	assert_memory_equal(&sample->owner, bytes.data + sizeof(struct skstat_identity) + known, sizeof(sample->owner));
	free(memory);
}

/* A field that is there in part is not there. */
static void half_a_field(void **state)
{
	struct skstat_run_reader reader;
	const struct skstat_sample *sample;
	unsigned char *memory;
	struct bytes bytes;

	(void)state;
	run_make(&bytes, SKSTAT_KIND_FULL, BIT(IDENTITY), 1);
	bytes.run.size[SKSTAT_GROUP_IDENTITY] = offsetof(struct skstat_identity, daddr) + 8;
	bytes.run.stride = bytes.run.size[SKSTAT_GROUP_IDENTITY];
	bytes.length = sizeof(bytes.run) + bytes.run.stride;
	assert_int_equal(run_open(&reader, &bytes, &memory), 0);
	sample = skstat_run_next(&reader);
	assert_true(skstat_sample_has(sample, skstat_field_by_name("saddr")));
	assert_false(skstat_sample_has(sample, skstat_field_by_name("daddr")));
	free(memory);
}

static void missing_group(void **state)
{
	const struct skstat_sample *sample;
	struct skstat_run_reader reader;
	unsigned char *memory;
	struct bytes bytes;

	(void)state;
	run_make(&bytes, SKSTAT_KIND_FULL, BIT(IDENTITY) | BIT(OWNER), 1);
	assert_int_equal(run_open(&reader, &bytes, &memory), 0);
	sample = skstat_run_next(&reader);
	assert_int_equal(sample->groups, BIT(IDENTITY) | BIT(OWNER));
	assert_int_equal(sample->size[SKSTAT_GROUP_TCP], 0);
	assert_int_equal(sample->tcp.rtt, 0);
	assert_false(skstat_sample_has(sample, skstat_field_by_name("rtt")));
	assert_memory_equal(&sample->owner, bytes.data + sizeof(sample->identity), sizeof(sample->owner));
	free(memory);
}

/* Groups that this build has no structure for lie behind those it has. */
static void unknown_group(void **state)
{
	const struct skstat_sample *sample;
	struct skstat_run_reader reader;
	unsigned char *memory;
	struct bytes bytes;

	(void)state;
	assert_true(__SKSTAT_GROUP_MAX < SKSTAT_RUN_GROUPS);
	run_make(&bytes, SKSTAT_KIND_FULL, BIT(IDENTITY) | BIT(TIMER), 2);
	bytes.run.groups |= 1u << (SKSTAT_RUN_GROUPS - 1);
	bytes.run.size[SKSTAT_RUN_GROUPS - 1] = 40;
	bytes.run.stride += 40;
	bytes.length += 2 * 40;
	assert_int_equal(run_open(&reader, &bytes, &memory), 0);
	sample = skstat_run_next(&reader);
	assert_int_equal(sample->groups, BIT(IDENTITY) | BIT(TIMER));
	sample = skstat_run_next(&reader);
	assert_non_null(sample);
	assert_memory_equal(&sample->identity, bytes.data + bytes.run.stride, sizeof(sample->identity));
	assert_null(skstat_run_next(&reader));
	free(memory);
}

static void unknown_kind(void **state)
{
	static const unsigned int unknown[] = { SKSTAT_KIND_UNSPEC, __SKSTAT_KIND_MAX, 0xffff };

	(void)state;
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		struct skstat_run_reader reader;
		unsigned char *memory;
		struct bytes bytes;

		run_make(&bytes, unknown[i], BIT(OWNER), 5);
		assert_int_equal(run_open(&reader, &bytes, &memory), 0);
		assert_int_equal(reader.skipped, 5);
		assert_null(skstat_run_next(&reader));
		free(memory);
	}
}

/* No length but the right one is taken, and none reads beyond it. */
static void truncated(void **state)
{
	struct bytes bytes;
	size_t whole;

	(void)state;
	run_make(&bytes, SKSTAT_KIND_TIMEWAIT, BIT(IDENTITY) | BIT(TIMER), 3);
	whole = bytes.length;
	for (bytes.length = 0; bytes.length < whole + 16; bytes.length++)
		if (bytes.length != whole)
			assert_refused(&bytes);
}

static void bad_strides(void **state)
{
	struct bytes bytes;

	(void)state;
	run_make(&bytes, SKSTAT_KIND_FULL, BIT(IDENTITY), 2);
	bytes.run.stride = 0;
	assert_refused(&bytes);
	bytes.length = sizeof(bytes.run);
	assert_refused(&bytes);

	/* Four billion records of nothing, of a kind that is counted only. */
	run_make(&bytes, __SKSTAT_KIND_MAX, 0, 0);
	bytes.run.count = UINT32_MAX;
	assert_refused(&bytes);

	run_make(&bytes, SKSTAT_KIND_FULL, BIT(IDENTITY) | BIT(OWNER), 2);
	bytes.run.stride -= 8;
	bytes.length -= 16;
	assert_refused(&bytes);

	run_make(&bytes, SKSTAT_KIND_FULL, BIT(IDENTITY), 2);
	bytes.run.stride += 4;
	bytes.length += 8;
	assert_refused(&bytes);

	run_make(&bytes, SKSTAT_KIND_FULL, BIT(IDENTITY), 2);
	bytes.run.size[SKSTAT_GROUP_IDENTITY] -= 4;
	assert_refused(&bytes);
}

/* In 32 bits, this count times this stride is the true length. */
static void counts_that_wrap(void **state)
{
	struct bytes bytes;

	(void)state;
	run_make(&bytes, SKSTAT_KIND_FULL, BIT(IDENTITY), 1);
	bytes.run.stride = 1024;
	bytes.length = sizeof(bytes.run) + 1024;
	bytes.run.count = (1u << 22) + 1;
	assert_refused(&bytes);
	bytes.run.count = UINT32_MAX;
	assert_refused(&bytes);
}

static void groups_and_sizes_disagree(void **state)
{
	struct bytes bytes;

	(void)state;
	run_make(&bytes, SKSTAT_KIND_FULL, BIT(IDENTITY) | BIT(OWNER), 1);
	bytes.run.groups = BIT(IDENTITY);
	assert_refused(&bytes);
	bytes.run.groups = BIT(IDENTITY) | BIT(OWNER) | BIT(TIMER);
	assert_refused(&bytes);
	bytes.run.groups = BIT(IDENTITY) | BIT(OWNER) | 1u << SKSTAT_RUN_GROUPS;
	assert_refused(&bytes);
}

static void without_subject(void **state)
{
	struct bytes bytes;

	(void)state;
	run_make(&bytes, SKSTAT_KIND_FULL, BIT(OWNER), 1);
	assert_refused(&bytes);
	run_make(&bytes, SKSTAT_KIND_NETNS, BIT(IDENTITY), 1);
	assert_refused(&bytes);
}

static void no_records(void **state)
{
	struct skstat_run_reader reader;
	unsigned char *memory;
	struct bytes bytes;

	(void)state;
	run_make(&bytes, SKSTAT_KIND_FULL, BIT(IDENTITY), 0);
	assert_int_equal(run_open(&reader, &bytes, &memory), 0);
	assert_null(skstat_run_next(&reader));
	free(memory);
}

static void unaligned(void **state)
{
	struct bytes bytes;

	(void)state;
	run_make(&bytes, SKSTAT_KIND_LISTEN, BIT(IDENTITY) | BIT(LISTEN), 2);
	for (size_t shift = 1; shift < 8; shift++) {
		unsigned char *memory = run_lay(&bytes, shift);
		const struct skstat_sample *sample;
		struct skstat_run_reader reader;

		assert_int_equal(skstat_run_open(&reader, memory + shift, bytes.length), 0);
		assert_non_null(skstat_run_next(&reader));
		sample = skstat_run_next(&reader);
		assert_non_null(sample);
		assert_memory_equal(&sample->listen, bytes.data + bytes.run.stride + sizeof(sample->identity),
				    sizeof(sample->listen));
		free(memory);
	}
}

/* cmocka compares floats only. */
static int near(double a, double b)
{
	return fabs(a - b) <= 1e-12 * (fabs(a) + fabs(b));
}

static void values(void **state)
{
	struct skstat_sample sample = { .kind = SKSTAT_KIND_FULL };

	(void)state;
	sample.tcp.rtt = 80000;
	sample.tcp.rttvar = 4000;
	sample.tcp.min_rtt = 250;
	sample.tcp.rto = 51;
	sample.tcp.total_rto_time = 1500;
	sample.tcp.snd_wscale = 14;
	sample.tcp.pacing_rate = UINT64_MAX;
	sample.identity.sport = 65535;
	sample.timer.timer_expires = -250;
	sample.traffic.bytes_acked = 1ull << 40;
#define SCALED(name) skstat_sample_scaled(&sample, skstat_field_by_name(name), 250)
	assert_true(near(SCALED("rtt"), 0.010));
	assert_true(near(SCALED("rttvar"), 0.001));
	assert_true(near(SCALED("min_rtt"), 0.00025));
	assert_true(near(SCALED("rto"), 0.204));
	assert_true(near(SCALED("total_rto_time"), 1.5));
	assert_true(near(SCALED("timer_expires"), -1));
	assert_true(near(SCALED("bytes_acked"), 1099511627776.0));
	assert_true(near(SCALED("pacing_rate"), 18446744073709551615.0));
	assert_true(near(SCALED("saddr"), 0));
#undef SCALED
	assert_int_equal(skstat_sample_u64(&sample, skstat_field_by_name("sport")), 65535);
	assert_int_equal(skstat_sample_u64(&sample, skstat_field_by_name("snd_wscale")), 14);
	assert_true(skstat_sample_u64(&sample, skstat_field_by_name("pacing_rate")) == UINT64_MAX);
	assert_int_equal(skstat_sample_s64(&sample, skstat_field_by_name("timer_expires")), -250);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind),
		cmocka_unit_test(extra_tail),
		cmocka_unit_test(missing_tail),
		cmocka_unit_test(half_a_field),
		cmocka_unit_test(missing_group),
		cmocka_unit_test(unknown_group),
		cmocka_unit_test(unknown_kind),
		cmocka_unit_test(truncated),
		cmocka_unit_test(bad_strides),
		cmocka_unit_test(counts_that_wrap),
		cmocka_unit_test(groups_and_sizes_disagree),
		cmocka_unit_test(without_subject),
		cmocka_unit_test(no_records),
		cmocka_unit_test(unaligned),
		cmocka_unit_test(values),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("decode", tests, NULL, NULL);
}
