/* SPDX-License-Identifier: GPL-2.0 */
/*
 * statsd lines, made of one set of families after another. One thread at a time; pure otherwise.
 *
 * A counter's line is what it has grown since the set before. The first set gives no counters: it only tells where
 * counting starts. A series that comes later is new and sends all it has; one that is gone is forgotten, and new if it
 * comes back. One that stepped back has started again at 0. Of what is not an integer six decimals are sent, and the
 * rest with the next set.
 *
 * A gauge's line is its value, sent with every set (a server may delete gauges that it has not heard of). A negative
 * one follows a line that sets it to 0, because a minus alone means "less by" (but not to DogStatsD). Histograms are
 * not sent, nor is what is no number.
 */
#ifndef SKSTAT_RENDER_STATSD_FORMAT_H
#define SKSTAT_RENDER_STATSD_FORMAT_H

#include <stdbool.h>
#include <stddef.h>

#include "model/family.h"
#include "statsd_name.h"

struct skstat_statsd_format;

#define SKSTAT_STATSD_RATE 1000000 /* of a style: all lines */

struct skstat_statsd_style {
	enum skstat_statsd_dialect dialect;
	const char *prefix;
	const char *names; /* a template (statsd_name.h); NULL: the usual one */
	/*
	 * Of counters that have grown, so many in SKSTAT_STATSD_RATE are drawn each time and have a line, which says so
	 * (|@0.1): servers multiply it. What was not drawn then is not sent later. 0: all have one.
	 */
	uint32_t rate;
};

/* NULL: no memory. The style's strings need not outlive the call. */
struct skstat_statsd_format *skstat_statsd_format_of(const struct skstat_statsd_style *style);

/*
 * etsy's format, without tags. A name is `prefix` ("skstat"; "" for none), the metric's name without `skstat_`, and
 * the values of its labels, joined by dots: skstat.tcp_sent_bytes.default.in.443.ipv4. In a value all but letters,
 * digits, '-' and '_' become '_', and one that is empty is "_"; the prefix may have dots. Counters whose names become
 * the same are added up. NULL: no memory.
 */
struct skstat_statsd_format *skstat_statsd_format_new(const char *prefix);

/* NULL is fine. */
void skstat_statsd_format_free(struct skstat_statsd_format *format);

/* Called for each datagram: `lines` whole lines, newline between them, none at the end. */
typedef void (*skstat_datagram_fn)(const char *data, size_t length, size_t lines, void *arg);

/*
 * Renders one set into datagrams of at most `size` bytes. Counters that did not change give no line. `stale`: no
 * gauges. The families that are about statsd itself (skstat_statsd_*) are left out. *too_long (may be NULL) is how
 * many lines did not fit into a datagram and were left out. 0, or -ENOMEM: counters that were not sent then go with
 * the next set.
 */
int skstat_statsd_format_set(struct skstat_statsd_format *format, const struct skstat_families *set, bool stale,
			     size_t size, skstat_datagram_fn fn, void *arg, size_t *too_long);

#endif
