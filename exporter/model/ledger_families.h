/* SPDX-License-Identifier: GPL-2.0 */
/* The ledger as families. Pure. */
#ifndef SKSTAT_MODEL_LEDGER_FAMILIES_H
#define SKSTAT_MODEL_LEDGER_FAMILIES_H

#include "model.h"
#include "namespaces.h"

/*
 * Adds skstat_ledger_kernel_segments, _attributed_segments, _unattributed_segments, _residual_segments and
 * skstat_coverage_ratio, by namespace. What cannot be known has no series.
 */
void skstat_ledger_families(const struct skstat_namespaces *namespaces, struct skstat_families *set);

/* As skstat_model_document(). */
void skstat_ledger_document(void (*fn)(const struct skstat_family_doc *doc, void *arg), void *arg);

#endif
