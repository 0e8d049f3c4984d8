// SPDX-License-Identifier: GPL-2.0
/* Any bytes as a message of JOURNAL: what comes out are events, and the cursor's numbers add up wherever it ends. */
#include <assert.h>
#include <errno.h>

#include "message.h"
#include "source/cursor.h"
#include "source/message.h"

#define FIRST 100 /* event that CPU 0 is to go on with */

struct seen {
	uint64_t events;
	uint64_t last; /* number */
	uint64_t stop; /* after so many; 0: never */
};

static int event_read(const struct skstat_sample *sample, void *arg)
{
	struct seen *seen = arg;

	assert(skstat_kind_is_event(sample->kind));
	assert(sample->groups & 1u << SKSTAT_GROUP_EVENT && sample->groups & 1u << SKSTAT_GROUP_IDENTITY);
	assert(!seen->events || sample->event.event_sequence > seen->last);
	seen->last = sample->event.event_sequence;
	return ++seen->events == seen->stop;
}

/* Of one that broke off, or was stopped, this side has counted; of a whole one, the message says. */
static void numbers_check(const struct skstat_cursor *cursor, const struct skstat_journal_totals *totals,
			  const struct seen *seen, int err)
{
	const struct skstat_cursor_place *place = skstat_cursor_find(cursor, 0);

	assert(place && cursor->places <= 2);
	assert(place->next >= FIRST);
	if (cursor->places == 2 || place->next == FIRST)
		return;
	if (err && seen->events)
		assert(place->next > seen->last &&
		       place->next == FIRST + seen->events + totals->lost + totals->skipped);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nlmsghdr *message = message_make(data, size);
	struct skstat_journal_totals totals = { 0 };
	struct skstat_cursor cursor = { 0 };
	struct seen seen = { 0 };
	int err;

	if (!message)
		return 0;
	if (!skstat_cursor_add(&cursor, 0, FIRST))
		abort();
	/* The sequence number is nobody's here: it says whether the reader stops half-way. */
	seen.stop = message->nlmsg_seq % 8;
	err = skstat_journal_parse(message, &cursor, event_read, &seen, &totals);
	assert(err == 0 || err == -EBADMSG || (err == 1 && seen.events == seen.stop));
	assert(totals.events == seen.events);
	numbers_check(&cursor, &totals, &seen, err);
	skstat_cursor_free(&cursor);
	free(message);
	return 0;
}
