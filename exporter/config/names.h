/* SPDX-License-Identifier: GPL-2.0 */
/* What ports:, prefixes: and buckets: of a configuration file give names to, for views to use. */
#ifndef SKSTAT_CONFIG_NAMES_H
#define SKSTAT_CONFIG_NAMES_H

#include "model/view_config.h"
#include "raw.h"
#include "reading.h"
#include "value.h"

/* A set of edges. */
struct skstat_edges {
	const char *name;
	double edge[SKSTAT_VIEW_EDGES_MAX];
	size_t edges;
	enum skstat_edge_kind kind; /* of all of them that have one */
};

/* In the order of the file; a name may have several of a kind, which then follow each other. */
struct skstat_names {
	struct skstat_view_ports *port;
	size_t ports;
	struct skstat_view_prefix *prefix;
	size_t prefixes;
	struct skstat_edges *edges;
	size_t edge_sets;
};

/* In the reading's pool. 0, or -EINVAL and -ENOMEM and a sentence. */
int skstat_names_make(struct skstat_names *names, const struct skstat_reading *reading, const struct skstat_raw *raw);

/* A prefix as it is written in a file, there and in a match. 0 or -EINVAL and a sentence. */
int skstat_prefix_take(const struct skstat_reading *reading, const struct skstat_at *at, const char *text,
		       struct skstat_view_prefix *prefix);

#endif
