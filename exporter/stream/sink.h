/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a stream's bytes go to. A kind of sink is three functions, open, write and close, and a row of the table in
 * sink.c; nothing else knows it. All are called by one thread, the stream's own, which may wait as long as it takes:
 * the collector does not wait for it. docs/STREAMS.md has the contract in prose.
 */
#ifndef SKSTAT_STREAM_SINK_H
#define SKSTAT_STREAM_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control.h"
#include "source/error.h"

#define SKSTAT_DATAGRAM_MAX 65507 /* that UDP over IPv4 can carry */

struct skstat_sink;

struct skstat_sink_kind {
	const char *name;    /* what stands before ":" in `to`, or is all of it: "file" */

	/* Whether what stands behind the name can be right. 0, or -EINVAL and a sentence. Pure. */
	int (*check)(const char *where, struct skstat_error *error);

	/*
	 * 0, or a negative errno: it is tried again later, after ever longer times. May block for a moment. What it
	 * keeps goes into sink->fd and sink->own.
	 */
	int (*open)(struct skstat_sink *sink);

	/*
	 * Whole records, one or more. 0: all of them are where they belong. Else a negative errno, and in *taken (0
	 * when this is called) how many bytes are there for good: records that end there are not sent again, one that
	 * ends later is lost, and so whoever reads must be able to see where the next one begins: the sink is closed
	 * behind an error, so that a connection ends, and a file is to be as long as before. -EMSGSIZE of a datagram:
	 * it is too long, the sink stays open. Where there is no room now it waits by skstat_control_wait(), and ends
	 * with -ETIMEDOUT when that says so.
	 */
	int (*write)(struct skstat_sink *sink, const void *data, size_t length, size_t *taken);

	/* Of one that is open. */
	void (*close)(struct skstat_sink *sink);

	/*
	 * Of sinks that take datagrams: so many bytes of records are put together in one write; a record that is longer
	 * goes alone. NULL: bytes are bytes.
	 */
	size_t (*room)(struct skstat_sink *sink);

	bool later; /* whoever reads may come later: that it cannot be opened is no reason not to start */
};

struct skstat_sink {
	const struct skstat_sink_kind *kind;
	const char *where; /* what stands behind the kind's name */
	uint64_t rotate_size;
	uint32_t rotate_keep;
	struct skstat_control *control;
	_Atomic uint64_t rotations; /* for the metrics */

	int fd;	   /* the kind's */
	void *own; /* likewise */
};

/* The kind of "file:/path", and its "/path". NULL, and a sentence: there is none, or what stands behind it is wrong. */
const struct skstat_sink_kind *skstat_sink_find(const char *to, const char **where, struct skstat_error *error);

extern const struct skstat_sink_kind skstat_sink_stdout, skstat_sink_file, skstat_sink_udp, skstat_sink_unix,
	skstat_sink_unixgram;

#endif
