// SPDX-License-Identifier: GPL-2.0
/*
 * Prometheus' text format, and OpenMetrics, against the golden files in tests/fixtures/text, byte for byte; and what labels may hold is
 * read back by a parser that knows nothing of the renderer. Run from the top of the source.
 *
 * After a change of the format that is meant: SKSTAT_GOLDEN_UPDATE=1 build/unit/text_format_test writes the golden
 * files anew, `git diff` shows what became of them, and `promtool check metrics < FILE` tells what Prometheus thinks
 * of it.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "golden.h"
#include "render/protobuf_format.h"
#include "render/text_format.h"
#include "source/utf8.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* Its unit is what the name ends with, if that is one. */
static struct skstat_family *add(struct skstat_families *set, enum skstat_metric_type type, const char *name,
				 const char *help)
{
	const char *end = strrchr(name, '_');
	bool unit = end && (strcmp(end, "_bytes") == 0 || strcmp(end, "_seconds") == 0);

	return skstat_family_add(set, type, name, unit ? end + 1 : "", help);
}

static void add_counters(struct skstat_families *set)
{
	const struct skstat_label in[] = { { "view", "default" }, { "direction", "in" }, { "port", "443" } };
	const struct skstat_label out[] = { { "view", "default" }, { "direction", "out" }, { "port", "other" } };
	struct skstat_family *family;

	family = add(set, SKSTAT_METRIC_COUNTER, "skstat_tcp_sent_bytes", "Payload sent, retransmits included");
	skstat_series_add(set, family, in, LENGTH(in))->value = 123456789012;
	skstat_series_add(set, family, out, LENGTH(out))->value = 0;
	family = add(set, SKSTAT_METRIC_COUNTER, "skstat_tcp_busy_seconds", "Time with data to send");
	skstat_series_add(set, family, in, LENGTH(in))->value = 1234.567;
	skstat_series_add(set, family, out, LENGTH(out))->value = 0.000012;
}

static void add_gauges(struct skstat_families *set)
{
	static const char *const hard[] = {
		"",
		"plain",
		"back\\slash",
		"\"quoted\"",
		"two\nlines",
		"\\n is not a newline",
		"tab\tand\rreturn",
		"caf\u00e9 \u4e2d\u6587 \U0001f600",
		"latin-1 caf\xe9",
		"cut \xe4\xb8",
		"overlong \xc0\xaf, surrogate \xed\xa0\x80, \xf4\x90\x80\x80 too far",
		"{a=\"b\",c=\"d\"} # 1",
	};
	static const char *const names[] = { "a", "b", "c", "d", "e", "f", "g" };
	static const double values[] = { 0, -1, 0.5, 1e300, INFINITY, -INFINITY, NAN };
	struct skstat_family *family;

	family = add(set, SKSTAT_METRIC_GAUGE, "skstat_hard_labels", "Labels with a \\ and\na \"newline\" caf\xe9");
	for (size_t i = 0; i < LENGTH(hard); i++) {
		const struct skstat_label label = { "value", hard[i] };

		skstat_series_add(set, family, &label, 1)->value = (double)i;
	}
	family = add(set, SKSTAT_METRIC_GAUGE, "skstat_hard_values", "Numbers of all kinds");
	for (size_t i = 0; i < LENGTH(values); i++) {
		const struct skstat_label label = { "number", names[i] };

		skstat_series_add(set, family, &label, 1)->value = values[i];
	}
	family = add(set, SKSTAT_METRIC_GAUGE, "skstat_version_info", "What does not grow old");
	family->constant = true;
	skstat_series_add(set, family, &(struct skstat_label){ "version", "1.2.3" }, 1)->value = 1;
}

static void add_histograms(struct skstat_families *set)
{
	static const double seconds[] = { 0.0001, 0.001, 0.25, 1, 10 }, bytes[] = { 1024, 1048576, 1e9 };
	static const uint64_t latency[] = { 1, 0, 5, 3, 0, 2 }, size[] = { 9007199254740000, 0, 0, 992 };
	static const struct skstat_exemplar exemplar[6] = {
		[0] = { 7, 0.00001, 1500000000 }, [5] = { UINT64_MAX, 1234.5, 2000000000 },
	};
	const struct skstat_label label[] = { { "view", "default" }, { "family", "ipv6" } };
	struct skstat_family *family;
	struct skstat_series *series;

	family = add(set, SKSTAT_METRIC_HISTOGRAM, "skstat_tcp_rtt_seconds", "Smoothed round-trip time");
	series = skstat_series_add(set, family, label, LENGTH(label));
	series->distribution = (struct skstat_distribution){
		.edge = seconds, .edges = LENGTH(seconds), .count = latency, .sum = 31.4, .exemplar = exemplar,
	};
	series = skstat_series_add(set, family, label, 1);
	series->distribution = (struct skstat_distribution){ .edge = seconds, .edges = LENGTH(seconds) };

	family = add(set, SKSTAT_METRIC_HISTOGRAM, "skstat_tcp_queue_bytes", "No label but le");
	series = skstat_series_add(set, family, NULL, 0);
	series->distribution = (struct skstat_distribution){
		.edge = bytes, .edges = LENGTH(bytes), .count = size, .sum = 1e18
	};
}

/* All types, hard labels and values, a family without series. */
static struct skstat_families *example(void)
{
	struct skstat_families *set = skstat_families_new();

	assert_non_null(set);
	set->wall_ns = 1700000000000000000;
	add_counters(set);
	add(set, SKSTAT_METRIC_COUNTER, "skstat_nobody_has", "Nothing of this must be seen");
	add_gauges(set);
	add_histograms(set);
	add(set, SKSTAT_METRIC_HISTOGRAM, "skstat_nobody_measured_seconds", "Nor of this");
	assert_false(set->failed);
	return set;
}

static void golden_files(void **state)
{
	struct skstat_families *set = example(), *empty = skstat_families_new();
	struct skstat_buffer buffer = { 0 };

	(void)state;
	skstat_text_render(&buffer, set, false);
	assert_false(buffer.failed);
	golden_check("tests/fixtures/text/fresh.prom", &buffer);

	skstat_buffer_clear(&buffer);
	skstat_text_render(&buffer, set, true);
	golden_check("tests/fixtures/text/stale.prom", &buffer);

	skstat_buffer_clear(&buffer);
	skstat_text_render(&buffer, empty, false);
	golden_check("tests/fixtures/text/empty.prom", &buffer);

	skstat_buffer_clear(&buffer);
	skstat_openmetrics_render(&buffer, set, false);
	golden_check("tests/fixtures/text/fresh.openmetrics", &buffer);

	skstat_buffer_clear(&buffer);
	skstat_openmetrics_render(&buffer, empty, true);
	golden_check("tests/fixtures/text/empty.openmetrics", &buffer);

	/* what is in it is read in protobuf_format_test.c */
	skstat_buffer_clear(&buffer);
	skstat_protobuf_render(&buffer, set, false);
	golden_check("tests/fixtures/text/fresh.protobuf", &buffer);

	skstat_buffer_free(&buffer);
	skstat_families_free(empty);
	skstat_families_free(set);
}

/* Bytes by chance, many of them those that are hard: special ones, and the starts and middles of characters. */
static void random_text(char *text, size_t size)
{
	static const unsigned char hard[] = { '\\', '"', '\n', '{', '}', ',', '=', '#', ' ', 'n', 0x80, 0xbf,
					      0xc2, 0xc3, 0xa9, 0xe0, 0xa0, 0xed, 0x9f, 0xf0, 0x90, 0xf4, 0xff };
	size_t length = (size_t)rand() % size;

	for (size_t i = 0; i < length; i++)
		text[i] = (char)(rand() % 3 ? hard[(size_t)rand() % sizeof(hard)] : (unsigned char)(1 + rand() % 255));
	text[length] = '\0';
}

/* Bytes of the well-formed character at `text`, by the table of the Unicode standard (3-7); 0: there is none. */
static size_t well_formed(const char *text)
{
	static const unsigned char table[][8] = {
		{ 0x01, 0x7f },
		{ 0xc2, 0xdf, 0x80, 0xbf },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 0x80, 0xbf },
		{ 0xe1, 0xec, 0x80, 0xbf, 0x80, 0xbf },
		{ 0xed, 0xed, 0x80, 0x9f, 0x80, 0xbf },
		{ 0xee, 0xef, 0x80, 0xbf, 0x80, 0xbf },
		{ 0xf0, 0xf0, 0x90, 0xbf, 0x80, 0xbf, 0x80, 0xbf },
		{ 0xf1, 0xf3, 0x80, 0xbf, 0x80, 0xbf, 0x80, 0xbf },
		{ 0xf4, 0xf4, 0x80, 0x8f, 0x80, 0xbf, 0x80, 0xbf },
	};

	for (size_t row = 0; row < LENGTH(table); row++) {
		size_t length = 0;

		while (length < 4 && table[row][length * 2] && (unsigned char)text[length] >= table[row][length * 2] &&
		       (unsigned char)text[length] <= table[row][length * 2 + 1])
			length++;
		if (length == 4 || (length && !table[row][length * 2]))
			return length;
	}
	return 0;
}

/* What a label value must be read as: every byte that is not part of a character is replaced. */
static void expected_text(const char *text, char *out)
{
	while (*text) {
		size_t length = well_formed(text);

		out = stpncpy(out, length ? text : "\ufffd", length ? length : 3);
		text += length ? length : 1;
	}
	*out = '\0';
}

/* Reads one quoted value as Prometheus does; returns behind the closing quote, or NULL of what it would refuse. */
static const char *parse_value(const char *at, const char *end, char *out)
{
	if (at == end || *at++ != '"')
		return NULL;
	for (; at < end && *at != '"'; at++) {
		if (*at == '\n')
			return NULL;
		if (*at == '\\') {
			if (++at == end || !strchr("\\\"n", *at))
				return NULL;
			*out++ = *at == 'n' ? '\n' : *at;
		} else {
			*out++ = *at;
		}
	}
	*out = '\0';
	return at < end ? at + 1 : NULL;
}

static bool take(const char **at, const char *end, const char *text)
{
	size_t length = strlen(text);

	if ((size_t)(end - *at) < length || memcmp(*at, text, length) != 0)
		return false;
	*at += length;
	return true;
}

static void random_labels_read_back(void **state)
{
	struct skstat_buffer buffer = { 0 };

	(void)state;
	srand(1);
	for (int round = 0; round < 20000; round++) {
		char text[2][64], expected[3 * 64], got[3 * 64];
		const struct skstat_label label[] = { { "a", text[0] }, { "b", text[1] } };
		struct skstat_families *set = skstat_families_new();
		const char *at, *end;

		random_text(text[0], sizeof(text[0]));
		random_text(text[1], sizeof(text[1]));
		skstat_series_add(set, add(set, SKSTAT_METRIC_GAUGE, "g", "Help"), label, 2)->value = round;
		skstat_buffer_clear(&buffer);
		skstat_text_render(&buffer, set, false);
		assert_false(buffer.failed);

		end = buffer.data + buffer.length;
		at = memmem(buffer.data, buffer.length, "\ng{a=", 5);
		assert_non_null(at);
		at = parse_value(at + 5, end, got);
		assert_non_null(at);
		expected_text(text[0], expected);
		assert_string_equal(got, expected);
		assert_true(take(&at, end, ",b="));
		at = parse_value(at, end, got);
		assert_non_null(at);
		expected_text(text[1], expected);
		assert_string_equal(got, expected);
		assert_true(take(&at, end, "} "));
		assert_int_equal(strtol(at, NULL, 10), round);
		at = memchr(at, '\n', (size_t)(end - at));
		assert_ptr_equal(at + 1, end);
		skstat_families_free(set);
	}
	skstat_buffer_free(&buffer);
}

/* Each start of four bytes, with what may come behind it at its borders. */
static void utf8_lengths(void **state)
{
	static const unsigned char last[] = { 0x00, 0x01, 0x7f, 0x80, 0xbf, 0xc0, 0xff };

	(void)state;
	for (uint32_t bytes = 1 << 8; bytes < 1 << 24; bytes++) {
		char text[5] = { (char)(bytes >> 16), (char)(bytes >> 8), (char)bytes };

		if (!text[0])
			continue;
		text[3] = (char)last[bytes % LENGTH(last)];
		assert_int_equal(skstat_utf8_length(text), well_formed(text));
	}
}

/* Labels that are shared, some or none of them, with one behind or not: as if each series had its own. */
static void shared_labels(void **state)
{
	static const struct skstat_label label[] = { { "a", "1" }, { "b", "x\"y" }, { "last", "z" } };
	static const double edge[] = { 0.5, 2 };
	static const uint64_t count[] = { 1, 2, 3 };
	struct skstat_buffer own = { 0 }, shared = { 0 };

	(void)state;
	for (int round = 0; round < 2; round++) {
		struct skstat_families *set = skstat_families_new();

		for (int type = 0; type < 3; type++) {
			struct skstat_family *family = skstat_family_add(set, (enum skstat_metric_type)type,
									 "m", "", "Help");

			for (size_t labels = 0; labels < 3; labels++) {
				const struct skstat_labels *list = skstat_labels_add(set, label, labels);

				for (int last = 0; last < 4; last++) {
					struct skstat_label all[3] = { label[0], label[1] };
					struct skstat_series *series;

					all[labels] = label[2];
					if (round)
						series = skstat_series_add_shared(set, family, list,
										  last % 2 ? &label[2] : NULL);
					else
						series = skstat_series_add(set, family, all, labels + last % 2);
					if (type == SKSTAT_METRIC_HISTOGRAM)
						series->distribution = (struct skstat_distribution){
							.edge = edge, .edges = 2, .count = count, .sum = 4,
						};
					else
						series->value = last;
				}
			}
		}
		skstat_text_render(round ? &shared : &own, set, false);
		skstat_families_free(set);
	}
	assert_false(own.failed || shared.failed);
	assert_int_equal(own.length, shared.length);
	assert_memory_equal(own.data, shared.data, own.length);
	assert_non_null(memmem(shared.data, shared.length, "m_total{a=\"1\",last=\"z\"} 1\n", 26));
	skstat_buffer_free(&own);
	skstat_buffer_free(&shared);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shared_labels), cmocka_unit_test(golden_files),
		cmocka_unit_test(random_labels_read_back),
		cmocka_unit_test(utf8_lengths),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("text_format", tests, NULL, NULL);
}
