/* SPDX-License-Identifier: GPL-2.0 */
/* The command line alone, without what hangs together. For exporter/config; others see config.h. */
#ifndef SKSTAT_CONFIG_LINE_H
#define SKSTAT_CONFIG_LINE_H

#include "config.h"

#define SKSTAT_SETTINGS 96 /* room for the table's rows */

/* The rows that the command line has. */
struct skstat_given {
	bool row[SKSTAT_SETTINGS];
};

/* Takes it into the config: lists that it has go in place of those that are there. 0, or -EINVAL and a sentence. */
int skstat_line_take(struct skstat_config *config, int argc, char **argv, struct skstat_given *given,
		     struct skstat_error *error);

#endif
