/* SPDX-License-Identifier: GPL-2.0 */
/* A view of a configuration file: from words to what the model is told. */
#ifndef SKSTAT_CONFIG_VIEW_H
#define SKSTAT_CONFIG_VIEW_H

#include "known.h"
#include "model/view_config.h"
#include "names.h"
#include "raw.h"
#include "reading.h"

/* What the parts of a view share. */
struct skstat_view_reading {
	const struct skstat_reading *reading;
	const struct skstat_names *names;
	const struct skstat_known *known;
};

/* In the reading's pool, strings and all. 0, or -EINVAL and -ENOMEM and a sentence about what is below `at`. */
int skstat_view_take(struct skstat_view_config *view, const struct skstat_view_reading *from,
		     const struct skstat_at *at, const struct skstat_raw_view *raw);

/* Its `match`. */
int skstat_match_take(struct skstat_view_match *match, const struct skstat_view_reading *from,
		      const struct skstat_at *at, const struct skstat_raw_match *raw);

/* A list of shell patterns; `at` is the list's. */
int skstat_patterns_take(struct skstat_view_patterns *patterns, const struct skstat_reading *reading,
			 const struct skstat_at *at, const struct skstat_raw_words *raw);

#endif
