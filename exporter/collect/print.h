/* SPDX-License-Identifier: GPL-2.0 */
/* The latest snapshot as text: what --once says. */
#ifndef SKSTAT_COLLECT_PRINT_H
#define SKSTAT_COLLECT_PRINT_H

#include <stdio.h>

#include "snapshot/snapshot.h"
#include "source/message.h"

/* 0, also when there is no snapshot, which gives no text; or a negative errno and a sentence. */
int skstat_snapshot_print(struct skstat_store *store, FILE *out, struct skstat_error *error);

#endif
