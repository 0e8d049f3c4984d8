/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One socket, as inet_diag and as skstat tell of it: which figures both have, and whether they agree.
 */
#ifndef SKSTAT_TEST_MATCH_H
#define SKSTAT_TEST_MATCH_H

#include <stdbool.h>

#include "dump.h"
#include "inetdiag.h"

/*
 * Holds a record that was read between two readings of inet_diag against both. Each figure must lie between the two:
 * where they agree it must be the same. The first that does not is written to `why`; false then. `available` is
 * skstat_schema.available; `compared` counts, by index in skstat_fields, how often a figure stood against inet_diag's.
 */
bool match(const struct diag *before, const struct diag *after, const struct skstat_sample *sample, uint32_t hz,
	   const bool *available, size_t *compared, char *why, size_t room);

/* Whether something happened to the socket between the two: what was read in between may be neither then. */
bool match_moved(const struct diag *before, const struct diag *after);

/* Whether inet_diag tells this field at all, so that match() can compare it. */
bool match_knows(const char *field);

#endif
