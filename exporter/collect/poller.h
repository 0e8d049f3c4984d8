/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One poll after another: asks the source for everything or for what was active, then for the journal and for what the
 * probes have counted, and feeds the model. One thread.
 *
 * A delta may delay, never lose: it asks for what happened since the token of the last dump of this instance that came
 * whole. A dump that failed or that a budget ended moves no token.
 */
#ifndef SKSTAT_COLLECT_POLLER_H
#define SKSTAT_COLLECT_POLLER_H

#include "config/config.h"
#include "model/model.h"
#include "self/self.h"
#include "source/source.h"

struct skstat_poller;
struct skstat_feed;
struct skstat_outlets;

/* What a poll came to. */
struct skstat_poll_result {
	bool full;    /* else a delta */
	bool partial; /* --poll.max-sockets ended it */
	/* The journal, or what the probes count, could not be read: said and counted; the rest of the poll is good. */
	bool unread, uncounted, unmeasured;
	uint64_t ns; /* that it took */
};

/* Takes `source`, also when it fails. The rest must outlive it. NULL: no memory. */
struct skstat_poller *skstat_poller_new(const struct skstat_config *config, struct skstat_source *source,
					struct skstat_model *model, struct skstat_self *self);
void skstat_poller_free(struct skstat_poller *poller);

/*
 * One poll, counted. `due_ns` is when it was due, by skstat_now_ns()'s clock: the full interval is measured by it, so
 * that a late wake-up does not move it. 0, or a negative errno and a sentence: then the model is not to be shown. The
 * next call is good after any failure; a source that is gone is opened again by it.
 */
int skstat_poller_poll(struct skstat_poller *poller, uint64_t due_ns, struct skstat_poll_result *result,
		       struct skstat_error *error);

/* Who gets the journal's events, beside the model; must outlive the poller. */
void skstat_poller_feed(struct skstat_poller *poller, struct skstat_feed *feed);

/* The streams, which see what the model does; must outlive the poller. */
void skstat_poller_stream(struct skstat_poller *poller, struct skstat_outlets *outlets);

/* Which probes are wanted from now on. The rest of the config is passed over; it need not outlive this. */
void skstat_poller_want(struct skstat_poller *poller, const struct skstat_config *config);

/*
 * What to wait for between two polls: a descriptor that is readable when a ring of the journal is filling up; -1: there
 * is none. It may be another one after any call of skstat_poller_poll() or _answer().
 */
int skstat_poller_bell(const struct skstat_poller *poller);

/*
 * The bell rang: the journal is read into the model, which is not shown by this. False: nothing came of it, so that the
 * bell may go on ringing; it should not be listened to before the next poll.
 */
bool skstat_poller_answer(struct skstat_poller *poller);

/*
 * What the module said of itself the last time that it did, its counters over all instances that were met; NULL: there
 * never was one.
 */
const struct skstat_info *skstat_poller_module(const struct skstat_poller *poller);

/* What reading the probes' counters, and histograms, came to in that poll; NULL: they were not read. */
const struct skstat_counter_totals *skstat_poller_counters(const struct skstat_poller *poller);
const struct skstat_counter_totals *skstat_poller_histograms(const struct skstat_poller *poller);

/* The probes that are held: SKSTAT_PROBE_BIT(). */
uint64_t skstat_poller_probes(const struct skstat_poller *poller);

/* Of the source; NULL while it is gone. */
const struct skstat_source_info *skstat_poller_info(const struct skstat_poller *poller);

#endif
