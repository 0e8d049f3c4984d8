// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "cell_series.h"

static size_t size_of(uint32_t values, size_t length)
{
	return sizeof(struct skstat_cell_series) + values * sizeof(uint64_t) + length;
}

static struct skstat_cell_series *series_new(struct skstat_cell_family *family, const struct skstat_cell_text *text,
					     uint32_t values)
{
	struct skstat_cell_series *series = calloc(1, size_of(values, text->length));

	if (!series)
		return NULL;
	series->length = text->length;
	series->text = (char *)(series->value + values);
	memcpy(series->text, text->text, text->length);
	family->bytes += size_of(values, text->length);
	return series;
}

struct skstat_cell_series *skstat_cell_series_other(struct skstat_cell_family *family,
						    const struct skstat_cell_table *table, uint32_t values)
{
	struct skstat_cell_text text;

	if (!family->other) {
		skstat_cell_text_other(&text, table);
		family->other = series_new(family, &text, values);
	}
	return family->other;
}

struct skstat_cell_series *skstat_cell_series_admit(struct skstat_cell_family *family,
						    const struct skstat_cell_table *table,
						    const struct skstat_cell_text *text, uint32_t values,
						    uint32_t limit, struct skstat_room *room)
{
	struct skstat_cell_series *series;

	HASH_FIND(hh, family->list, text->text, text->length, series);
	if (series)
		return series;
	if (HASH_COUNT(family->list) >= limit || !skstat_room_take(room, size_of(values, text->length))) {
		series = skstat_cell_series_other(family, table, values);
		family->folded += series != NULL;
		return series;
	}
	series = series_new(family, text, values);
	if (!series)
		return NULL;
	series->hashed = true;
	HASH_ADD_KEYPTR(hh, family->list, series->text, series->length, series);
	if (series->hashed)
		return series;
	family->bytes -= size_of(values, text->length);
	free(series);
	return NULL;
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
