/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a series is called in a line for statsd. A template says where the prefix, the metric's name and values of
 * labels go; the labels that it does not name are values behind the name, or tags, as the format has it. Pure.
 *
 * A template is text with places in it: {prefix}, {name}, {values}, and {port} or any other label. What stands between
 * two places is written if something was written before it and the second one is not empty; {values} are joined by
 * what stands before them.
 */
#ifndef SKSTAT_RENDER_STATSD_NAME_H
#define SKSTAT_RENDER_STATSD_NAME_H

#include <stddef.h>
#include <stdint.h>

#include "buffer.h"
#include "model/family.h"

enum skstat_statsd_dialect {
	SKSTAT_STATSD_ETSY,	 /* no tags: values of labels are part of the name */
	SKSTAT_STATSD_DOGSTATSD, /* name:1|c|#label:value,... */
	SKSTAT_STATSD_INFLUX,	 /* name,label=value,...:1|c */
};

#define SKSTAT_STATSD_TEMPLATE "{prefix}.{name}.{values}"

/* Another word for it: the names that xtcp gives to its figures, and nothing but these (statsd_xtcp.h). */
#define SKSTAT_STATSD_XTCP "xtcp"

#define SKSTAT_STATSD_PLACES 16 /* in a template */

struct skstat_statsd_part {
	const char *before; /* what stands between the place before and this one, `length` bytes */
	size_t length;
	const char *label; /* "prefix", "name", "values", or a label; "" at the template's end */
	size_t label_length;
};

struct skstat_statsd_naming {
	enum skstat_statsd_dialect dialect;
	char *prefix;	/* cleaned, without dots at its end; or "" */
	char *text;	/* the template's; parts point into it */
	struct skstat_statsd_part part[SKSTAT_STATSD_PLACES + 1];
	size_t parts;
};

/* What is wrong with a template, as the end of a sentence that begins with it; NULL: nothing. */
const char *skstat_statsd_template_wrong(const char *text);

/* `text`: a template that is right; NULL: the usual one. 0 or -ENOMEM. */
int skstat_statsd_naming_init(struct skstat_statsd_naming *naming, enum skstat_statsd_dialect dialect,
			      const char *prefix, const char *text);
void skstat_statsd_naming_free(struct skstat_statsd_naming *naming);

/*
 * Writes what stands before the line's value, what stands behind its type, and a 0. Returns the length of the second:
 * "" in any format but DogStatsD's.
 */
size_t skstat_statsd_name_put(const struct skstat_statsd_naming *naming, const struct skstat_family *family,
			      const struct skstat_series *series, struct skstat_buffer *buffer);

#endif
