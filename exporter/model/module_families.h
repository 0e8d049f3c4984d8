/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the module says of itself as families: what its probes and its journal cost. Its counters count from when it was
 * loaded, as those of /proc do from the boot. Pure.
 */
#ifndef SKSTAT_MODEL_MODULE_FAMILIES_H
#define SKSTAT_MODEL_MODULE_FAMILIES_H

#include "family.h"
#include "model.h"
#include "source/counter_message.h"
#include "source/message.h"

/*
 * Adds skstat_module_*, skstat_probe_*, skstat_conn_table_*, skstat_counts_table_*, skstat_histograms_table_* and what
 * the module counts of the journal. `info` may be NULL (there is no module, or it did not answer): then none of them is
 * there. Probes that the module does not know are left out. `held`: the probes that the exporter holds itself,
 * SKSTAT_PROBE_BIT(). `counters` and `histograms` may be NULL: what probes count, or measure, was not read, and
 * skstat_counts_table_*, or skstat_histograms_table_*, are not there. Nothing of all that is kept.
 */
void skstat_module_families(struct skstat_families *set, const struct skstat_info *info, uint64_t held,
			    const struct skstat_counter_totals *counters,
			    const struct skstat_counter_totals *histograms);

/* As skstat_model_document(). What is handed to `fn` is good until it returns. */
void skstat_module_document(void (*fn)(const struct skstat_family_doc *doc, void *arg), void *arg);

#endif
