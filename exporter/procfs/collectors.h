/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The collectors of /proc and /sys that were asked for (--collector.NAME), together: read once a poll by the thread
 * that polls, and shown as they were read. One thread.
 *
 * What a file says that is not there, may not be read or cannot be understood is absent from the families;
 * skstat_collector_success is 0 then, unless it is a file that kernels may well do without, and
 * skstat_collector_files counts it either way.
 */
#ifndef SKSTAT_PROCFS_COLLECTORS_H
#define SKSTAT_PROCFS_COLLECTORS_H

#include <stdbool.h>

#include "collector_rows.h"
#include "model/family.h"
#include "model/model.h"
#include "source/error.h"

struct skstat_procfs;

struct skstat_procfs_config {
	const char *proc, *sys; /* where they are mounted: must outlive what is made of them */
	bool wanted[__SKSTAT_PROCFS_MAX]; /* by enum skstat_procfs_id */
};

/* Reads nothing yet. NULL: no memory. Freed by the caller; NULL is fine there. */
struct skstat_procfs *skstat_procfs_new(const struct skstat_procfs_config *config);
void skstat_procfs_free(struct skstat_procfs *procfs);

/*
 * Reads everything anew. 0, or a negative errno and a sentence about the first thing that went wrong; the others were
 * read all the same.
 */
int skstat_procfs_read(struct skstat_procfs *procfs, struct skstat_error *error);

/* Adds what was read last, and how that went. The set holds no pointer into it afterwards. */
void skstat_procfs_families(const struct skstat_procfs *procfs, struct skstat_families *set);

/* As skstat_model_document(): of all collectors, wanted or not. */
void skstat_procfs_document(void (*fn)(const struct skstat_family_doc *doc, void *arg), void *arg);

#endif
