/* SPDX-License-Identifier: GPL-2.0 */
/* Prometheus' text format 0.0.4. Pure. */
#ifndef SKSTAT_RENDER_TEXT_FORMAT_H
#define SKSTAT_RENDER_TEXT_FORMAT_H

#include "buffer.h"
#include "model/family.h"

#define SKSTAT_TEXT_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* The one family that is not of the set: only here is known whether the set is stale. */
#define SKSTAT_UP "skstat_up"
#define SKSTAT_UP_HELP "Whether these figures are of now: 0 when the last poll that succeeded was too long ago"

/*
 * Appends all families, and SKSTAT_UP first: 1, or 0 when the set is `stale`; then gauges are left out unless they are
 * constant. A family without series is left out. Counters end in _total; histograms have cumulative buckets up to
 * le="+Inf", _sum and _count. A byte that is not UTF-8 becomes U+FFFD: Prometheus would refuse the whole scrape.
 *
 * A set that has failed must not be rendered: its caller answers with an error.
 */
void skstat_text_render(struct skstat_buffer *buffer, const struct skstat_families *set, bool stale);

#endif
