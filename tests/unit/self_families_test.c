// SPDX-License-Identifier: GPL-2.0
/*
 * The exporter's own figures: every row of self.h is there, under a name that Prometheus users expect, and documented.
 */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <skstat/version.h>

#include "model/self_families.h"

static struct skstat_self self;

static const struct skstat_process process = {
	.cpu_seconds = 1.5,
	.start_time_seconds = 1.7e9,
	.resident_bytes = 1 << 20,
	.virtual_bytes = 1 << 30,
	.threads = 6,
	.open_fds = 12,
	.max_fds = 1024,
};

/* A name that goes away when it has been handed over, as a closed source's would. */
static struct skstat_families *families(void)
{
	struct skstat_families *set = skstat_families_new();
	char name[] = "inet_diag", version[] = "", why[] = "no \"skstat\"";
	const struct skstat_source_info source = { .name = name, .version = version };

	assert_non_null(set);
	skstat_self_families(set, &self, &source, why, &process);
	assert_false(set->failed);
	memset(name, 'x', sizeof(name) - 1);
	memset(why, 'x', sizeof(why) - 1);
	return set;
}

/* The value of the series whose label has that value; `value` NULL: of the only one, without labels. */
static double value_of(const struct skstat_families *set, const char *name, const char *label, const char *value)
{
	const struct skstat_family *family = skstat_family_find(set, name);

	if (!family)
		fail_msg("there is no %s", name);
	for (size_t i = 0; i < family->count; i++) {
		const struct skstat_series *series = &family->series[i];

		if (!value && !series->labels)
			return series->value;
		for (size_t l = 0; value && l < series->labels; l++)
			if (strcmp(series->label[l].name, label) == 0 && strcmp(series->label[l].value, value) == 0)
				return series->value;
	}
	fail_msg("%s has no series of %s", name, value ? value : "no label");
	return 0;
}

static void values(void **state)
{
	struct skstat_families *set;

	(void)state;
	memset(&self, 0, sizeof(self));
	skstat_self_add(&self, polls_full, 1);
	skstat_self_add(&self, polls_delta, 9);
	skstat_self_add(&self, walk_ns, 1500000000);
	skstat_self_add(&self, netlink_bytes, 4096);
	skstat_self_set(&self, model_tracked, 77);
	skstat_self_add(&self, gzip_ns, 250000);
	skstat_self_set(&self, config_interval_ns, 10000000);
	skstat_self_set(&self, config_cpu_budget, 25000);
	set = families();
	assert_true(value_of(set, "skstat_polls", "kind", "full") == 1);
	assert_true(value_of(set, "skstat_polls", "kind", "delta") == 9);
	assert_true(value_of(set, "skstat_polls_late", NULL, NULL) == 0);
	assert_true(value_of(set, "skstat_walk_seconds", NULL, NULL) == 1.5);
	assert_true(value_of(set, "skstat_netlink_received_bytes", NULL, NULL) == 4096);
	assert_true(value_of(set, "skstat_model_connections", NULL, NULL) == 77);
	assert_true(value_of(set, "skstat_render_seconds", "step", "gzip") == 250000 / 1e9);
	assert_true(value_of(set, "skstat_config_poll_interval_seconds", NULL, NULL) == 10000000 / 1e9);
	assert_true(value_of(set, "skstat_config_cpu_budget_ratio", NULL, NULL) == 0.025);
	assert_true(value_of(set, "skstat_build_info", "version", SKSTAT_VERSION) == 1);
	assert_true(value_of(set, "skstat_source_info", "source", "inet_diag") == 1);
	assert_true(value_of(set, "skstat_source_info", "version", "") == 1);
	assert_true(value_of(set, "skstat_source_info", "why", "no \"skstat\"") == 1);
	assert_true(value_of(set, "process_cpu_seconds", NULL, NULL) == 1.5);
	assert_true(value_of(set, "process_start_time_seconds", NULL, NULL) == 1.7e9);
	assert_true(value_of(set, "process_resident_memory_bytes", NULL, NULL) == 1 << 20);
	assert_true(value_of(set, "process_virtual_memory_bytes", NULL, NULL) == 1 << 30);
	assert_true(value_of(set, "process_threads", NULL, NULL) == 6);
	assert_true(value_of(set, "process_open_fds", NULL, NULL) == 12);
	assert_true(value_of(set, "process_max_fds", NULL, NULL) == 1024);
	skstat_families_free(set);
}

/* Each member makes one series: with a figure of its own it must be found exactly once. */
static void every_row_is_there(void **state)
{
	_Atomic uint64_t *member = (void *)&self;
	size_t members = sizeof(self) / sizeof(*member), series = 0;
	struct skstat_families *set;

	(void)state;
	for (size_t i = 0; i < members; i++)
		member[i] = (i + 1) * 1000000007; /* so that none is another's in another unit */
	set = families();
	for (size_t i = 0; i < members; i++) {
		size_t found = 0;

		for (size_t f = 0; f < set->count; f++) {
			const struct skstat_family *family = &set->family[f];
			double steps = strcmp(family->unit, "seconds") == 0 ? 1e9 :
				       strcmp(family->unit, "ratio") == 0   ? 1e6 :
									      1;
			double wanted = (double)member[i] / steps;

			if (strncmp(family->name, "process_", 8) == 0 || strstr(family->name, "_info"))
				continue;
			for (size_t s = 0; s < family->count; s++)
				found += family->series[s].value == wanted;
		}
		assert_int_equal(found, 1);
	}
	for (size_t f = 0; f < set->count; f++)
		series += set->family[f].count;
	assert_int_equal(series, members + 2 + 7);
	skstat_families_free(set);
}

static void what_is_not_known_is_left_out(void **state)
{
	struct skstat_families *set = skstat_families_new();

	(void)state;
	skstat_self_families(set, &self, NULL, "", NULL);
	assert_non_null(skstat_family_find(set, "skstat_build_info"));
	assert_non_null(skstat_family_find(set, "skstat_polls"));
	assert_null(skstat_family_find(set, "skstat_source_info"));
	for (size_t f = 0; f < set->count; f++)
		assert_true(strncmp(set->family[f].name, "process_", 8) != 0);
	skstat_families_free(set);
}

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), tail = strlen(end);

	return length > tail && strcmp(text + length - tail, end) == 0;
}

static void names_are_as_prometheus_has_them(void **state)
{
	static const char *const units[] = { "seconds", "bytes" };
	struct skstat_families *set = families();

	(void)state;
	for (size_t f = 0; f < set->count; f++) {
		const struct skstat_family *family = &set->family[f];

		for (const char *c = family->name; *c; c++)
			assert_true(islower((unsigned char)*c) || *c == '_');
		assert_false(ends_with(family->name, "_total"));
		assert_null(strstr(family->name, "_seconds_seconds"));
		for (size_t u = 0; u < 2; u++)
			assert_int_equal(ends_with(family->name, units[u]), strcmp(family->unit, units[u]) == 0);
		assert_true(family->help[0] != '\0' && !ends_with(family->help, "."));
		/* A family stands once; a second one would be rejected by Prometheus. */
		assert_ptr_equal(skstat_family_find(set, family->name), family);
		assert_true(family->count > 0);
		for (size_t s = 0; s < family->count; s++) {
			assert_int_equal(family->series[s].labels, family->series[0].labels);
			for (size_t t = 0; t < s; t++)
				assert_string_not_equal(family->series[s].label[0].value,
							family->series[t].label[0].value);
		}
	}
	skstat_families_free(set);
}

/* Of all rows of a family the first one's word is taken: the others must say the same. */
static void rows_of_a_family_agree(void **state)
{
	enum { NONE, BYTES, NANOSECONDS, MILLIONTHS };
	enum { COUNTER, GAUGE };
	static const struct {
		const char *family, *label, *help;
		int unit, type, constant;
	} rows[] = {
#define ROW(MEMBER, FAMILY, UNIT, TYPE, LABEL, VALUE, CONSTANT, HELP) { FAMILY, LABEL, HELP, UNIT, TYPE, CONSTANT },
		SKSTAT_SELF(ROW)
#undef ROW
	};

	(void)state;
	for (size_t i = 1; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(rows[i].family, rows[i - 1].family) != 0)
			continue;
		assert_string_equal(rows[i].label, rows[i - 1].label);
		assert_true(rows[i].label[0] != '\0');
		assert_string_equal(rows[i].help, "");
		assert_int_equal(rows[i].unit, rows[i - 1].unit);
		assert_int_equal(rows[i].type, rows[i - 1].type);
		assert_int_equal(rows[i].constant, rows[i - 1].constant);
	}
}

struct documented {
	const struct skstat_families *set;
	size_t count;
};

static void compare(const struct skstat_family_doc *doc, void *arg)
{
	struct documented *documented = arg;
	const struct skstat_family *family = &documented->set->family[documented->count++];
	char labels[512] = "";
	size_t length = 0;

	assert_true(documented->count <= documented->set->count);
	assert_string_equal(doc->name, family->name);
	assert_string_equal(doc->unit, family->unit);
	assert_string_equal(doc->help, family->help);
	assert_int_equal(doc->type, family->type);
	assert_null(doc->field);
	if (ends_with(doc->name, "_info"))
		return;
	for (size_t s = 0; s < family->count && family->series[0].labels; s++)
		length += (size_t)snprintf(labels + length, sizeof(labels) - length, "%s%s%s",
					   s ? "|" : family->series[0].label[0].name, s ? "" : "=",
					   family->series[s].label[0].value);
	assert_string_equal(doc->labels, labels);
}

static void every_family_is_documented(void **state)
{
	struct skstat_families *set = families();
	struct documented documented = { .set = set };

	(void)state;
	skstat_self_document(compare, &documented);
	assert_int_equal(documented.count, set->count);
	skstat_families_free(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values),
		cmocka_unit_test(every_row_is_there),
		cmocka_unit_test(what_is_not_known_is_left_out),
		cmocka_unit_test(names_are_as_prometheus_has_them),
		cmocka_unit_test(rows_of_a_family_agree),
		cmocka_unit_test(every_family_is_documented),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("self_families", tests, NULL, NULL);
}
