/* SPDX-License-Identifier: GPL-2.0 */
/* What a stream was asked to be. Its strings outlive the stream. */
#ifndef SKSTAT_STREAM_CONFIG_H
#define SKSTAT_STREAM_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "model/view_config.h"

#define SKSTAT_STREAMS_MAX 16

/* What goes in. */
#define SKSTAT_STREAM_SOCKETS 1u
#define SKSTAT_STREAM_EVENTS  2u

enum skstat_stream_format {
	SKSTAT_STREAM_JSONL,
	SKSTAT_STREAM_PROTOBUF,
};

#define SKSTAT_STREAM_QUEUE	(UINT64_C(16) << 20) /* its default */
#define SKSTAT_STREAM_QUEUE_MIN (UINT64_C(256) << 10)
#define SKSTAT_STREAM_QUEUE_MAX (UINT64_C(4) << 30)
#define SKSTAT_STREAM_KEEP	5 /* its default */

struct skstat_stream_config {
	const char *name; /* the label `stream` */
	uint32_t what;	  /* SKSTAT_STREAM_SOCKETS | SKSTAT_STREAM_EVENTS */
	enum skstat_stream_format format;
	const char *to;	      /* "stdout", "file:/path", ...: sink.h */
	bool matching;
	struct skstat_view_match match; /* of which sockets it is, if `matching` */
	uint32_t sample;      /* one connection in so many; 1: all */
	uint64_t queue;	      /* bytes that wait for their writer, at most */
	uint64_t rotate_size; /* of a file, in bytes: above it another is begun; 0: never */
	uint32_t rotate_keep; /* files that are kept beside it then */
};

#endif
