// SPDX-License-Identifier: GPL-2.0
/*
 * What the probes have measured, as the model takes it in and as families: one a row of histograms.h. The buckets are
 * the kernel's own; those of the text format are these put together, at powers of four of the base unit, where each
 * edge is one of the kernel's.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "families.h"

#define NAME_SIZE 64
#define STEP 2 /* octaves of a classic bucket */
#define PER_OCTAVE (1 << SKSTAT_HISTOGRAM_SCHEMA)
#define OCTAVES (SKSTAT_HISTOGRAM_BUCKETS / PER_OCTAVE)
#define EDGES (OCTAVES / STEP + 1)

/* How the numbers of a histogram are to be read. */
static const struct {
	const char *base;
	double scale; /* so many are one of the base unit */
} units[] = {
#define UNIT(NAME, BASE, SCALE) [SKSTAT_HISTOGRAM_UNIT_##NAME] = { BASE, SCALE },
	SKSTAT_HISTOGRAM_UNITS(UNIT)
#undef UNIT
};

static const struct row {
	enum skstat_histogram_unit unit;
	int first;
} rows[__SKSTAT_HISTOGRAM_MAX] = {
#define ROW(id, NAME, name, PROBE, UNIT, FIRST, metric, help, a, b, c) \
	[id] = { SKSTAT_HISTOGRAM_UNIT_##UNIT, FIRST },
	SKSTAT_HISTOGRAMS(ROW)
#undef ROW
};

#define ROW(id, NAME, name, PROBE, UNIT, FIRST, metric, help, a, b, c) \
	_Static_assert(((FIRST) - 1) % PER_OCTAVE == 0, "a histogram begins with an octave");
SKSTAT_HISTOGRAMS(ROW)
#undef ROW

static const struct skstat_cell_room room = {
	.label = "histogram",
	.series = {
		.name = "skstat_histograms_series",
		.unit = "",
		.help = "Series that one of the probes' histograms has, but for `other`",
		.type = SKSTAT_METRIC_GAUGE,
	},
	.folded = {
		.name = "skstat_histograms_folded_cells",
		.unit = "",
		.help = "Keys of the probes' histograms that are measured under `other`, for want of room "
			"(--probe.max-cells)",
		.type = SKSTAT_METRIC_COUNTER,
	},
};

void skstat_model_histograms_begin(struct skstat_model *model, uint64_t held)
{
	skstat_cells_begin(&model->measured, held);
}

int skstat_model_histograms_cell(const struct skstat_hist *hist, void *arg)
{
	struct skstat_model *model = arg;
	uint64_t value[SKSTAT_MEASURED_VALUES];

	memcpy(value, hist->bucket, sizeof(hist->bucket));
	value[SKSTAT_MEASURED_LOW] = hist->cell.low;
	value[SKSTAT_MEASURED_HIGH] = hist->cell.high;
	value[SKSTAT_MEASURED_SUM] = hist->cell.sum;
	return skstat_cells_take(&model->measured, hist->cell.histogram, hist->cell.key, value);
}

int skstat_model_histograms_name(const struct skstat_counter_name *name, void *arg)
{
	struct skstat_model *model = arg;

	return skstat_cell_names_take(&model->measured.names, name);
}

void skstat_model_histograms_end(struct skstat_model *model, bool whole)
{
	skstat_cells_end(&model->measured, &model->namespaces, whole);
}

/* Of one histogram: the edges that are powers of four, as exponents of two. */
struct edges {
	int lowest; /* exponent of the edge below its first bucket */
	int first;  /* of these edges */
	size_t count;
};

static struct edges edges_of(uint32_t id)
{
	struct edges edges = { .lowest = (rows[id].first - 1) / PER_OCTAVE };

	edges.first = edges.lowest + (edges.lowest & 1);
	edges.count = (size_t)((edges.lowest + OCTAVES - edges.first) / STEP) + 1;
	return edges;
}

/* Powers of two are exact. */
static const double *edges_make(const struct skstat_making *m, const struct edges *edges)
{
	double *edge = skstat_families_alloc(m->set, EDGES * sizeof(*edge));

	for (size_t i = 0; i < edges->count; i++)
		edge[i] = ldexp(1, edges->first + STEP * (int)i);
	return edge;
}

/* `low` is below them all. */
static const uint64_t *counts_make(const struct skstat_making *m, const struct edges *edges, const uint64_t *value)
{
	uint64_t *count = skstat_families_alloc(m->set, (EDGES + 1) * sizeof(*count));
	size_t bucket = 0;

	count[0] = value[SKSTAT_MEASURED_LOW];
	for (size_t i = 0; i < edges->count; i++) {
		size_t end = (size_t)(edges->first + STEP * (int)i - edges->lowest) * PER_OCTAVE;

		for (; bucket < end; bucket++)
			count[i] += value[bucket];
	}
	for (; bucket < SKSTAT_HISTOGRAM_BUCKETS; bucket++)
		count[edges->count] += value[bucket];
	count[edges->count] += value[SKSTAT_MEASURED_HIGH];
	return count;
}

static const struct skstat_native *native_make(const struct skstat_making *m, uint32_t id, const uint64_t *value)
{
	const size_t bytes = SKSTAT_HISTOGRAM_BUCKETS * sizeof(*value);
	struct skstat_native *native = skstat_families_alloc(m->set, sizeof(*native));

	*native = (struct skstat_native){
		.schema = SKSTAT_HISTOGRAM_SCHEMA,
		.threshold = ldexp(1, edges_of(id).lowest),
		.low = value[SKSTAT_MEASURED_LOW],
		.high = value[SKSTAT_MEASURED_HIGH],
		.first = rows[id].first,
		.buckets = SKSTAT_HISTOGRAM_BUCKETS,
		.count = memcpy(skstat_families_alloc(m->set, bytes), value, bytes),
	};
	return native;
}

/* One family under way. */
struct making {
	const struct skstat_making *m;
	uint32_t id;
	struct skstat_family *family;
	struct edges edges;
	const double *edge;
};

static void series_add(const struct making *making, const struct skstat_cell_series *series)
{
	struct skstat_series *shown = skstat_cell_series_show(making->m, making->family,
							      &skstat_hist_tables[making->id], series);
	double sum = ldexp((double)series->carries, 64) + (double)series->value[SKSTAT_MEASURED_SUM];

	shown->distribution = (struct skstat_distribution){
		.edge = making->edge,
		.edges = making->edges.count,
		.count = counts_make(making->m, &making->edges, series->value),
		.sum = sum / units[rows[making->id].unit].scale,
		.native = native_make(making->m, making->id, series->value),
	};
}

static void name_print(uint32_t id, char name[NAME_SIZE])
{
	snprintf(name, NAME_SIZE, "%s_%s", skstat_hist_tables[id].metric, units[rows[id].unit].base);
}

static void histogram_add(const struct skstat_making *m, uint32_t id)
{
	const struct skstat_cell_family *cells = &m->model->measured.family[id];
	const struct skstat_cell_series *series;
	struct making making = { .m = m, .id = id, .edges = edges_of(id) };
	char name[NAME_SIZE];

	name_print(id, name);
	making.family = skstat_family_add(m->set, SKSTAT_METRIC_HISTOGRAM, skstat_families_text(m->set, name),
					  units[rows[id].unit].base, skstat_hist_tables[id].help);
	making.edge = edges_make(m, &making.edges);
	for (series = cells->list; series; series = series->hh.next)
		series_add(&making, series);
	if (cells->other)
		series_add(&making, cells->other);
}

void skstat_hist_families(const struct skstat_making *m)
{
	for (uint32_t id = 0; id < __SKSTAT_HISTOGRAM_MAX; id++)
		if (skstat_cell_is_shown(&m->model->measured, id))
			histogram_add(m, id);
	skstat_cell_room_families(m, &m->model->measured, &room);
}

void skstat_hist_document(void (*fn)(const struct skstat_family_doc *doc, void *arg), void *arg)
{
	char name[NAME_SIZE], labels[256];

	for (uint32_t id = 1; id < __SKSTAT_HISTOGRAM_MAX; id++) {
		const struct skstat_family_doc doc = {
			.name = name,
			.unit = units[rows[id].unit].base,
			.help = skstat_hist_tables[id].help,
			.labels = labels,
			.type = SKSTAT_METRIC_HISTOGRAM,
		};

		name_print(id, name);
		skstat_cell_labels_document(&skstat_hist_tables[id], labels, sizeof(labels));
		fn(&doc, arg);
	}
	skstat_cell_room_document(&skstat_cells_measured, &room, fn, arg);
}
