/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A close, and whose it is: what is known of its time, its begin and its ends against what is known of an entry of its
 * cookie. For closed.c alone.
 */
#ifndef SKSTAT_MODEL_CLOSING_H
#define SKSTAT_MODEL_CLOSING_H

#include "difference.h"
#include "inside.h"

/* A close on its way through. */
struct skstat_closing {
	const struct skstat_sample *sample;
	uint64_t time_ns;
	uint64_t begin_ns; /* 0: not known */
	uint64_t tuple;	   /* 0: not known: tcp_disconnect() forgets it, and this was read after that */
	bool old;	   /* it began before the probes were held */
	bool fits;	   /* the figures are there */

	/* What it comes to. */
	struct skstat_values values; /* the last ones, when that is done */
	struct skstat_difference difference;
	uint8_t fin;
};

void skstat_closing_init(struct skstat_closing *closing, struct skstat_model *model,
			 const struct skstat_sample *sample);

/*
 * The difference from what was counted, of `entry` or, NULL, of nothing, to the last figures: difference, values, fin.
 * `survivors` are the socket's, whoever's the rest is; NULL: the entry's.
 */
void skstat_closing_difference(struct skstat_model *model, struct skstat_closing *closing,
			       const struct skstat_entry *entry, const struct skstat_survivors *survivors);

/* It began before counting did. */
bool skstat_closing_is_baseline(const struct skstat_model *model, const struct skstat_closing *closing);

/* It did not, as it turns out; but what a walk found of it was taken for baseline, and not counted. */
bool skstat_closing_is_uncounted(const struct skstat_model *model, const struct skstat_closing *closing,
				 const struct skstat_entry *entry);

/* What was set aside for it: of several the oldest, whose close is due first. NULL: nothing was. */
struct skstat_aside *skstat_closing_aside(const struct skstat_model *model, const struct skstat_closing *closing);

/* The entry is of another connection: of a younger one, most of the time. */
bool skstat_closing_is_other(const struct skstat_model *model, const struct skstat_closing *closing,
			     const struct skstat_entry *entry);

/* If it is: of an older one. A close after the walk that saw the entry is not of one that was there before that. */
bool skstat_closing_is_after(const struct skstat_model *model, const struct skstat_closing *closing,
			     const struct skstat_entry *entry);

/* A walk saw the entry in SYN_SENT when what closes had opened already. */
bool skstat_closing_is_before(const struct skstat_model *model, const struct skstat_closing *closing,
			      const struct skstat_entry *entry);

/*
 * What was counted of the entry may be of another connection before, which walks took for this one, and which has yet
 * to close.
 */
bool skstat_closing_may_be_merged(const struct skstat_model *model, const struct skstat_closing *closing,
				  const struct skstat_entry *entry);

#endif
