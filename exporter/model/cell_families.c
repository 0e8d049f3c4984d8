// SPDX-License-Identifier: GPL-2.0
/* What the probes have counted, as the model takes it in and as families: one a row of tables.h. */
#include "families.h"

static const struct skstat_cell_room room = {
	.label = "table",
	.series = {
		.name = "skstat_counts_series",
		.unit = "",
		.help = "Series that a table of the probes' counters has, but for `other`",
		.type = SKSTAT_METRIC_GAUGE,
	},
	.folded = {
		.name = "skstat_counts_folded_cells",
		.unit = "",
		.help = "Keys of the probes' counters that are counted under `other`, for want of room "
			"(--probe.max-cells)",
		.type = SKSTAT_METRIC_COUNTER,
	},
};

void skstat_model_counters_begin(struct skstat_model *model, uint64_t held)
{
	skstat_cells_begin(&model->cells, held);
}

int skstat_model_counters_cell(const struct skstat_cell *cell, void *arg)
{
	struct skstat_model *model = arg;
	const uint64_t count = cell->count;

	return skstat_cells_take(&model->cells, cell->table, cell->key, &count);
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

static void series_add(const struct skstat_making *m, struct skstat_family *family,
		       const struct skstat_cell_table *table, const struct skstat_cell_series *series)
{
	skstat_cell_series_show(m, family, table, series)->value = (double)series->value[0];
}

static void table_add(const struct skstat_making *m, uint32_t id)
{
	const struct skstat_cell_family *cells = &m->model->cells.family[id];
	const struct skstat_cell_table *table = &skstat_cell_tables[id];
	const struct skstat_cell_series *series;
	struct skstat_family *family;

	family = skstat_family_add(m->set, SKSTAT_METRIC_COUNTER, table->metric, "", table->help);
	for (series = cells->list; series; series = series->hh.next)
		series_add(m, family, table, series);
	if (cells->other)
		series_add(m, family, table, cells->other);
}

void skstat_cell_families(const struct skstat_making *m)
{
	for (uint32_t id = 0; id < __SKSTAT_TABLE_MAX; id++)
		if (skstat_cell_is_shown(&m->model->cells, id))
			table_add(m, id);
	skstat_cell_room_families(m, &m->model->cells, &room);
}

void skstat_cell_document(void (*fn)(const struct skstat_family_doc *doc, void *arg), void *arg)
{
	char labels[256];

	for (uint32_t id = 1; id < __SKSTAT_TABLE_MAX; id++) {
		const struct skstat_cell_table *table = &skstat_cell_tables[id];
		const struct skstat_family_doc doc = {
			.name = table->metric,
			.unit = "",
			.help = table->help,
			.labels = labels,
			.type = SKSTAT_METRIC_COUNTER,
		};

		skstat_cell_labels_document(table, labels, sizeof(labels));
		fn(&doc, arg);
	}
	skstat_cell_room_document(&skstat_cells_counted, &room, fn, arg);
}
