/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A query out of command-line options. Pure. Options of several values may be repeated; sets are "a,b" or a mask in hex
 * ("0x3"), which is taken as it stands.
 */
#ifndef SKSTAT_SOURCE_OPTION_H
#define SKSTAT_SOURCE_OPTION_H

#include <stdbool.h>

#include "message.h"
#include "query.h"

#define SKSTAT_OPTION_VALUES 256 /* of each list; how many a module takes is for it to say */

/* A query with room for its lists, which point into it: not to be copied. Starts as skstat_options_init() leaves it. */
struct skstat_options {
	struct skstat_query query;
	struct skstat_range local_port[SKSTAT_OPTION_VALUES], remote_port[SKSTAT_OPTION_VALUES];
	struct skstat_prefix local_prefix[SKSTAT_OPTION_VALUES], remote_prefix[SKSTAT_OPTION_VALUES];
	uint64_t netns[SKSTAT_OPTION_VALUES];
};

struct skstat_option {
	const char *name;  /* "sport" of --sport */
	const char *value; /* what stands for its value in a manual: "LO-HI"; NULL: it takes none */
	const char *help;
};

/* Ends with a name of NULL. */
extern const struct skstat_option skstat_option_table[];

void skstat_options_init(struct skstat_options *options);

/* Adds option number `index` of the table to the query. 0, or -EINVAL and one sentence that names the option. */
int skstat_option_take(struct skstat_options *options, size_t index, const char *value, struct skstat_error *error);

#endif
