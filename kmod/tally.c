// SPDX-License-Identifier: GPL-2.0
#include "tally.h"

/* They count. */
static void tally_book(struct skstat_tally *tally, const struct skstat_seen *seen, u32 times)
{
	if (seen->count)
		seen->count->by_state[seen->as & 0xff] += times;
	tally->not_emitted[seen->as >> 8] += times;
	tally->visited += times;
}

/* The list is full: makes room. */
static void tally_spill(struct skstat_tally *tally)
{
	struct skstat_seen *seen;

	for (seen = tally->seen; seen < tally->seen + tally->nr_seen; seen++) {
		struct skstat_count *count = seen->count;

		tally->spilled[seen->as >> 8] += seen->times;
		if (!count)
			continue;
		count->spilled[seen->as & 0xff] += seen->times;
		if (!count->has_spilled) {
			count->has_spilled = true;
			count->next_spilled = tally->spilled_counts;
			tally->spilled_counts = count;
		}
	}
	tally->nr_seen = 0;
	tally->has_spilled = true;
}

void skstat_tally_turn(struct skstat_tally *tally, struct skstat_count *count, u32 as)
{
	struct skstat_seen *last = &tally->last;

	tally_book(tally, last, tally->sure);
	last->times -= tally->sure;
	tally->sure = 0;
	if (last->times) {
		if (tally->nr_seen == SKSTAT_TALLY_SEEN)
			tally_spill(tally);
		tally->seen[tally->nr_seen++] = *last;
	}
	*last = (struct skstat_seen) { .count = count, .as = as };
}

/* Empties the counters behind the list, into the dump's or, without `keep`, into nothing. */
static void tally_spilled_end(struct skstat_tally *tally, bool keep)
{
	struct skstat_count *count;
	u32 i;

	for (i = 0; i < __SKSTAT_WHY_NOT_MAX; i++) {
		tally->not_emitted[i] += keep ? tally->spilled[i] : 0;
		tally->visited += keep ? tally->spilled[i] : 0;
		tally->spilled[i] = 0;
	}
	while ((count = tally->spilled_counts)) {
		for (i = 0; i < TCP_MAX_STATES; i++) {
			count->by_state[i] += keep ? count->spilled[i] : 0;
			count->spilled[i] = 0;
		}
		count->has_spilled = false;
		tally->spilled_counts = count->next_spilled;
	}
	tally->has_spilled = false;
}

void skstat_tally_list_end(struct skstat_tally *tally, bool keep)
{
	struct skstat_seen *seen;

	for (seen = tally->seen; keep && seen < tally->seen + tally->nr_seen; seen++)
		tally_book(tally, seen, seen->times);
	tally->nr_seen = 0;
	if (tally->has_spilled)
		tally_spilled_end(tally, keep);
}

void skstat_tally_settle(struct skstat_tally *tally)
{
	tally_book(tally, &tally->last, tally->sure);
	tally->last.times -= tally->sure;
	tally->sure = 0;
}
