/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The collector's neighbours, for tests: a source that follows a script, and a model, a store and a text format that
 * write down what is done to them. Every function of their headers is there, so that none of the real ones is linked.
 */
#ifndef SKSTAT_TESTS_COLLECT_FAKES_H
#define SKSTAT_TESTS_COLLECT_FAKES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/model.h"
#include "snapshot/snapshot.h"
#include "source/source.h"

/* What happened, in words. */
extern char said[8192];
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What one poll meets. Zeros: one that goes well, with two records, of the instance that is there. */
struct step {
	int err;
	const char *text;	  /* the sentence of any error */
	int after;		  /* records before `err` */
	bool empty;		  /* no record at all */
	bool partial;
	uint64_t instance;	  /* the module is another one from here on */
	uint64_t totals_instance; /* another one only at the dump's end */
	uint64_t mib_instance;	  /* another one by the time of the counters */
	uint64_t info_instance;	  /* or by the time that it is asked for its cost */
	int mib_err;
	int open_err;		  /* of skstat_source_open(), which uses a step up if it is set */
	int hold_err;
	uint64_t unavailable;	  /* probes that are not there to be held */
	int events;		  /* in the journal */
	uint64_t lost, unknown;
	int journal_err;	  /* after the events */
	uint64_t journal_instance; /* another one before them */
	bool fresh, cut;	  /* of the journal's totals */
	int counter_err;	  /* of the counters, after the first cell */
	uint64_t counter_instance; /* another one before them, */
	uint64_t counter_totals_instance; /* or only at their end */
	int cell_err;		  /* of the model at the first cell */
	int read_hist_err;	  /* of the histograms, after the first; */
	uint64_t hist_instance;	  /* another one before them; */
	int hist_err;		  /* and of the model at the first */
	bool info;		  /* the module tells of its cost */
	uint64_t written;	  /* a part of that */
	int model_err;		  /* of the model at the second record */
	int event_err;		  /* at the first event */
	int mib_model_err;
	bool families_fail;	  /* no memory when this poll is to be shown */
	unsigned int sleep_ms;
	int signal;		  /* raised meanwhile */
	void (*act)(void);	  /* done meanwhile */
	uint64_t inode;		  /* whose process the model asks for at each record */
};

/* The source follows these from the first to the last; afterwards all goes well. */
void run_script(const struct step *step, size_t count);
extern struct step now; /* the one that is under way */

struct skstat_source *source_new(const char *name);
extern int sources_open;
extern uint64_t instance; /* that the next source is of */
extern bool deltas;	  /* whether it knows them */

extern bool in_runs;	  /* records come run by run, not one by one */

/* What was asked of it last. */
extern struct skstat_query last_query;
extern uint64_t last_timeout, hold_timeout;
extern uint64_t last_probes;
extern struct skstat_poll last_poll;		/* what the model was told */
extern struct skstat_model_config last_config;	/* and at its making */
extern struct skstat_view_config last_view;	/* its first view, then */

/* What the model says when its views are to be others. */
extern int views_err;

/* The bell: an eventfd that is made by the first hold, and closed with the last source. */
void bell_ring(void);
void bell_replace(void); /* by another descriptor of the same number */
extern bool bell_stuck;	 /* it goes on ringing, and nothing ever comes */

struct skstat_store {
	struct skstat_snapshot snapshot;
	int published;
};

extern uint64_t known_inode; /* the one socket that /proc tells of, once it was read */
extern uint64_t readable_ns; /* by the clock that is given, it may not be read before */

extern bool text_fails; /* no memory for the text */

#endif
