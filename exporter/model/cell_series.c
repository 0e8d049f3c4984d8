// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "cell_series.h"

static struct skstat_cell_series *series_new(const struct skstat_cell_text *text)
{
	struct skstat_cell_series *series = calloc(1, sizeof(*series) + text->length);

	if (!series)
		return NULL;
	series->length = text->length;
	memcpy(series->text, text->text, text->length);
	return series;
}

static size_t bytes_of(const struct skstat_cell_series *series)
{
	return sizeof(*series) + series->length;
}

struct skstat_cell_series *skstat_cell_series_other(struct skstat_cell_family *family,
						    const struct skstat_cell_table *table)
{
	struct skstat_cell_text text;

	if (!family->other) {
		skstat_cell_text_other(&text, table);
		family->other = series_new(&text);
		family->bytes += family->other ? bytes_of(family->other) : 0;
	}
	return family->other;
}

struct skstat_cell_series *skstat_cell_series_admit(struct skstat_cell_family *family,
						    const struct skstat_cell_table *table,
						    const struct skstat_cell_text *text, uint32_t limit)
{
	struct skstat_cell_series *series;

	HASH_FIND(hh, family->list, text->text, text->length, series);
	if (series)
		return series;
	if (HASH_COUNT(family->list) >= limit) {
		series = skstat_cell_series_other(family, table);
		family->folded += series != NULL;
		return series;
	}
	series = series_new(text);
	if (!series)
		return NULL;
	series->hashed = true;
	HASH_ADD_KEYPTR(hh, family->list, series->text, series->length, series);
	if (!series->hashed) {
		free(series);
		return NULL;
	}
	family->bytes += bytes_of(series);
	return series;
}

size_t skstat_cell_series_count(const struct skstat_cell_family *family)
{
	return HASH_COUNT(family->list);
}

void skstat_cell_series_free(struct skstat_cell_family *family)
{
	struct skstat_cell_series *series, *next;

	for (series = family->list; series; series = next) {
		next = series->hh.next;
		HASH_DEL(family->list, series);
		free(series);
	}
	free(family->other);
	memset(family, 0, sizeof(*family));
}

size_t skstat_cell_series_bytes(const struct skstat_cell_family *family)
{
	return family->bytes + HASH_OVERHEAD(hh, family->list);
}
