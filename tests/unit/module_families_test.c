// SPDX-License-Identifier: GPL-2.0
/* What the module says of itself as families: every figure once, in its unit, documented, and none without a module. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/module_families.h"

static struct skstat_info info;
static const struct skstat_counter_totals totals = { .places = 19, .used = 20, .memory = 21, .ns = 22 };
static const struct skstat_counter_totals measured = { .places = 23, .used = 24, .memory = 25, .ns = 26 };

/* A figure of its own for each. */
static void fill(void)
{
	info = (struct skstat_info){
		.memory = 11,
		.journal_events = 12,
		.journal_written = 13,
		.journal_dropped = 14,
		.doorbells = 15,
		.conn_places = 16,
		.conn_used = 17,
		.conn_misses = 18,
	};
	for (uint32_t id = 1; id < __SKSTAT_PROBE_MAX; id++)
		info.probe[id] = (struct skstat_info_probe){
			.known = true,
			.available = id != SKSTAT_PROBE_ACCEPT,
			.holders = 100 * id + 1,
			.hits = 100 * id + 2,
			.drops = 100 * id + 3,
			.samples = 100 * id + 4,
			.sample_ns = (100 * id + 5) * 1000000000ull,
			.missed = 100 * id + 6,
		};
}

static struct skstat_families *families_counted(const struct skstat_info *of, uint64_t held,
						const struct skstat_counter_totals *counted)
{
	struct skstat_families *set = skstat_families_new();

	assert_non_null(set);
	skstat_module_families(set, of, held, counted, counted ? &measured : NULL);
	assert_false(set->failed);
	return set;
}

static struct skstat_families *families(const struct skstat_info *of, uint64_t held)
{
	return families_counted(of, held, &totals);
}

/* `probe` NULL: of the only series, without labels. -1: there is none. */
static double value_of(const struct skstat_families *set, const char *name, const char *probe)
{
	const struct skstat_family *family = skstat_family_find(set, name);

	for (size_t i = 0; family && i < family->count; i++) {
		const struct skstat_series *series = &family->series[i];

		if (!probe && series->labels == 0)
			return series->value;
		if (probe && series->labels == 1 && strcmp(series->label->name, "probe") == 0 &&
		    strcmp(series->label->value, probe) == 0)
			return series->value;
	}
	return -1;
}

static void values(void **state)
{
	static const struct {
		const char *name;
		double value;
	} alone[] = {
		{ "skstat_module_memory_bytes", 11 },	 { "skstat_journal_ring_events", 12 },
		{ "skstat_journal_written_events", 13 }, { "skstat_journal_dropped_events", 14 },
		{ "skstat_journal_doorbells_sent", 15 }, { "skstat_conn_table_places", 16 },
		{ "skstat_conn_table_connections", 17 }, { "skstat_conn_table_misses", 18 },
		{ "skstat_counts_table_places", 19 },	 { "skstat_counts_table_cells", 20 },
		{ "skstat_counts_table_bytes", 21 },	 { "skstat_histograms_table_places", 23 },
		{ "skstat_histograms_table_cells", 24 },	 { "skstat_histograms_table_bytes", 25 },
	};
	static const struct {
		const char *name;
		double value;
	} of_probes[] = {
		{ "skstat_probe_holders", 1 }, { "skstat_probe_hits", 2 },	      { "skstat_probe_drops", 3 },
		{ "skstat_probe_samples", 4 }, { "skstat_probe_sampled_seconds", 5 }, { "skstat_probe_missed", 6 },
	};
	static const char *const probes[] = { "life", "first_byte", "reader", "accept", "synack", "drop" };
	struct skstat_families *set;

	(void)state;
	fill();
	set = families(&info, SKSTAT_PROBE_BIT(LIFE) | SKSTAT_PROBE_BIT(READER));
	for (size_t i = 0; i < sizeof(alone) / sizeof(alone[0]); i++)
		assert_true(value_of(set, alone[i].name, NULL) == alone[i].value);
	for (size_t p = 0; p < 6; p++) {
		for (size_t i = 0; i < sizeof(of_probes) / sizeof(of_probes[0]); i++) {
			double off = value_of(set, of_probes[i].name, probes[p]) -
				     (100. * (double)(p + 1) + of_probes[i].value);

			assert_true(off > -1e-9 && off < 1e-9);
		}
		assert_true(value_of(set, "skstat_probe_available", probes[p]) == (p != 3));
		assert_true(value_of(set, "skstat_probe_held", probes[p]) == (p == 0 || p == 2));
	}
	skstat_families_free(set);
}

/* Absent, never zero: no module, one without probes, and a probe that it does not know. */
static void what_is_not_known_is_left_out(void **state)
{
	struct skstat_families *set = families(NULL, 0);

	(void)state;
	assert_int_equal(set->count, 0);
	skstat_families_free(set);

	info = (struct skstat_info){ .memory = 11 };
	set = families_counted(&info, 0, NULL);
	assert_int_equal(set->count, 1);
	assert_true(value_of(set, "skstat_module_memory_bytes", NULL) == 11);
	skstat_families_free(set);

	fill();
	info.probe[SKSTAT_PROBE_SYNACK].known = false;
	set = families(&info, 0);
	assert_true(value_of(set, "skstat_probe_hits", "synack") == -1);
	assert_true(value_of(set, "skstat_probe_held", "synack") == -1);
	assert_true(value_of(set, "skstat_probe_hits", "accept") == 402);
	skstat_families_free(set);

	/* What probes count was not read. */
	set = families_counted(&info, 0, NULL);
	assert_true(value_of(set, "skstat_counts_table_cells", NULL) == -1);
	assert_true(value_of(set, "skstat_conn_table_places", NULL) == 16);
	skstat_families_free(set);
}

struct documented {
	const struct skstat_families *set;
	size_t count;
};

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), tail = strlen(end);

	return length > tail && strcmp(text + length - tail, end) == 0;
}

static void compare(const struct skstat_family_doc *doc, void *arg)
{
	struct documented *documented = arg;
	const struct skstat_family *family = &documented->set->family[documented->count++];

	assert_true(documented->count <= documented->set->count);
	assert_string_equal(doc->name, family->name);
	assert_string_equal(doc->unit, family->unit);
	assert_string_equal(doc->help, family->help);
	assert_int_equal(doc->type, family->type);
	assert_false(ends_with(doc->name, "_total") || ends_with(doc->help, "."));
	assert_int_equal(ends_with(doc->name, "_seconds"), strcmp(doc->unit, "seconds") == 0);
	assert_int_equal(ends_with(doc->name, "_bytes"), strcmp(doc->unit, "bytes") == 0);
	assert_string_equal(doc->labels, family->series->labels ? "probe=life|first_byte|reader|accept|synack|drop|"
								  "retransmit|reset|limit|udp|checksum|size|transmit|qdisc|"
								  "read|skb|call|call_return|state|congestion|packet|"
								  "stack|udp_connect" :
								  "");
	/* A family stands once. */
	assert_ptr_equal(skstat_family_find(documented->set, doc->name), family);
}

static void every_family_is_documented(void **state)
{
	struct documented documented = { 0 };
	struct skstat_families *set;

	(void)state;
	fill();
	documented.set = set = families(&info, 0);
	skstat_module_document(compare, &documented);
	assert_int_equal(documented.count, set->count);
	skstat_families_free(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values),
		cmocka_unit_test(what_is_not_known_is_left_out),
		cmocka_unit_test(every_family_is_documented),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("module_families", tests, NULL, NULL);
}
