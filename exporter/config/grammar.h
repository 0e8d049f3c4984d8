/* SPDX-License-Identifier: GPL-2.0 */
/* What may stand in a configuration file: its keys, and what kind of value each has. By libcyaml. */
#ifndef SKSTAT_CONFIG_GRAMMAR_H
#define SKSTAT_CONFIG_GRAMMAR_H

#include <cyaml/cyaml.h>

#include "known.h"
#include "model/view_config.h"
#include "raw.h"
#include "reading.h"

#define SKSTAT_NAMES_MAX 1000 /* of ports:, prefixes:, buckets: each */
#define SKSTAT_VIEWS_MAX 63 /* the model takes one more: `default` is always there */

/*
 * The schema of the file that `reading` is of: keys of ports:, prefixes: and buckets: are those that it has. In the
 * reading's pool. NULL: what skstat_refuse() said, or no memory.
 */
const cyaml_schema_value_t *skstat_grammar_make(const struct skstat_reading *reading, const struct skstat_known *known);

/*
 * The text as structures, to be freed by skstat_grammar_free(). NULL and a sentence: something is of the wrong kind, or
 * there is no such key.
 */
struct skstat_raw *skstat_grammar_load(const struct skstat_reading *reading, const cyaml_schema_value_t *schema,
				      const char *text, size_t length);
void skstat_grammar_free(const cyaml_schema_value_t *schema, struct skstat_raw *raw);

/* 0: from `node` on down all is as the schema has it; else -EINVAL, and a sentence about the first that is not. */
int skstat_grammar_check(const struct skstat_reading *reading, const struct skstat_node *node,
		       const cyaml_schema_value_t *schema);

/* By enum skstat_top: the keys of a view's `top`. */
extern const char *const skstat_top_name[__SKSTAT_TOP_MAX];

/* Keys that begin so in `probes:` and `collectors:` are rows of the option table. */
#define SKSTAT_PROBE_PREFIX "probe."
#define SKSTAT_COLLECTOR_PREFIX "collector."

#endif
