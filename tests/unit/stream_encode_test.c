// SPDX-License-Identifier: GPL-2.0
/*
 * Records of streams: lines of JSON say what the API's JSON says of the same, and the protobuf messages, read by code
 * that protoc has made of docs/stream.proto, have each figure of the table under its id and its name. And which
 * connections a sample has.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sys/socket.h>

#include "stream.pb-c.h"

#include "chance.h"
#include "golden.h"
#include "render/json.h"
#include "source/event_name.h"
#include "stream/encode.h"
#include "stream/sample.h"

#define ROUNDS 400

static struct skstat_schema schema;
static struct skstat_batch_schema known;
static struct skstat_layout layout;

static const struct skstat_heading heading = {
	.stream = "audit", .number = 7, .time_ns = UINT64_C(1732310400000000042), .poll = SKSTAT_BATCH_DELTA, .hz = 250,
};

static int set_up(void **state)
{
	(void)state;
	memset(schema.available, true, sizeof(schema.available));
	known.hz = 250;
	memcpy(known.available, schema.available, sizeof(known.available));
	skstat_layout_forget(&layout);
	return 0;
}

static const enum skstat_kind kinds[] = {
	SKSTAT_KIND_FULL, SKSTAT_KIND_LISTEN, SKSTAT_KIND_OPENED, SKSTAT_KIND_FAILED, SKSTAT_KIND_CLOSED,
	SKSTAT_KIND_LISTEN_STARTED, SKSTAT_KIND_LISTEN_STOPPED,
};

/* All groups of its kind, or parts of them, and in them anything. */
static struct skstat_sample random_sample(uint64_t *chance)
{
	struct skstat_sample sample;
	unsigned char *byte = (unsigned char *)&sample;

	for (size_t i = 0; i < sizeof(sample); i++)
		byte[i] = chance_of(chance, 4) ? (unsigned char)chance_of(chance, 256) : 0xff;
	memset(&sample, 0, offsetof(struct skstat_sample, identity));
	sample.kind = kinds[chance_of(chance, sizeof(kinds) / sizeof(kinds[0]))];
	for (unsigned int g = 0; g < __SKSTAT_GROUP_MAX; g++) {
		if (!(skstat_groups[g].kinds & 1u << sample.kind))
			continue;
		sample.size[g] = skstat_groups[g].size;
		if (g != SKSTAT_GROUP_IDENTITY && g != SKSTAT_GROUP_EVENT && chance_of(chance, 4) == 0)
			sample.size[g] = (uint16_t)(chance_of(chance, skstat_groups[g].size / 8 + 1) * 8);
		if (sample.size[g])
			sample.groups |= 1u << g;
	}
	sample.identity.family = chance_of(chance, 2) ? AF_INET : AF_INET6;
	if (sample.identity.family == AF_INET) {
		memset(sample.identity.saddr.byte + 4, 0, 12);
		memset(sample.identity.daddr.byte + 4, 0, 12);
	}
	sample.identity.state = (uint8_t)chance_of(chance, 14);
	sample.event.event_kind = (uint8_t)chance_of(chance, 8);
	sample.event.event_direction = (uint8_t)chance_of(chance, 4);
	/* A name: anything, an algorithm's, or hard to write. */
	if (chance_of(chance, 3) == 0)
		memcpy(sample.congestion.cong.text, "bbr\0\0\0\0\0\0\0\0\0\0\0\0", 16);
	if (chance_of(chance, 3) == 0)
		memcpy(sample.owner.comm.text, "a\"b\\c\n\x01\xc3\xa9\x7f\0\0\0\0\0", 16);
	return sample;
}

/* Equal, but for a number's being an integer or a real. */
static void assert_value(const char *key, json_t *ours, json_t *theirs)
{
	if (!ours)
		fail_msg("%s is not there", key);
	if (json_is_number(theirs) && json_is_number(ours)) {
		double a = json_number_value(ours), b = json_number_value(theirs);

		if (a != b && (a - b) / b > 1e-14)
			fail_msg("%s: %.17g is not %.17g", key, a, b);
		return;
	}
	if (!json_equal(ours, theirs))
		fail_msg("%s: %s is not %s", key, json_dumps(ours, JSON_ENCODE_ANY),
			 json_dumps(theirs, JSON_ENCODE_ANY));
}

static void json_is_that_of_the_api(void **state)
{
	uint64_t chance = 1;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		const struct skstat_sample sample = random_sample(&chance);
		json_t *theirs = skstat_sample_json(&sample, &schema, 250, false), *ours;
		struct skstat_buffer line = { 0 };
		json_error_t error;

		skstat_layout_make(&layout, &sample, &known);
		skstat_encoding_jsonl.record(&line, &layout, &heading, &sample);
		assert_false(line.failed);
		/* One line, whole. */
		assert_ptr_equal(memchr(line.data, '\n', line.length), line.data + line.length - 1);
		ours = json_loadb(line.data, line.length, JSON_REJECT_DUPLICATES, &error);
		if (!ours)
			fail_msg("%s: %.*s", error.text, (int)line.length, line.data);
		for (void *at = json_object_iter(theirs); at; at = json_object_iter_next(theirs, at)) {
			const char *key = json_object_iter_key(at);

			assert_value(key, json_object_get(ours, key), json_object_iter_value(at));
		}
		assert_string_equal(json_string_value(json_object_get(ours, "stream")), "audit");
		assert_int_equal(json_integer_value(json_object_get(ours, "number")), 7);
		assert_string_equal(json_string_value(json_object_get(ours, "poll")), "delta");
		assert_true(json_real_value(json_object_get(ours, "time")) == 1732310400.000000042);
		assert_int_equal(json_object_size(ours), json_object_size(theirs) + 4);
		json_decref(ours);
		json_decref(theirs);
		skstat_buffer_free(&line);
	}
}

/* The message behind its length, which is all that there is. */
static Skstat__Record *unpack(const struct skstat_buffer *buffer)
{
	const uint8_t *at = (const uint8_t *)buffer->data;
	unsigned int shift = 0;
	uint64_t length = 0;
	Skstat__Record *record;

	do
		length |= (uint64_t)(*at & 0x7f) << shift, shift += 7;
	while (*at++ & 0x80);
	assert_int_equal(at + length - (const uint8_t *)buffer->data, buffer->length);
	record = skstat__record__unpack(NULL, length, at);
	assert_non_null(record);
	assert_int_equal(record->base.n_unknown_fields, 0);
	return record;
}

/* Whether the message has it, and its place in the structure that protoc-c made. */
static const void *figure_of(const Skstat__Record *record, const struct skstat_field *field, bool *has)
{
	const ProtobufCFieldDescriptor *its =
		protobuf_c_message_descriptor_get_field_by_name(&skstat__record__descriptor, field->name);
	const char *at = (const char *)record;

	if (!its)
		fail_msg("docs/stream.proto has no %s", field->name);
	assert_int_equal(its->id, field->id);
	*has = field->type == SKSTAT_TYPE_NAME ? *(char *const *)(at + its->offset) != NULL :
						 *(const protobuf_c_boolean *)(at + its->quantifier_offset);
	return at + its->offset;
}

static void assert_figure(const Skstat__Record *record, const struct skstat_sample *sample,
			  const struct skstat_field *field, bool wanted)
{
	bool has;
	const void *at = figure_of(record, field, &has);
	char text[SKSTAT_NAME_TEXT];

	if (has != wanted)
		fail_msg("%s is %sthere", field->name, has ? "" : "not ");
	if (!has)
		return;
	switch (field->type) {
	case SKSTAT_TYPE_U64:
		assert_true(*(const uint64_t *)at == skstat_sample_u64(sample, field));
		break;
	case SKSTAT_TYPE_S32:
		assert_int_equal(*(const int32_t *)at, skstat_sample_s64(sample, field));
		break;
	case SKSTAT_TYPE_ADDR:
		assert_int_equal(((const ProtobufCBinaryData *)at)->len, sample->identity.family == AF_INET ? 4 : 16);
		assert_memory_equal(((const ProtobufCBinaryData *)at)->data, skstat_sample_at(sample, field),
				    ((const ProtobufCBinaryData *)at)->len);
		break;
	case SKSTAT_TYPE_NAME:
		skstat_name_text(skstat_sample_at(sample, field), text);
		assert_string_equal(*(char *const *)at, text);
		break;
	default:
		assert_int_equal(*(const uint32_t *)at, skstat_sample_u64(sample, field));
	}
}

static void protobuf_is_read_back(void **state)
{
	uint64_t chance = 2;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		const struct skstat_sample sample = random_sample(&chance);
		json_t *json = skstat_sample_json(&sample, &schema, 250, false);
		struct skstat_buffer message = { 0 };
		Skstat__Record *record;

		skstat_layout_make(&layout, &sample, &known);
		skstat_encoding_protobuf.record(&message, &layout, &heading, &sample);
		assert_false(message.failed);
		record = unpack(&message);
		assert_int_equal(record->kind, sample.kind);
		assert_string_equal(record->stream, "audit");
		assert_int_equal(record->number, 7);
		assert_true(record->time_ns == heading.time_ns);
		assert_int_equal(record->poll, SKSTAT__POLL__DELTA_POLL);
		assert_int_equal(record->hz, 250);
		for (size_t f = 0; f < SKSTAT_FIELDS_COUNT; f++)
			if (skstat_fields[f].group != SKSTAT_GROUP_NETNS && !skstat_field_reserved(&skstat_fields[f]))
				assert_figure(record, &sample, &skstat_fields[f],
					      json_object_get(json, skstat_fields[f].name) != NULL);
		skstat__record__free_unpacked(record, NULL);
		json_decref(json);
		skstat_buffer_free(&message);
	}
}

/* What the schema does not have is not there, and no time in jiffies if nobody knows what these are. */
static void what_there_is_not(void **state)
{
	uint64_t chance = 3;
	struct skstat_sample sample;
	struct skstat_buffer line = { 0 };

	(void)state;
	do
		sample = random_sample(&chance);
	while (sample.kind != SKSTAT_KIND_FULL || sample.size[SKSTAT_GROUP_TIMER] == 0);
	known.available[SKSTAT_AT_mark] = false;
	known.hz = 0;
	skstat_layout_make(&layout, &sample, &known);
	skstat_encoding_jsonl.record(&line, &layout, &heading, &sample);
	skstat_buffer_put(&line, "", 1);
	assert_null(strstr(line.data, "\"mark\""));
	assert_null(strstr(line.data, "\"timer_expires\""));
	assert_non_null(strstr(line.data, "\"timer\""));
	skstat_buffer_free(&line);
}

/* One of each kind, and a loss. */
static void records_put(struct skstat_buffer *out, const struct skstat_encoding *encoding)
{
	static const struct skstat_batch_lost lost = { .events = 12, .more = 1 };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct skstat_sample sample = { .kind = kinds[i] };
		struct skstat_heading mine = heading;

		for (unsigned int g = 0; g < __SKSTAT_GROUP_MAX; g++) {
			if (!(skstat_groups[g].kinds & 1u << sample.kind))
				continue;
			sample.groups |= 1u << g;
			sample.size[g] = skstat_groups[g].size;
		}
		sample.identity = (struct skstat_identity){ .cookie = 4097 + i, .netns = 1, .family = AF_INET,
							    .sport = 443, .dport = 51000, .state = 1 };
		memcpy(sample.identity.saddr.byte, "\xc0\0\2\1", 4);
		memcpy(sample.identity.daddr.byte, "\xc6\x33\x64\7", 4);
		sample.traffic.bytes_sent = UINT64_C(1) << 40;
		sample.tcp.rtt = 8 * 1500;
		sample.event.event_time = 5000000000;
		sample.event.event_kind = 1;
		sample.event.event_direction = SKSTAT_EVENT_OUT;
		sample.event.event_flags = SKSTAT_EVENT_HAS_DURATION;
		sample.event.duration = 250000000;
		strcpy(sample.congestion.cong.text, "cubic");
		strcpy(sample.owner.comm.text, "curl");
		mine.number += i;
		skstat_layout_make(&layout, &sample, &known);
		encoding->record(out, &layout, &mine, &sample);
	}
	encoding->lost(out, &heading, &lost);
}

static void golden(void **state)
{
	struct skstat_buffer lines = { 0 }, messages = { 0 };

	(void)state;
	records_put(&lines, &skstat_encoding_jsonl);
	golden_check("tests/fixtures/stream/records.jsonl", &lines);
	records_put(&messages, &skstat_encoding_protobuf);
	golden_check("tests/fixtures/stream/records.pb", &messages);
	skstat_buffer_free(&lines);
	skstat_buffer_free(&messages);
}

static void losses(void **state)
{
	static const struct skstat_batch_lost lost = { .events = 12, .more = 1 };
	struct skstat_buffer line = { 0 }, message = { 0 };
	Skstat__Record *record;
	json_t *json;

	(void)state;
	skstat_encoding_jsonl.lost(&line, &heading, &lost);
	json = json_loadb(line.data, line.length, 0, NULL);
	assert_string_equal(json_string_value(json_object_get(json, "kind")), "lost");
	assert_int_equal(json_integer_value(json_object_get(json, "events")), 12);
	assert_true(json_is_true(json_object_get(json, "more")));
	skstat_encoding_protobuf.lost(&message, &heading, &lost);
	record = unpack(&message);
	assert_int_equal(record->kind, SKSTAT__KIND__LOST);
	assert_int_equal(record->lost_events, 12);
	assert_true(record->lost_more);
	skstat__record__free_unpacked(record, NULL);
	json_decref(json);
	skstat_buffer_free(&line);
	skstat_buffer_free(&message);
}

/* One in so many of cookies that follow each other, as the kernel gives them, whichever stride a CPU leaves. */
static void sampling(void **state)
{
	static const uint32_t moduli[] = { 2, 3, 10, 64, 1000 };

	(void)state;
	for (size_t m = 0; m < sizeof(moduli) / sizeof(moduli[0]); m++) {
		for (uint64_t stride = 1; stride <= 4096; stride *= 64) {
			const uint32_t count = 200000;
			double wanted = (double)count / moduli[m], chosen = 0;

			for (uint32_t i = 0; i < count; i++)
				chosen += skstat_cookie_chosen(1 + i * stride, moduli[m]);
			if (chosen < wanted * 0.8 || chosen > wanted * 1.2)
				fail_msg("1 in %u of each %llu: %g of %g", moduli[m], (unsigned long long)stride,
					 chosen, wanted);
		}
	}
	assert_true(skstat_cookie_chosen(12345, 1));
	/* For ever: who joins streams of two exporters' runs relies on it. */
	assert_true(skstat_cookie_hash(1) == UINT64_C(0xb456bcfc34c2cb2c));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(json_is_that_of_the_api, set_up),
		cmocka_unit_test_setup(protobuf_is_read_back, set_up),
		cmocka_unit_test_setup(what_there_is_not, set_up),
		cmocka_unit_test_setup(golden, set_up),
		cmocka_unit_test_setup(losses, set_up),
		cmocka_unit_test(sampling),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("stream_encode", tests, NULL, NULL);
}
