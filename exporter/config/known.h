/* SPDX-License-Identifier: GPL-2.0 */
/* Names that a configuration file may use because the exporter has them: of families and histograms of views. */
#ifndef SKSTAT_CONFIG_KNOWN_H
#define SKSTAT_CONFIG_KNOWN_H

#include <stdbool.h>
#include <stddef.h>

#include "model/family.h"
#include "pool.h"

struct skstat_known_family {
	const char *name; /* without `_total` */
	enum skstat_metric_type type;
};

struct skstat_known_histogram {
	const char *name; /* "rtt" of skstat_tcp_rtt_seconds */
	const char *unit; /* "seconds", "bytes", ... */
};

/* Of those that have the label `view`. */
struct skstat_known {
	struct skstat_known_family *family;
	size_t families;
	struct skstat_known_histogram *histogram;
	size_t histograms;
};

/* 0 or -ENOMEM. In the pool. */
int skstat_known_make(struct skstat_known *known, struct skstat_pool *pool);

/* Whether the shell pattern is of one of the families, by its name with or without `_total`. */
bool skstat_known_matches(const struct skstat_known *known, const char *pattern);

/* Its place in known->histogram, or known->histograms. */
size_t skstat_known_find(const struct skstat_known *known, const char *histogram);

#endif
