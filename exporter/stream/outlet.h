/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One stream at work. The collector puts records into its queue as they are (outlet_put.c), without a lock, and drops
 * what does not fit; the stream's own thread makes bytes of them (outlet_take.c), and sends these, opening its sink
 * again when it has to (outlet_send.c). All is counted:
 *
 *   records = written + the sum of dropped + what is in the queue or under way
 */
#ifndef SKSTAT_STREAM_OUTLET_H
#define SKSTAT_STREAM_OUTLET_H

#include <pthread.h>
#include <stdatomic.h>

#include "batch.h"
#include "chunk.h"
#include "control.h"
#include "encode.h"
#include "queue.h"
#include "sink.h"
#include "source/decode.h"
#include "stream_config.h"

enum skstat_drop {
	SKSTAT_DROP_SLOW,     /* the queue is full, for the sink takes less than there is */
	SKSTAT_DROP_AWAY,     /* the queue is full, for the sink cannot be opened or written to */
	SKSTAT_DROP_TORN,     /* it was half-way in a connection that broke */
	SKSTAT_DROP_TOO_LONG, /* for a datagram */
	SKSTAT_DROP_MEMORY,   /* there was none */
	SKSTAT_DROP_END,      /* the exporter ended first */
	__SKSTAT_DROP_MAX,
};

struct skstat_outlet {
	const struct skstat_stream_config *config;
	struct skstat_queue queue;
	struct skstat_control control;

	struct {
		_Atomic uint64_t records, written, bytes, failures, dropped[__SKSTAT_DROP_MAX];
		_Atomic bool up; /* the sink is open, and took what it was given last */
	} count;

	/* The collector's. */
	uint64_t number;	      /* of the record that came last */
	bool told;		      /* the schema is in the queue */
	struct skstat_batch_run *run; /* not pushed yet; NULL: there is none */

	/* The thread's. */
	pthread_t thread;
	bool started;
	struct skstat_sink sink;
	bool open;
	bool away;	     /* it was said in the log */
	bool hopeless;	     /* it is to end, and the sink takes nothing */
	uint64_t backoff_ns; /* before it is opened again; 0: at once */
	const struct skstat_encoding *encoding;
	struct skstat_batch_schema schema;
	struct skstat_layout layout;
	struct skstat_run_reader reader;
	struct skstat_chunk chunk;
};

/* NULL and `error`; the config must outlive it. A sink that must be there is opened at once. No thread yet. */
struct skstat_outlet *skstat_outlet_new(const struct skstat_stream_config *config, struct skstat_error *error);
int skstat_outlet_start(struct skstat_outlet *outlet, struct skstat_error *error);

/* Tells its thread to end, within that time; whoever then frees it waits for that. */
void skstat_outlet_stop(struct skstat_outlet *outlet, uint64_t grace_ns);

/* NULL is fine. */
void skstat_outlet_free(struct skstat_outlet *outlet);

/* --- the collector's side */

/* A record's bytes, which lie in pieces behind each other. */
struct skstat_picture {
	const struct skstat_sample *shape; /* its kind, groups and sizes */
	const struct skstat_run_piece *piece;
	unsigned int pieces;
	size_t length;		    /* of all */
	uint64_t wall_ns;	    /* of its batch */
	int64_t offset_ns;	    /* likewise */
	enum skstat_batch_poll poll; /* likewise */
};

/* A record at `data`. `schema` is put first if it was not told. */
void skstat_outlet_put(struct skstat_outlet *outlet, const struct skstat_picture *picture, const unsigned char *data,
		       const struct skstat_batch_schema *schema);

/* The journal has lost some. */
void skstat_outlet_lost(struct skstat_outlet *outlet, uint64_t wall_ns, uint64_t events, bool more);

/* What was put is for the thread now. */
void skstat_outlet_flush(struct skstat_outlet *outlet);

/* --- the thread's */

/* Makes bytes of what is in the queue, and sends them. Returns when it is to end and is done. */
void *skstat_outlet_thread(void *outlet);

/* Sends the chunk's first records, as one; they are written, or dropped, when it returns. */
void skstat_outlet_send(struct skstat_outlet *outlet, size_t records);

/* Opens the sink. 0 or a negative errno. */
int skstat_outlet_open(struct skstat_outlet *outlet);
void skstat_outlet_close(struct skstat_outlet *outlet);

static inline void skstat_outlet_drop(struct skstat_outlet *outlet, enum skstat_drop why, uint64_t records)
{
	atomic_fetch_add_explicit(&outlet->count.dropped[why], records, memory_order_relaxed);
}

#endif
