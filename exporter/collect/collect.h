/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The collector: one thread, an epoll over timer, signals and the source's bell. Each tick polls the source, feeds the
 * model and publishes a snapshot; the bell brings the journal to the model in between.
 *
 * SIGHUP makes it read the configuration again (reload.h).
 *
 * A source that fails (the module was removed) is opened again at the next tick; until then the last snapshot grows
 * stale.
 */
#ifndef SKSTAT_COLLECT_COLLECT_H
#define SKSTAT_COLLECT_COLLECT_H

#include "config/config.h"
#include "self/self.h"
#include "snapshot/snapshot.h"
#include "source/source.h"

struct skstat_collector;
struct skstat_feed;
struct skstat_lifecycle;
struct skstat_notify;
struct skstat_outlets;

/*
 * Takes `source` (opened by the caller, `why` as skstat_source_open() left it), also when it fails. The rest must
 * outlive it. Unless it is to poll --once, it blocks SIGTERM, SIGINT and SIGHUP in the calling thread and those that
 * it starts from then on: they stay blocked. NULL and `error`.
 */
struct skstat_collector *skstat_collector_new(const struct skstat_config *config, struct skstat_source *source,
					      const char *why, struct skstat_store *store, struct skstat_self *self,
					      struct skstat_error *error);
void skstat_collector_free(struct skstat_collector *collector);

/*
 * Who asks at that desk gets the configuration read again, as SIGHUP does; it must outlive the collector. 0 or a
 * negative errno and `error`.
 */
int skstat_collector_watch(struct skstat_collector *collector, struct skstat_lifecycle *lifecycle,
			   struct skstat_error *error);

/* Where the journal's events go, beside the model; must outlive the collector. */
void skstat_collector_feed(struct skstat_collector *collector, struct skstat_feed *feed);

/* The streams of records and events; SIGHUP opens anew what they write to. Must outlive the collector. */
void skstat_collector_stream(struct skstat_collector *collector, struct skstat_outlets *outlets);

/*
 * Who is told when the first poll has been published (READY), of reloads, of the end, how it stands, and, round by
 * round of the loop, that it goes on. Must outlive the collector.
 */
void skstat_collector_tell(struct skstat_collector *collector, struct skstat_notify *notify);

/*
 * Polls until SIGTERM or SIGINT, --poll.max-loops, --once, or the kill switch. Blocks. 0 at such an end; a negative
 * errno and `error` when it cannot go on, or when the one poll of --once failed. Polls that fail otherwise are logged
 * and counted.
 */
int skstat_collector_run(struct skstat_collector *collector, struct skstat_error *error);

#endif
