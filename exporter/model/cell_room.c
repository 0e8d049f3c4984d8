// SPDX-License-Identifier: GPL-2.0
/* What counters and histograms of the probes have in common as families: their labels, and how much room is used. */
#include <stdio.h>
#include <string.h>

#include "families.h"

_Static_assert(sizeof(((struct skstat_cell_text *)0)->text) <= SKSTAT_FAMILIES_PIECE, "a set has reserved less");

struct skstat_series *skstat_cell_series_show(const struct skstat_making *m, struct skstat_family *family,
					      const struct skstat_cell_table *table,
					      const struct skstat_cell_series *series)
{
	char *text = skstat_families_alloc(m->set, series->length);
	struct skstat_label label[SKSTAT_CELL_LABELS];
	const char *name[SKSTAT_CELL_LABELS];
	size_t names = skstat_cell_label_names(table, name), count = 0;

	/* All its text at once. */
	memcpy(text, series->text, series->length);
	for (size_t i = 0; i < names; i++) {
		if (*text)
			label[count++] = (struct skstat_label){ name[i], text };
		text += strlen(text) + 1;
	}
	return skstat_series_add(m->set, family, label, count);
}

bool skstat_cell_is_shown(const struct skstat_cells *cells, uint32_t id)
{
	return cells->shown & cells->shape->table[id].probe;
}

static void room_add(const struct skstat_making *m, const struct skstat_cells *cells,
		     const struct skstat_family_doc *doc, const char *name,
		     uint64_t (*value)(const struct skstat_cell_family *family))
{
	struct skstat_family *family = skstat_family_add(m->set, doc->type, doc->name, doc->unit, doc->help);

	for (uint32_t id = 0; id < cells->shape->tables; id++) {
		const struct skstat_label label = { name, cells->shape->table[id].name };

		if (skstat_cell_is_shown(cells, id))
			skstat_series_add(m->set, family, &label, 1)->value = (double)value(&cells->family[id]);
	}
}

static uint64_t series_of(const struct skstat_cell_family *family)
{
	return skstat_cell_series_count(family);
}

static uint64_t folded_of(const struct skstat_cell_family *family)
{
	return family->folded;
}

void skstat_cell_room_families(const struct skstat_making *m, const struct skstat_cells *cells,
			       const struct skstat_cell_room *room)
{
	if (!cells->shown)
		return;
	room_add(m, cells, &room->series, room->label, series_of);
	room_add(m, cells, &room->folded, room->label, folded_of);
}

void skstat_cell_room_document(const struct skstat_cell_shape *shape, const struct skstat_cell_room *room,
			       void (*fn)(const struct skstat_family_doc *doc, void *arg), void *arg)
{
	struct skstat_family_doc series = room->series, folded = room->folded;
	char labels[256];
	size_t length = (size_t)snprintf(labels, sizeof(labels), "%s", room->label);

	for (uint32_t id = 1; id < shape->tables && length < sizeof(labels); id++)
		length += (size_t)snprintf(labels + length, sizeof(labels) - length, "%c%s", id == 1 ? '=' : '|',
					   shape->table[id].name);
	series.labels = folded.labels = labels;
	fn(&series, arg);
	fn(&folded, arg);
}
