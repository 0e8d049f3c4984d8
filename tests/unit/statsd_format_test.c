// SPDX-License-Identifier: GPL-2.0
/* statsd lines out of one set after another: what is sent must add up to what the counters say. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "chance.h"
#include "render/buffer.h"

static size_t allocations_left = SIZE_MAX;

static void *scarce(void *memory)
{
	if (!allocations_left) {
		free(memory);
		return NULL;
	}
	allocations_left--;
	return memory;
}

/* The object itself, with memory that can end; uthash takes its from here, too. */
#define malloc(size) scarce(malloc(size))
#define calloc(count, size) scarce(calloc(count, size))
#include "../../exporter/render/statsd_packet.c"
#include "../../exporter/render/statsd_name.c"
#include "../../exporter/render/statsd_place.c"
#include "../../exporter/render/statsd_counter.c"
#include "../../exporter/render/statsd_format.c"
#undef malloc
#undef calloc

#define MTU 1432

/* All lines of a set, each datagram ended by "--". */
static char sent[1 << 16];
static size_t sent_length, most;

static void collect(const char *data, size_t length, size_t lines, void *arg)
{
	size_t newlines = 0;

	assert_string_equal(arg, "arg");
	for (size_t i = 0; i < length; i++)
		newlines += data[i] == '\n';
	assert_int_equal(lines, newlines + 1);
	assert_true(data[0] != '\n' && data[length - 1] != '\n');
	most = length > most ? length : most;
	sent_length += (size_t)snprintf(sent + sent_length, sizeof(sent) - sent_length, "%.*s\n--\n", (int)length,
					data);
	assert_true(sent_length < sizeof(sent));
}

static int render(struct skstat_statsd_format *format, struct skstat_families *set, bool stale, size_t size,
		  size_t *too_long)
{
	static char arg[] = "arg";
	int err;

	sent_length = most = 0;
	sent[0] = '\0';
	assert_false(set->failed);
	err = skstat_statsd_format_set(format, set, stale, size, collect, arg, too_long);
	skstat_families_free(set);
	assert_true(most <= size);
	return err;
}

/* Adds one series in a family of its own. */
static void add(struct skstat_families *set, enum skstat_metric_type type, const char *name, const char *value,
		double figure)
{
	const struct skstat_label label[] = { { "view", "default" }, { "x", value } };

	skstat_series_add(set, skstat_family_add(set, type, name, "", "Help"), label, value ? 2 : 0)->value = figure;
}

static struct skstat_families *counter(const char *name, double figure)
{
	struct skstat_families *set = skstat_families_new();

	add(set, SKSTAT_METRIC_COUNTER, name, NULL, figure);
	return set;
}

#define CHECK(format, set, text)                                                       \
	do {                                                                           \
		size_t left_out = 99;                                                  \
		assert_int_equal(render(format, set, false, MTU, &left_out), 0);       \
		assert_int_equal(left_out, 0);                                         \
		assert_string_equal(sent, text);                                       \
	} while (0)

static void counters_are_differences(void **state)
{
	struct skstat_statsd_format *format = skstat_statsd_format_new("skstat");
	struct skstat_families *set;

	(void)state;
	CHECK(format, counter("skstat_a", 1000), "");
	CHECK(format, counter("skstat_a", 1000), "");
	CHECK(format, counter("skstat_a", 1005), "skstat.a:5|c\n--\n");
	CHECK(format, counter("skstat_a", 1e15), "skstat.a:999999999998995|c\n--\n");
	CHECK(format, counter("skstat_a", 1e15 + 1), "skstat.a:1|c\n--\n");

	/* It stepped back: it has started again. */
	CHECK(format, counter("skstat_a", 30), "skstat.a:30|c\n--\n");
	CHECK(format, counter("skstat_a", 31), "skstat.a:1|c\n--\n");
	CHECK(format, counter("skstat_a", 0), "");
	CHECK(format, counter("skstat_a", 2), "skstat.a:2|c\n--\n");

	/* One that comes later sends all; one that was away, again. */
	set = counter("skstat_a", 2);
	add(set, SKSTAT_METRIC_COUNTER, "process_cpu_seconds", NULL, 7);
	CHECK(format, set, "skstat.process_cpu_seconds:7|c\n--\n");
	CHECK(format, counter("skstat_a", 2), "");
	set = counter("skstat_a", 3);
	add(set, SKSTAT_METRIC_COUNTER, "process_cpu_seconds", NULL, 8);
	CHECK(format, set, "skstat.a:1|c\nskstat.process_cpu_seconds:8|c\n--\n");

	CHECK(format, counter("skstat_a", NAN), "");
	skstat_statsd_format_free(format);
	skstat_statsd_format_free(NULL);
}

/* What is sent in six decimals must not drift away from the counter. */
static void fractions_add_up(void **state)
{
	struct skstat_statsd_format *format = skstat_statsd_format_new("s");
	double value = 100, total = 0;

	(void)state;
	CHECK(format, counter("t_seconds", 100), "");
	CHECK(format, counter("t_seconds", 100.5), "s.t_seconds:0.5|c\n--\n");
	CHECK(format, counter("t_seconds", 101.75), "s.t_seconds:1.25|c\n--\n");
	CHECK(format, counter("t_seconds", 101.750012), "s.t_seconds:0.000012|c\n--\n");
	CHECK(format, counter("t_seconds", 1101.75001), "s.t_seconds:999.999998|c\n--\n");
	/* Less than half a step, and as much again. */
	CHECK(format, counter("t_seconds", 1101.7500104), "");
	CHECK(format, counter("t_seconds", 1101.7500108), "s.t_seconds:0.000001|c\n--\n");
	/* Sent was a little more than there is: that is no step back. */
	CHECK(format, counter("t_seconds", 1101.7500108), "");
	CHECK(format, counter("t_seconds", 1e13 + 0.5), "s.t_seconds:9999999998899|c\n--\n");
	skstat_statsd_format_free(format);

	format = skstat_statsd_format_new("s");
	srand(1);
	for (int i = 0; i <= 20000; i++) {
		assert_int_equal(render(format, counter("t_seconds", value), false, MTU, NULL), 0);
		if (sent_length)
			total += strtod(strchr(sent, ':') + 1, NULL);
		if (i < 20000)
			value += 1e-7 * (rand() % 1000);
	}
	assert_true(fabs(100 + total - value) < 1e-6);
	skstat_statsd_format_free(format);
}

static void gauges_are_values(void **state)
{
	struct skstat_statsd_format *format = skstat_statsd_format_new("skstat");

	(void)state;
	for (int round = 0; round < 3; round++) {
		struct skstat_families *set = skstat_families_new();

		add(set, SKSTAT_METRIC_GAUGE, "skstat_g", "0", 0);
		add(set, SKSTAT_METRIC_GAUGE, "skstat_g", "1", 0.1);
		add(set, SKSTAT_METRIC_GAUGE, "skstat_g", "2", -2.5);
		add(set, SKSTAT_METRIC_GAUGE, "skstat_g", "3", INFINITY);
		add(set, SKSTAT_METRIC_GAUGE, "skstat_g", "4", -INFINITY);
		add(set, SKSTAT_METRIC_GAUGE, "skstat_g", "5", NAN);
		add(set, SKSTAT_METRIC_COUNTER, "skstat_c", NULL, round);
		if (round == 2) {
			assert_int_equal(render(format, set, true, MTU, NULL), 0);
			assert_string_equal(sent, "skstat.c:1|c\n--\n");
			break;
		}
		CHECK(format, set,
		      round ? "skstat.g.default.0:0|g\nskstat.g.default.1:0.1|g\nskstat.g.default.2:0|g\n"
			      "skstat.g.default.2:-2.5|g\nskstat.c:1|c\n--\n" :
			      "skstat.g.default.0:0|g\nskstat.g.default.1:0.1|g\nskstat.g.default.2:0|g\n"
			      "skstat.g.default.2:-2.5|g\n--\n");
	}
	skstat_statsd_format_free(format);
}

static void names(void **state)
{
	static const struct {
		const char *prefix, *name, *value, *line;
	} cases[] = {
		{ "skstat", "skstat_tcp_sent_bytes", "in", "skstat.tcp_sent_bytes.default.in:1|g\n--\n" },
		{ "dc1.host-2.skstat.", "skstat_a", NULL, "dc1.host-2.skstat.a:1|g\n--\n" },
		{ "", "skstat_a", NULL, "a:1|g\n--\n" },
		{ "...", "process_threads", NULL, "process_threads:1|g\n--\n" },
		{ "a b:c|d@e", "skstat_a", "", "a_b_c_d_e.a.default._:1|g\n--\n" },
		{ "p", "skstat_a", "2001:db8::1/64 a.b|c@d\n\xc3\xa9",
		  "p.a.default.2001_db8__1_64_a_b_c_d___:1|g\n--\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct skstat_statsd_format *format = skstat_statsd_format_new(cases[i].prefix);
		struct skstat_families *set = skstat_families_new();

		add(set, SKSTAT_METRIC_GAUGE, cases[i].name, cases[i].value, 1);
		CHECK(format, set, cases[i].line);
		skstat_statsd_format_free(format);
	}
}

/* Two counters that have one name there: the server shall see the sum. */
static void names_that_become_the_same(void **state)
{
	struct skstat_statsd_format *format = skstat_statsd_format_new("s");

	(void)state;
	for (int round = 0; round < 3; round++) {
		struct skstat_families *set = skstat_families_new();

		add(set, SKSTAT_METRIC_COUNTER, "c", "a:b", round);
		add(set, SKSTAT_METRIC_COUNTER, "c", "a.b", 100 * round);
		CHECK(format, set, round ? "s.c.default.a_b:101|c\n--\n" : "");
	}
	skstat_statsd_format_free(format);
}

/* Each format and template, with labels that are awkward; and the second set, which has counters. */
static void styles(void **state)
{
	static const struct {
		struct skstat_statsd_style style;
		const char *lines;
	} cases[] = {
		{ { SKSTAT_STATSD_ETSY, "p", NULL, 0 },
		  "p.g.default.a_b_c_d_e:0|g\np.g.default.a_b_c_d_e:-2|g\np.g.default._:1|g\n"
		  "p.c.default.x_y_z:5|c\n--\n" },
		{ { SKSTAT_STATSD_DOGSTATSD, "p", NULL, 0 },
		  "p.g:-2|g|#view:default,x:a:b_c_d_e\np.g:1|g|#view:default\np.c:5|c|#view:default,x:x/y_z\n--\n" },
		{ { SKSTAT_STATSD_INFLUX, "p", NULL, 0 },
		  "p.g,view=default,x=a_b_c_d_e:0|g\np.g,view=default,x=a_b_c_d_e:-2|g\np.g,view=default:1|g\n"
		  "p.c,view=default,x=x/y_z:5|c\n--\n" },
		{ { SKSTAT_STATSD_ETSY, "p", "{prefix}_{name}_{values}", 0 },
		  "p_g_default_a_b_c_d_e:0|g\np_g_default_a_b_c_d_e:-2|g\np_g_default__:1|g\n"
		  "p_c_default_x_y_z:5|c\n--\n" },
		{ { SKSTAT_STATSD_ETSY, "p", "a.{x}.{none}.{prefix}-{name}.{values}.end", 0 },
		  "a.a_b_c_d_e.p-g.default.end:0|g\na.a_b_c_d_e.p-g.default.end:-2|g\na._.p-g.default.end:1|g\n"
		  "a.x_y_z.p-c.default.end:5|c\n--\n" },
		{ { SKSTAT_STATSD_ETSY, "", "{prefix}.{name}{values}", 0 },
		  "gdefault.a_b_c_d_e:0|g\ngdefault.a_b_c_d_e:-2|g\ngdefault._:1|g\ncdefault.x_y_z:5|c\n--\n" },
		{ { SKSTAT_STATSD_DOGSTATSD, "p", "{view}.{name}", 0 },
		  "default.g:-2|g|#x:a:b_c_d_e\ndefault.g:1|g\ndefault.c:5|c|#x:x/y_z\n--\n" },
		{ { SKSTAT_STATSD_INFLUX, "p", "{view}.{name}.{x}", 0 },
		  "default.g.a_b_c_d_e:0|g\ndefault.g.a_b_c_d_e:-2|g\ndefault.g._:1|g\ndefault.c.x_y_z:5|c\n--\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct skstat_statsd_format *format = skstat_statsd_format_of(&cases[i].style);

		for (int round = 0; round < 2; round++) {
			struct skstat_families *set = skstat_families_new();

			add(set, SKSTAT_METRIC_GAUGE, "skstat_g", "a:b,c|d=e", -2);
			add(set, SKSTAT_METRIC_GAUGE, "skstat_g", "", 1);
			add(set, SKSTAT_METRIC_COUNTER, "skstat_c", "x/y z", 5 * round);
			if (!round)
				assert_int_equal(render(format, set, true, MTU, NULL), 0);
			else
				CHECK(format, set, cases[i].lines);
		}
		skstat_statsd_format_free(format);
	}
}

/* Counters whose tags differ are two, though what stands before their values is the same. */
static void tags_are_names(void **state)
{
	struct skstat_statsd_format *format =
		skstat_statsd_format_of(&(struct skstat_statsd_style){ SKSTAT_STATSD_DOGSTATSD, "s", NULL, 0 });

	(void)state;
	for (int round = 0; round < 3; round++) {
		struct skstat_families *set = skstat_families_new();

		add(set, SKSTAT_METRIC_COUNTER, "c", "a", round);
		add(set, SKSTAT_METRIC_COUNTER, "c", "b", 100 * round);
		CHECK(format, set, round ? "s.c:1|c|#view:default,x:a\ns.c:100|c|#view:default,x:b\n--\n" : "");
	}
	skstat_statsd_format_free(format);
}

/* A tenth of the lines, each of which stands for ten; gauges are not drawn. */
static void rates(void **state)
{
	static const struct skstat_statsd_style styles[] = {
		{ SKSTAT_STATSD_ETSY, "s", NULL, 100000 },
		{ SKSTAT_STATSD_DOGSTATSD, "s", NULL, 100000 },
	};
	static const char *const lines[] = { "s.c.default.a:7|c|@0.1\n--\n", "s.c:7|c|@0.1|#view:default,x:a\n--\n" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct skstat_statsd_format *format = skstat_statsd_format_of(&styles[i]);
		size_t drawn = 0;

		for (int round = 0; round <= 10000; round++) {
			struct skstat_families *set = skstat_families_new();

			add(set, SKSTAT_METRIC_COUNTER, "c", "a", 7 * round);
			assert_int_equal(render(format, set, false, MTU, NULL), 0);
			if (!sent_length)
				continue;
			assert_string_equal(sent, lines[i]);
			drawn++;
		}
		/* Seven deviations of 30. */
		assert_in_range(drawn, 790, 1210);
		for (int round = 0; round < 20; round++) {
			struct skstat_families *set = skstat_families_new();

			add(set, SKSTAT_METRIC_GAUGE, "g", NULL, 1);
			CHECK(format, set, "s.g:1|g\n--\n");
		}
		skstat_statsd_format_free(format);
	}
}

static void rate_texts(void **state)
{
	static const struct {
		uint32_t rate;
		const char *text;
	} rates[] = { { 1, "|@0.000001" }, { 500000, "|@0.5" }, { 999999, "|@0.999999" }, { 50000, "|@0.05" },
		      { 0, "" }, { SKSTAT_STATSD_RATE, "" } };

	(void)state;
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		struct skstat_statsd_format *format =
			skstat_statsd_format_of(&(struct skstat_statsd_style){ .prefix = "s", .rate = rates[i].rate });

		assert_string_equal(format->counters.rate_text, rates[i].text);
		skstat_statsd_format_free(format);
	}
}

static void templates(void **state)
{
	static const char *const good[] = {
		"{name}", "{prefix}.{name}.{values}", "a-b_c.{name}.{port}.z",
		"{name}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}",
	};
	static const char *const wrong[] = {
		"", "name", "{prefix}.{values}", "{name", "{name}}", "{}", "{name}:", "{name} ", "{Name}{name}",
		"{name}{a-b}",
		"{name}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_null(skstat_statsd_template_wrong(good[i]));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_non_null(skstat_statsd_template_wrong(wrong[i]));
}

static void what_is_not_sent(void **state)
{
	struct skstat_statsd_format *format = skstat_statsd_format_new("s");

	(void)state;
	for (int round = 0; round < 2; round++) {
		static const double edge = 1;
		static const uint64_t count[] = { 3, 4 };
		struct skstat_families *set = skstat_families_new();

		add(set, SKSTAT_METRIC_COUNTER, "skstat_statsd_lines", NULL, round);
		add(set, SKSTAT_METRIC_GAUGE, "skstat_statsd_g", NULL, round);
		skstat_series_add(set, skstat_family_add(set, SKSTAT_METRIC_HISTOGRAM, "skstat_h", "", "Help"), NULL, 0)
			->distribution = (struct skstat_distribution){ .edge = &edge, .edges = 1, .count = count };
		CHECK(format, set, "");
	}
	skstat_statsd_format_free(format);
}

/* Datagrams of every size from nothing on: whole lines in their order, as many in each as fit, none twice. */
static void packing(void **state)
{
	(void)state;
	for (size_t size = 0; size < 200; size++) {
		struct skstat_statsd_format *format = skstat_statsd_format_new("s");
		struct skstat_families *set = skstat_families_new();
		char wanted[4096];
		size_t length = 0, fill = 0, long_lines = 0, too_long;

		for (int i = 0; i < 40; i++) {
			char *name = skstat_families_alloc(set, 64), line[256];
			double value = i % 7 == 3 ? -i : i;
			size_t n;

			snprintf(name, 64, "g%0*d", 1 + i * 13 % 40, i);
			add(set, SKSTAT_METRIC_GAUGE, name, NULL, value);
			if (value < 0)
				snprintf(line, sizeof(line), "s.%s:0|g\ns.%s:%d|g", name, name, (int)value);
			else
				snprintf(line, sizeof(line), "s.%s:%d|g", name, (int)value);
			n = strlen(line);
			if (n > size) {
				long_lines += value < 0 ? 2 : 1;
				continue;
			}
			if (fill && fill + 1 + n > size) {
				length += (size_t)sprintf(wanted + length, "\n--\n");
				fill = 0;
			}
			length += (size_t)sprintf(wanted + length, "%s%s", fill ? "\n" : "", line);
			fill += n + (fill ? 1 : 0);
		}
		length += (size_t)sprintf(wanted + length, "%s", fill ? "\n--\n" : "");
		assert_int_equal(render(format, set, false, size, &too_long), 0);
		assert_string_equal(sent, wanted);
		assert_int_equal(too_long, long_lines);
		skstat_statsd_format_free(format);
	}
}

static uint64_t seed;

static uint64_t chance(uint64_t limit)
{
	return chance_of(&seed, limit);
}

/*
 * Families that come, go and change places, and series that do, with labels that are shared and that are not: places
 * that are remembered must say what is said without.
 */
static void places(void **state)
{
	struct skstat_statsd_format *format = skstat_statsd_format_new("s"), *plain = skstat_statsd_format_new("s");
	static const char *const names[] = { "skstat_a", "skstat_b", "skstat_c", "skstat_d", "skstat_statsd_e" };
	static const char *const lasts[] = { "x", "y", "" };
	static char expected[sizeof(sent)];
	static double value[5][4][8];

	(void)state;
	seed = 99;
	for (int round = 0; round < 3000; round++) {
		struct skstat_families *set = skstat_families_new(), *again = skstat_families_new();
		uint64_t layout = seed, kept = chance(8) ? 7 : seed;
		bool stale = !chance(10);
		size_t most_before;

		for (int copy = 0; copy < 2; copy++) {
			struct skstat_families *to = copy ? again : set;
			const struct skstat_labels *list[3];

			/* Mostly the set of before, so that there is something to remember. */
			seed = kept;
			for (size_t i = 0; i < 3; i++) {
				char text[16];
				struct skstat_label label[] = { { "v", "" }, { "port", "" } };

				snprintf(text, sizeof(text), "p%d", (int)chance(4));
				label[1].value = skstat_families_text(to, text);
				list[i] = skstat_labels_add(to, label, chance(10) ? 2 : chance(3));
			}
			for (size_t f = 0; f < 5; f++) {
				size_t name = chance(12) ? f : chance(5);
				enum skstat_metric_type type = name % 2 ? SKSTAT_METRIC_GAUGE : SKSTAT_METRIC_COUNTER;
				struct skstat_family *family;

				if (!chance(8))
					continue;
				family = skstat_family_add(to, chance(12) ? type : SKSTAT_METRIC_HISTOGRAM,
							   names[name], "", "Help");
				for (size_t s = 0; s < 1 + chance(7); s++) {
					size_t l = chance(4);
					const struct skstat_label last = { "last", lasts[chance(3)] };
					const struct skstat_label own = { "own", skstat_families_text(to, last.value) };
					struct skstat_series *series;

					if (l == 3)
						series = skstat_series_add(to, family, &own, chance(2));
					else
						series = skstat_series_add_shared(to, family, list[l],
										  chance(2) ? &last : NULL);
					if (family->type == SKSTAT_METRIC_HISTOGRAM)
						series->distribution = (struct skstat_distribution){ 0 };
					else
						series->value = value[name][l][s];
				}
			}
		}
		seed = layout ^ (uint64_t)round << 20;
		for (size_t i = 0; i < 40; i++)
			value[chance(5)][chance(4)][chance(8)] += chance(20) ? (double)chance(100) :
								  chance(3) ? 0.25 : (double)NAN;
		for (size_t i = 0; i < sizeof(value) / sizeof(double); i++)
			if (isnan((&value[0][0][0])[i]) && chance(2))
				(&value[0][0][0])[i] = (double)chance(50);

		assert_int_equal(render(plain, again, stale, MTU, NULL), 0);
		strcpy(expected, sent);
		most_before = most;
		skstat_places_forget(&plain->places);
		assert_int_equal(render(format, set, stale, MTU, NULL), 0);
		assert_string_equal(sent, expected);
		assert_int_equal(most, most_before);
	}
	skstat_statsd_format_free(format);
	skstat_statsd_format_free(plain);
}

#define COUNTERS 400 /* so many that the hash table grows */

/* Counters of that value. */
static struct skstat_families *counters(double figure)
{
	struct skstat_families *set = skstat_families_new();

	for (size_t i = 0; i < COUNTERS; i++) {
		char name[16];

		snprintf(name, sizeof(name), "c%zu", i);
		add(set, SKSTAT_METRIC_COUNTER, skstat_families_text(set, name), NULL, figure);
	}
	return set;
}

static double sum_sent(void)
{
	double sum = 0;

	for (const char *c = sent; (c = strchr(c, ':')); c++)
		sum += strtod(c + 1, NULL);
	return sum;
}

/* Memory ends at each place in turn. What was not sent then must come with the next set, and nothing twice. */
static void no_memory(void **state)
{
	size_t failures = 0;
	int err;

	(void)state;
	do {
		struct skstat_statsd_format *format = skstat_statsd_format_new("s");
		struct skstat_families *grown = counters(3);
		double sum;

		assert_int_equal(render(format, counters(1), false, MTU, NULL), 0);
		add(grown, SKSTAT_METRIC_COUNTER, "one_more_with_a_name_that_needs_memory", NULL, 2);
		allocations_left = failures;
		err = render(format, grown, false, MTU, NULL);
		assert_true(err == 0 || err == -ENOMEM);
		failures += err != 0;
		sum = sum_sent();
		allocations_left = SIZE_MAX;
		assert_int_equal(render(format, counters(4), false, MTU, NULL), 0);
		assert_true(sum + sum_sent() == 3 * COUNTERS + (err ? 0 : 2));
		skstat_statsd_format_free(format);
	} while (err);
	assert_true(failures >= 2);

	allocations_left = 0;
	assert_null(skstat_statsd_format_new("s"));
	allocations_left = SIZE_MAX;
}

/* Memory that ends while the first set is read: no counter may come of it, nor twice of the second. */
static void no_memory_for_the_first(void **state)
{
	size_t allowed = 0;
	int err;

	(void)state;
	do {
		struct skstat_statsd_format *format = skstat_statsd_format_new("s");
		struct skstat_families *set = counters(5);

		allocations_left = allowed++;
		err = render(format, set, false, MTU, NULL);
		assert_true(err == 0 || err == -ENOMEM);
		allocations_left = SIZE_MAX;
		assert_string_equal(sent, "");
		CHECK(format, counter("c7", 5), "");
		CHECK(format, counter("c7", 6), "s.c7:1|c\n--\n");
		skstat_statsd_format_free(format);
	} while (err);
	assert_true(allowed > COUNTERS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counters_are_differences),
		cmocka_unit_test(fractions_add_up),
		cmocka_unit_test(gauges_are_values),
		cmocka_unit_test(names),
		cmocka_unit_test(names_that_become_the_same),
		cmocka_unit_test(styles),
		cmocka_unit_test(tags_are_names),
		cmocka_unit_test(rates),
		cmocka_unit_test(rate_texts),
		cmocka_unit_test(templates),
		cmocka_unit_test(what_is_not_sent),
		cmocka_unit_test(packing), cmocka_unit_test(places),
		cmocka_unit_test(no_memory),
		cmocka_unit_test(no_memory_for_the_first),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("statsd_format", tests, NULL, NULL);
}
