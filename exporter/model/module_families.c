// SPDX-License-Identifier: GPL-2.0
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "module_families.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define LABELS_SIZE 512 /* "probe=life|first_byte|..." */

/* How a member is stored. */
enum width { BOOL, U32, U64 };

/* A family, and where its figure is: in struct skstat_info, in the part of a probe, or in the counters' totals. */
struct row {
	const char *name, *unit, *help;
	size_t member;
	double steps; /* of the member, in a unit */
	enum width width;
	enum skstat_metric_type type;
};

#define OF(MEMBER) offsetof(struct skstat_info, MEMBER)

static const struct row module_rows[] = {
	{ "skstat_module_memory_bytes", "bytes", "Memory that the module holds while nobody reads", OF(memory), 1, U64,
	  SKSTAT_METRIC_GAUGE },
	{ "skstat_journal_ring_events", "", "Events that the journal's ring of one CPU has room for",
	  OF(journal_events), 1, U32, SKSTAT_METRIC_GAUGE },
	{ "skstat_journal_written_events", "", "Events that the module has written",
	  OF(journal_written), 1, U64, SKSTAT_METRIC_COUNTER },
	{ "skstat_journal_dropped_events", "", "Events that no ring could take: lost to every reader",
	  OF(journal_dropped), 1, U64, SKSTAT_METRIC_COUNTER },
	{ "skstat_journal_doorbells_sent", "", "Doorbells that the module has sent to all readers",
	  OF(doorbells), 1, U64, SKSTAT_METRIC_COUNTER },
	{ "skstat_conn_table_places", "", "Connections that the module's table has room for; 0: it was not needed yet",
	  OF(conn_places), 1, U64, SKSTAT_METRIC_GAUGE },
	{ "skstat_conn_table_connections", "", "Connections in it", OF(conn_used), 1, U64, SKSTAT_METRIC_GAUGE },
	{ "skstat_conn_table_misses", "",
	  "Connections that found no place in it: their events lack durations and processes",
	  OF(conn_misses), 1, U64, SKSTAT_METRIC_COUNTER },
};

#undef OF
#define OF(MEMBER) offsetof(struct skstat_info_probe, MEMBER)

static const struct row probe_rows[] = {
	{ "skstat_probe_available", "", "1 if this kernel can have the probe", OF(available), 1, BOOL,
	  SKSTAT_METRIC_GAUGE },
	{ "skstat_probe_holders", "", "Sockets that hold the probe, of all programs; 0: nothing of it runs",
	  OF(holders), 1, U32, SKSTAT_METRIC_GAUGE },
	{ "skstat_probe_hits", "", "Times that the probe's handlers ran", OF(hits), 1, U64, SKSTAT_METRIC_COUNTER },
	{ "skstat_probe_drops", "", "Of these, the ones that gave up", OF(drops), 1, U64, SKSTAT_METRIC_COUNTER },
	{ "skstat_probe_samples", "", "Of these, the ones that were timed", OF(samples), 1, U64,
	  SKSTAT_METRIC_COUNTER },
	{ "skstat_probe_sampled_seconds", "seconds",
	  "Time of those; times hits, divided by samples: what the probe costs", OF(sample_ns), 1e9, U64,
	  SKSTAT_METRIC_COUNTER },
	{ "skstat_probe_missed", "",
	  "What began and found no place to be remembered, or ended and had none; of a kretprobe, returns",
	  OF(missed), 1, U64, SKSTAT_METRIC_COUNTER },
};

#undef OF
#define OF(MEMBER) offsetof(struct skstat_counter_totals, MEMBER)

static const struct row counter_rows[] = {
	{ "skstat_counts_table_places", "", "Keys that the module's table of the probes' counters has room for",
	  OF(places), 1, U64, SKSTAT_METRIC_GAUGE },
	{ "skstat_counts_table_cells", "", "Keys in it", OF(used), 1, U64, SKSTAT_METRIC_GAUGE },
	{ "skstat_counts_table_bytes", "bytes", "Memory of that table, and of what its keys mean", OF(memory), 1, U64,
	  SKSTAT_METRIC_GAUGE },
};

static const struct row histogram_rows[] = {
	{ "skstat_histograms_table_places", "", "Histograms that the module has room for", OF(places), 1, U64,
	  SKSTAT_METRIC_GAUGE },
	{ "skstat_histograms_table_cells", "", "Histograms in it", OF(used), 1, U64, SKSTAT_METRIC_GAUGE },
	{ "skstat_histograms_table_bytes", "bytes", "Memory of that table", OF(memory), 1, U64, SKSTAT_METRIC_GAUGE },
};

#undef OF

/* Not the module's: what this exporter holds. */
static const struct skstat_family_doc probe_held = {
	.name = "skstat_probe_held",
	.unit = "",
	.help = "1 if this exporter holds the probe",
	.labels = "",
	.type = SKSTAT_METRIC_GAUGE,
};

static const struct {
	uint32_t id;
	const char *name;
} probes[] = {
#define PROBE(ID, NAME, NAME_TEXT, HELP) { SKSTAT_PROBE_##NAME, #NAME_TEXT },
	SKSTAT_PROBES(PROBE)
#undef PROBE
};

static double figure(const void *base, const struct row *row)
{
	const void *place = (const char *)base + row->member;
	double value;

	if (row->width == BOOL)
		value = *(const bool *)place;
	else if (row->width == U32)
		value = *(const uint32_t *)place;
	else
		value = (double)*(const uint64_t *)place;
	return value / row->steps;
}

static void add_probe(struct skstat_families *set, struct skstat_family *family, size_t probe, double value)
{
	const struct skstat_label label = { "probe", probes[probe].name };

	skstat_series_add(set, family, &label, 1)->value = value;
}

static void add_probes(struct skstat_families *set, const struct skstat_info *info, uint64_t held)
{
	struct skstat_family *family =
		skstat_family_add(set, probe_held.type, probe_held.name, probe_held.unit, probe_held.help);

	for (size_t i = 0; i < LENGTH(probes); i++)
		if (info->probe[probes[i].id].known)
			add_probe(set, family, i, (double)(held >> probes[i].id & 1));
	for (const struct row *row = probe_rows; row < probe_rows + LENGTH(probe_rows); row++) {
		family = skstat_family_add(set, row->type, row->name, row->unit, row->help);
		for (size_t i = 0; i < LENGTH(probes); i++)
			if (info->probe[probes[i].id].known)
				add_probe(set, family, i, figure(&info->probe[probes[i].id], row));
	}
}

/* A module that knows no probe has no journal either. */
static bool has_probes(const struct skstat_info *info)
{
	for (size_t i = 0; i < LENGTH(probes); i++)
		if (info->probe[probes[i].id].known)
			return true;
	return false;
}

static void add_rows(struct skstat_families *set, const struct row *row, size_t count, const void *base)
{
	for (; count; row++, count--)
		skstat_series_add(set, skstat_family_add(set, row->type, row->name, row->unit, row->help), NULL, 0)
			->value = figure(base, row);
}

void skstat_module_families(struct skstat_families *set, const struct skstat_info *info, uint64_t held,
			    const struct skstat_counter_totals *counters,
			    const struct skstat_counter_totals *histograms)
{
	if (!info)
		return;
	add_rows(set, module_rows, has_probes(info) ? LENGTH(module_rows) : 1, info);
	if (counters)
		add_rows(set, counter_rows, LENGTH(counter_rows), counters);
	if (histograms)
		add_rows(set, histogram_rows, LENGTH(histogram_rows), histograms);
	if (has_probes(info))
		add_probes(set, info, held);
}

static void document(const struct row *row, size_t count, const char *labels,
		     void (*fn)(const struct skstat_family_doc *doc, void *arg), void *arg)
{
	for (; count; row++, count--) {
		const struct skstat_family_doc doc = {
			.name = row->name,
			.unit = row->unit,
			.help = row->help,
			.labels = labels,
			.type = row->type,
		};

		fn(&doc, arg);
	}
}

void skstat_module_document(void (*fn)(const struct skstat_family_doc *doc, void *arg), void *arg)
{
	struct skstat_family_doc held = probe_held;
	char labels[LABELS_SIZE] = "";
	size_t length = 0;

	for (size_t i = 0; i < LENGTH(probes) && length < sizeof(labels); i++)
		length += (size_t)snprintf(labels + length, sizeof(labels) - length, "%s%s", i ? "|" : "probe=",
					   probes[i].name);
	document(module_rows, LENGTH(module_rows), "", fn, arg);
	document(counter_rows, LENGTH(counter_rows), "", fn, arg);
	document(histogram_rows, LENGTH(histogram_rows), "", fn, arg);
	held.labels = labels;
	fn(&held, arg);
	document(probe_rows, LENGTH(probe_rows), labels, fn, arg);
}
