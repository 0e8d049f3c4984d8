/* SPDX-License-Identifier: GPL-2.0 */
/* What sinks of bytes share: writing all of something, or as little as possible. As skstat_sink_kind.write. */
#ifndef SKSTAT_STREAM_SINK_BYTES_H
#define SKSTAT_STREAM_SINK_BYTES_H

#include "sink.h"

/* To the end of a file. What did not get in whole is taken back. */
int skstat_bytes_to_file(int fd, const void *data, size_t length);

/* To a socket of a connection, as its reader reads. */
int skstat_bytes_to_socket(struct skstat_sink *sink, const void *data, size_t length, size_t *taken);

/* To a pipe or terminal of somebody else's, whose flags are not ours to set. */
int skstat_bytes_to_pipe(struct skstat_sink *sink, const void *data, size_t length, size_t *taken);

#endif
