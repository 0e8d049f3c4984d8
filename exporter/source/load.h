/* SPDX-License-Identifier: GPL-2.0 */
/* Loading the module. */
#ifndef SKSTAT_SOURCE_LOAD_H
#define SKSTAT_SOURCE_LOAD_H

#include <stdbool.h>

#include "error.h"

/* Whether the calling thread may: CAP_SYS_MODULE is in its effective set. */
bool skstat_load_permitted(void);

/*
 * Runs `modprobe skstat`, found in the system's own directories and with an environment of its own, and waits for it.
 * 0, or a negative errno and a sentence, which has modprobe's own words if it said something.
 */
int skstat_load_module(struct skstat_error *error);

#endif
