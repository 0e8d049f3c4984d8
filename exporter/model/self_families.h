/* SPDX-License-Identifier: GPL-2.0 */
/* The exporter's own figures as families. Pure. */
#ifndef SKSTAT_MODEL_SELF_FAMILIES_H
#define SKSTAT_MODEL_SELF_FAMILIES_H

#include "family.h"
#include "model.h"
#include "self/self.h"
#include "source/procfs.h"
#include "source/source.h"

/*
 * Adds skstat_build_info, skstat_source_info, every row of SKSTAT_SELF, and process_*. `source` may be NULL (none is
 * open), `process` too (not known): their families are then left out. `why`: the reason that the source is not the
 * module, "" if it is. The set holds no pointer to any of them afterwards.
 */
void skstat_self_families(struct skstat_families *set, const struct skstat_self *self,
			  const struct skstat_source_info *source, const char *why,
			  const struct skstat_process *process);

/* As skstat_model_document(). What is handed to `fn` is good until it returns. */
void skstat_self_document(void (*fn)(const struct skstat_family_doc *doc, void *arg), void *arg);

#endif
