/* SPDX-License-Identifier: GPL-2.0 */
/* --config.check: what the command line and the configuration file could not say for themselves. */
#ifndef SKSTAT_START_CHECK_H
#define SKSTAT_START_CHECK_H

#include "config/config.h"

/* Says how it is, on standard output or error. Returns the status to exit with. */
int skstat_check(const struct skstat_config *config);

#endif
