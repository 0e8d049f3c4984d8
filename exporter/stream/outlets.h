/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All streams, as the collector sees them: it shows them each record and event once, and goes on; none of this waits or
 * allocates. NULL is fine everywhere, and is how it is when nobody wants a stream.
 */
#ifndef SKSTAT_STREAM_OUTLETS_H
#define SKSTAT_STREAM_OUTLETS_H

#include "batch.h"
#include "model/model.h"
#include "source/decode.h"
#include "source/source.h"
#include "stream_config.h"

struct skstat_outlets;

/* Opens what must be there, and starts a thread for each. NULL and `error`; the configs must outlive it. */
struct skstat_outlets *skstat_outlets_start(const struct skstat_stream_config *config, size_t count,
					    struct skstat_error *error);

/* Sends what is in the queues, but for no longer than `grace_ns`, and ends the threads. */
void skstat_outlets_stop(struct skstat_outlets *outlets, uint64_t grace_ns);

/* From any thread: what they write to is opened again. */
void skstat_outlets_reopen(struct skstat_outlets *outlets);

/* Whether any stream has sockets; they want more of each than the model. */
bool skstat_outlets_want_sockets(const struct skstat_outlets *outlets);

/* --- the collector; one thread */

/* A poll's or the journal's records follow, of what the source has now. */
void skstat_outlets_begin(struct skstat_outlets *outlets, const struct skstat_source_info *info,
			  enum skstat_batch_poll poll);

/* Those that the reader has yet to give: it is as before afterwards. */
void skstat_outlets_run(struct skstat_outlets *outlets, const struct skstat_run_reader *run);

/* One socket, or event. */
void skstat_outlets_sample(struct skstat_outlets *outlets, const struct skstat_sample *sample);

/* The journal has lost so many, or (`more`) a number that is not known besides. */
void skstat_outlets_lost(struct skstat_outlets *outlets, uint64_t events, bool more);

/* Those were all for now. */
void skstat_outlets_flush(struct skstat_outlets *outlets);

/* --- metrics */

void skstat_outlets_families(const struct skstat_outlets *outlets, struct skstat_families *set);
void skstat_outlets_document(void (*fn)(const struct skstat_family_doc *doc, void *arg), void *arg);

#endif
