/* SPDX-License-Identifier: GPL-2.0 */
/* The formats in which a set of families is served, and what is the same in all of them. Pure. */
#ifndef SKSTAT_RENDER_FORMAT_H
#define SKSTAT_RENDER_FORMAT_H

#include "buffer.h"
#include "model/family.h"

enum skstat_format {
	SKSTAT_FORMAT_TEXT,	   /* Prometheus' text format 0.0.4 */
	SKSTAT_FORMAT_OPENMETRICS, /* OpenMetrics 1.0, as text */
	SKSTAT_FORMAT_PROTOBUF,	   /* io.prometheus.client.MetricFamily, each behind its length */
	__SKSTAT_FORMAT_MAX,
};

/* The format's Content-Type. */
const char *skstat_format_type(enum skstat_format format);

/*
 * Appends all families, and SKSTAT_UP first: 1, or 0 when the set is `stale`; then gauges are left out unless they are
 * constant. A family without series is left out.
 *
 * A set that has failed must not be rendered: its caller answers with an error.
 */
void skstat_format_render(enum skstat_format format, struct skstat_buffer *buffer, const struct skstat_families *set,
			  bool stale);

/* The one family that is not of the set: only here is known whether the set is stale. */
#define SKSTAT_UP "skstat_up"
#define SKSTAT_UP_HELP "Whether these figures are of now: 0 when the last poll that succeeded was too long ago"

/* SKSTAT_UP, of one series, which is the caller's to keep. */
struct skstat_family skstat_up_family(struct skstat_series *series, bool stale);

/* Whether the family is shown of a set that is `stale` or not. */
static inline bool skstat_family_shown(const struct skstat_family *family, bool stale)
{
	return family->count && (!stale || family->type != SKSTAT_METRIC_GAUGE || family->constant);
}

#endif
