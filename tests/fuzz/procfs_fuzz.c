// SPDX-License-Identifier: GPL-2.0
/*
 * Any text as a file of /proc, which the first byte chooses: what the collector makes of it is a page that Prometheus
 * takes, and of a text that it refuses nothing.
 */
#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "procfs/collector.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool same_labels(const struct skstat_series *a, const struct skstat_series *b)
{
	for (size_t i = 0; i < a->labels; i++)
		if (strcmp(a->label[i].value, b->label[i].value) != 0)
			return false;
	return true;
}

static void family_check(const struct skstat_families *set, const struct skstat_family *family)
{
	for (const char *c = family->name; *c; c++)
		assert(isalnum((unsigned char)*c) || *c == '_');
	assert(family->help[0]);
	/* A second one of that name would be refused, or the same series twice. */
	assert(skstat_family_find(set, family->name) == family);
	for (size_t s = 0; s < family->count; s++) {
		const struct skstat_series *series = &family->series[s];

		assert(series->labels == family->series[0].labels);
		assert(isfinite(series->value) && (series->value >= 0 || family->type == SKSTAT_METRIC_GAUGE));
		for (size_t t = 0; t < s; t++)
			assert(!same_labels(series, &family->series[t]));
	}
}

/* Returns how many series there are. */
static size_t page_check(const struct skstat_families *set)
{
	size_t count = 0;

	assert(!set->failed);
	for (size_t i = 0; i < set->count; i++) {
		family_check(set, &set->family[i]);
		count += set->family[i].count;
	}
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct skstat_procfs_collector *collector;
	const struct skstat_tree nowhere = { .proc = "/nowhere", .sys = "/nowhere" };
	struct skstat_families *set = skstat_families_new();
	size_t file, series;
	void *found;
	char *text;
	int err;

	assert(set);
	collector = skstat_procfs_table[size ? data[0] % __SKSTAT_PROCFS_MAX : 0];
	file = size ? data[0] / __SKSTAT_PROCFS_MAX % SKSTAT_PROCFS_FILES : 0;
	if (!collector->file[file].path)
		file = 0;
	/* As skstat_tree_read() hands it over: it ends with the first 0. */
	text = strndup(size ? (const char *)data + 1 : "", size ? size - 1 : 0);
	found = calloc(1, collector->size);
	assert(text && found);
	err = collector->parse(found, file, text);
	assert(err == 0 || err == -EBADMSG || err == -EMSGSIZE);
	if (collector->look)
		(void)collector->look(found, &nowhere);
	collector->families(found, set);
	series = page_check(set);
	assert(!err || !series);
	skstat_families_free(set);
	free(found);
	free(text);
	return 0;
}
