// SPDX-License-Identifier: GPL-2.0
/* What the probes have counted, as the model takes it in and as families: one a row of tables.h. */
#include <string.h>

#include "families.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const struct skstat_family_doc series_doc = {
	.name = "skstat_counter_series",
	.unit = "",
	.help = "Series that a table of the probes' counters has, but for `other`",
	.labels = "",
	.type = SKSTAT_METRIC_GAUGE,
};

static const struct skstat_family_doc folded_doc = {
	.name = "skstat_counter_folded_cells",
	.unit = "",
	.help = "Keys of the probes' counters that are counted under `other`, for want of room (--probe.max-cells)",
	.labels = "",
	.type = SKSTAT_METRIC_COUNTER,
};

void skstat_model_counters_begin(struct skstat_model *model, uint64_t held)
{
	skstat_cells_begin(&model->cells, held);
}

int skstat_model_counters_cell(const struct skstat_cell *cell, void *arg)
{
	struct skstat_model *model = arg;

	return skstat_cells_take(&model->cells, cell);
}

int skstat_model_counters_name(const struct skstat_counter_name *name, void *arg)
{
	struct skstat_model *model = arg;

	return skstat_cell_names_take(&model->cells.names, name);
}

void skstat_model_counters_end(struct skstat_model *model, bool whole)
{
	skstat_cells_end(&model->cells, &model->namespaces, whole);
}

/* One family under way. */
struct making {
	struct skstat_families *set;
	struct skstat_family *family;
	const char *name[SKSTAT_CELL_LABELS];
	size_t names;
};

/* All its text at once. */
static void series_add(const struct making *m, const struct skstat_cell_series *series)
{
	char *text = skstat_families_alloc(m->set, series->length);
	struct skstat_label label[SKSTAT_CELL_LABELS];
	size_t count = 0;

	memcpy(text, series->text, series->length);
	for (size_t i = 0; i < m->names; i++) {
		if (*text)
			label[count++] = (struct skstat_label){ m->name[i], text };
		text += strlen(text) + 1;
	}
	skstat_series_add(m->set, m->family, label, count)->value = (double)series->count;
}

static void table_add(const struct skstat_making *m, uint32_t id)
{
	const struct skstat_cell_family *family = &m->model->cells.family[id];
	const struct skstat_cell_table *table = &skstat_cell_tables[id];
	const struct skstat_cell_series *series;
	struct making making = { .set = m->set };

	making.family = skstat_family_add(m->set, SKSTAT_METRIC_COUNTER, table->metric, "", table->help);
	making.names = skstat_cell_label_names(table, making.name);
	for (series = family->list; series; series = series->hh.next)
		series_add(&making, series);
	if (family->other)
		series_add(&making, family->other);
}

static bool is_shown(const struct skstat_model *model, uint32_t id)
{
	return model->cells.shown & skstat_cell_tables[id].probe;
}

/* How much of its room each table has used. */
static void room_add(const struct skstat_making *m, const struct skstat_family_doc *doc,
		     uint64_t (*value)(const struct skstat_cell_family *family))
{
	struct skstat_family *family = skstat_family_add(m->set, doc->type, doc->name, doc->unit, doc->help);

	for (uint32_t id = 0; id < __SKSTAT_TABLE_MAX; id++) {
		const struct skstat_label label = { "table", skstat_cell_tables[id].name };

		if (is_shown(m->model, id))
			skstat_series_add(m->set, family, &label, 1)->value =
				(double)value(&m->model->cells.family[id]);
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

void skstat_cell_families(const struct skstat_making *m)
{
	for (uint32_t id = 0; id < __SKSTAT_TABLE_MAX; id++)
		if (is_shown(m->model, id))
			table_add(m, id);
	if (!m->model->cells.shown)
		return;
	room_add(m, &series_doc, series_of);
	room_add(m, &folded_doc, folded_of);
}

void skstat_cell_document(void (*fn)(const struct skstat_family_doc *doc, void *arg), void *arg)
{
	struct skstat_family_doc rooms[] = { series_doc, folded_doc };
	char labels[256], tables[256] = "";

	for (uint32_t id = 0; id < __SKSTAT_TABLE_MAX; id++) {
		const struct skstat_cell_table *table = &skstat_cell_tables[id];
		struct skstat_family_doc doc = {
			.name = table->metric,
			.unit = "",
			.help = table->help,
			.labels = labels,
			.type = SKSTAT_METRIC_COUNTER,
		};

		if (!table->name)
			continue;
		skstat_cell_labels_document(table, labels, sizeof(labels));
		fn(&doc, arg);
		strncat(tables, *tables ? "|" : "table=", sizeof(tables) - strlen(tables) - 1);
		strncat(tables, table->name, sizeof(tables) - strlen(tables) - 1);
	}
	for (size_t i = 0; i < LENGTH(rooms); i++) {
		rooms[i].labels = tables;
		fn(&rooms[i], arg);
	}
}
