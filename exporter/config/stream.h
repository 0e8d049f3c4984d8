/* SPDX-License-Identifier: GPL-2.0 */
/* Streams: --stream, and those of a configuration file. */
#ifndef SKSTAT_CONFIG_STREAM_H
#define SKSTAT_CONFIG_STREAM_H

#include "config.h"
#include "raw.h"
#include "view.h"

/* "WHAT,FORMAT,TO", but for the name. `to` is the text's. 0, or -EINVAL and a sentence. */
int skstat_stream_parse(const char *text, struct skstat_stream_config *stream, struct skstat_error *error);

/* Those of the file. */
int skstat_streams_take(struct skstat_config *config, const struct skstat_view_reading *from,
			const struct skstat_raw *raw);

/* Those of --stream behind them, called stream1, stream2, ... */
int skstat_streams_add(struct skstat_config *config, struct skstat_error *error);

/* What one cannot say for itself: whether there are events for it, and whether standard output is free. */
int skstat_streams_check(const struct skstat_config *config, struct skstat_error *error);

/* Whether both configs have the same ones in their files. */
bool skstat_streams_same(const struct skstat_config *a, const struct skstat_config *b);

#endif
