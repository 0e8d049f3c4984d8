/* SPDX-License-Identifier: GPL-2.0 */
/* How large a page a configuration makes: counted on the page that it does make. */
#ifndef SKSTAT_COLLECT_PREDICT_H
#define SKSTAT_COLLECT_PREDICT_H

#include <stdio.h>

#include "config/config.h"
#include "snapshot/snapshot.h"
#include "source/error.h"

/*
 * Prints, for --config.predict, groups and series of each view and of the page, as the store's snapshot has them. 0, or
 * a negative errno and a sentence; no snapshot is one.
 */
int skstat_predict_print(const struct skstat_config *config, struct skstat_store *store, FILE *out,
			 struct skstat_error *error);

/* The samples of which the series of the page have that label of that value; all of them where `label` is NULL. */
size_t skstat_predict_series(const struct skstat_families *set, const char *label, const char *value);

#endif
