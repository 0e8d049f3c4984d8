/* SPDX-License-Identifier: GPL-2.0 */
/* Prometheus' text format 0.0.4, and OpenMetrics 1.0: families as skstat_format_render() has them. Pure. */
#ifndef SKSTAT_RENDER_TEXT_FORMAT_H
#define SKSTAT_RENDER_TEXT_FORMAT_H

#include "buffer.h"
#include "model/family.h"

/*
 * Counters end in _total; histograms have cumulative buckets up to le="+Inf", _sum and _count. A byte that is not UTF-8
 * becomes U+FFFD: Prometheus would refuse the whole scrape.
 */
void skstat_text_render(struct skstat_buffer *buffer, const struct skstat_families *set, bool stale);

/*
 * The same, and beside it the units, edges that are floats to look at, a counter's name without _total in what is said
 * about it, and `# EOF` at the end.
 */
void skstat_openmetrics_render(struct skstat_buffer *buffer, const struct skstat_families *set, bool stale);

#endif
