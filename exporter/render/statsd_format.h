/* SPDX-License-Identifier: GPL-2.0 */
/*
 * statsd lines in etsy's format, out of one set of families after another. Counters are differences to the set before; what a
 * series has when it is first seen is all of it, but for the very first set, which only tells where counting starts. Gauges are as they are, with
 * a `0` line before a negative one. Histograms are not sent (but for their count and sum as counters: no).
 */
#ifndef SKSTAT_RENDER_STATSD_FORMAT_H
#define SKSTAT_RENDER_STATSD_FORMAT_H

#include <stdbool.h>
#include <stddef.h>

#include "model/family.h"

struct skstat_statsd_format;

/*
 * `prefix` leads every name ("skstat"). NULL: no memory. A name is prefix, the metric's name without `skstat_` and `_total`, and the
 * values of its labels, joined by dots; what etsy's server would not take as part of a name becomes `_`.
 */
struct skstat_statsd_format *skstat_statsd_format_new(const char *prefix);
void skstat_statsd_format_free(struct skstat_statsd_format *format);

/* Called for each datagram: whole lines, newline between them, none at the end. */
typedef void (*skstat_datagram_fn)(const char *data, size_t length, size_t lines, void *arg);

/*
 * Renders one set into datagrams of at most `size` bytes (a longer line is counted in *too_long and left out). Counters that did
 * not change give no line. `stale`: no gauges. Families that are about statsd itself (skstat_statsd_*) give none. 0 or -ENOMEM.
 */
int skstat_statsd_format_set(struct skstat_statsd_format *format, const struct skstat_families *set, bool stale,
			     size_t size, skstat_datagram_fn fn, void *arg, size_t *too_long);

#endif
