// SPDX-License-Identifier: GPL-2.0
#include "tally.h"

static void tally_spill(struct skstat_tally *tally)
{
	struct skstat_seen *seen;

	for (seen = tally->seen; seen < tally->seen + tally->nr_seen; seen++) {
		struct skstat_count *count = seen->count;

		tally->spilled[seen->why_not]++;
		if (!count)
			continue;
		count->spilled[seen->state]++;
		if (!count->has_spilled) {
			count->has_spilled = true;
			count->next_spilled = tally->spilled_counts;
			tally->spilled_counts = count;
		}
	}
	tally->nr_seen = 0;
	tally->has_spilled = true;
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

void skstat_tally_add(struct skstat_tally *tally, enum skstat_why_not why_not, struct skstat_count *count, u8 state)
{
	if (tally->nr_seen == SKSTAT_TALLY_SEEN)
		tally_spill(tally);
	tally->seen[tally->nr_seen++] = (struct skstat_seen) { .count = count, .why_not = why_not, .state = state };
}

void skstat_tally_commit(struct skstat_tally *tally)
{
	struct skstat_seen *seen;

	for (seen = tally->seen; seen < tally->seen + tally->nr_seen; seen++) {
		if (seen->count)
			seen->count->by_state[seen->state]++;
		tally->not_emitted[seen->why_not]++;
	}
	tally->visited += tally->nr_seen;
	tally->nr_seen = 0;
	if (tally->has_spilled)
		tally_spilled_end(tally, true);
}

void skstat_tally_forget(struct skstat_tally *tally)
{
	tally->nr_seen = 0;
	if (tally->has_spilled)
		tally_spilled_end(tally, false);
}
