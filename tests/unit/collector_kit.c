// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "collector_kit.h"

void *found_new(const struct skstat_procfs_collector *collector)
{
	void *found = calloc(1, collector->size);

	assert_non_null(found);
	return found;
}

static size_t series_count(const struct skstat_families *set)
{
	size_t count = 0;

	for (size_t i = 0; i < set->count; i++)
		count += set->family[i].count;
	return count;
}

struct skstat_families *families_of(const struct skstat_procfs_collector *collector, size_t file, const char *text)
{
	struct skstat_families *set = skstat_families_new();
	void *found = found_new(collector);
	int err = collector->parse(found, file, text);

	assert_non_null(set);
	collector->families(found, set);
	free(found);
	assert_false(set->failed);
	if (!err) {
		families_check(set);
		return set;
	}
	assert_true(err == -EBADMSG || err == -EMSGSIZE);
	assert_int_equal(series_count(set), 0);
	skstat_families_free(set);
	return NULL;
}

void refused(const struct skstat_procfs_collector *collector, size_t file, const char *text)
{
	struct skstat_families *set = families_of(collector, file, text);

	if (set)
		fail_msg("%s takes \"%s\"", collector->name, text);
}

void mangled(const struct skstat_procfs_collector *collector, size_t file, const char *text)
{
	static const char others[] = { ' ', '\n', ':', '-', '9', '\xff' };
	size_t length = strlen(text);

	for (size_t i = 0; i < length; i++) {
		/* Of its own length, so that a sanitizer sees what is read behind it. */
		char *copy = strndup(text, i);

		assert_non_null(copy);
		skstat_families_free(families_of(collector, file, copy));
		free(copy);
		copy = strdup(text);
		assert_non_null(copy);
		copy[i] = others[i % sizeof(others)];
		skstat_families_free(families_of(collector, file, copy));
		free(copy);
	}
}

struct skstat_families *families_below(const char *proc, const char *sys, const bool wanted[__SKSTAT_PROCFS_MAX],
				       struct skstat_error *error)
{
	struct skstat_procfs_config config = { .proc = proc, .sys = sys };
	struct skstat_families *set = skstat_families_new();
	struct skstat_procfs *procfs;
	int err;

	memcpy(config.wanted, wanted, sizeof(config.wanted));
	procfs = skstat_procfs_new(&config);
	assert_non_null(procfs);
	assert_non_null(set);
	err = skstat_procfs_read(procfs, error);
	assert_int_equal(err, error->err);
	skstat_procfs_families(procfs, set);
	skstat_procfs_free(procfs);
	families_check(set);
	return set;
}

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), tail = strlen(end);

	return length > tail && strcmp(text + length - tail, end) == 0;
}

static bool same_labels(const struct skstat_series *a, const struct skstat_series *b)
{
	for (size_t i = 0; i < a->labels; i++)
		if (strcmp(a->label[i].value, b->label[i].value) != 0)
			return false;
	return true;
}

static void series_check(const struct skstat_family *family)
{
	for (size_t s = 0; s < family->count; s++) {
		const struct skstat_series *series = &family->series[s];

		assert_int_equal(series->labels, family->series[0].labels);
		assert_true(family->type == SKSTAT_METRIC_GAUGE || series->value >= 0);
		for (size_t i = 0; i < series->labels; i++)
			assert_string_equal(series->label[i].name, family->series[0].label[i].name);
		for (size_t t = 0; t < s; t++)
			if (same_labels(series, &family->series[t]))
				fail_msg("%s has a series twice", family->name);
	}
}

void families_check(const struct skstat_families *set)
{
	static const char *const units[] = { "seconds", "bytes" };

	for (size_t i = 0; i < set->count; i++) {
		const struct skstat_family *family = &set->family[i];

		for (const char *c = family->name; *c; c++)
			assert_true(isalnum((unsigned char)*c) || *c == '_');
		assert_int_equal(strncmp(family->name, "skstat_", 7), 0);
		assert_false(ends_with(family->name, "_total"));
		for (size_t u = 0; u < 2; u++)
			assert_int_equal(ends_with(family->name, units[u]), strcmp(family->unit, units[u]) == 0);
		assert_true(strlen(family->help) > 3 && !ends_with(family->help, "."));
		if (skstat_family_find(set, family->name) != family)
			fail_msg("%s is there twice", family->name);
		series_check(family);
	}
}

static const struct skstat_series *series_find(const struct skstat_families *set, const char *name, const char *label)
{
	const struct skstat_family *family = skstat_family_find(set, name);

	for (size_t i = 0; family && i < family->count; i++) {
		const struct skstat_series *series = &family->series[i];

		if (label ? series->labels && strcmp(series->label[0].value, label) == 0 : !series->labels)
			return series;
	}
	return NULL;
}

bool has_value(const struct skstat_families *set, const char *family, const char *label)
{
	return series_find(set, family, label) != NULL;
}

double value_in(const struct skstat_families *set, const char *family, const char *label)
{
	const struct skstat_series *series = series_find(set, family, label);

	if (!series)
		fail_msg("there is no %s of %s", family, label ? label : "no label");
	return series->value;
}
