// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "inet_diag_seen.h"

#define PLACES_MIN 1024u
#define PLACES_MAX (4u << 20)

struct place {
	uint64_t cookie; /* 0: free */
	uint32_t drops;
	uint32_t second; /* of the last walk that met it */
};

/* Open addressing: a socket stands at its hash or behind, without a free place in between. */
struct skstat_inet_diag_seen {
	struct place *place;
	uint32_t places; /* a power of two */
	uint32_t used;
};

struct skstat_inet_diag_seen *skstat_inet_diag_seen_new(void)
{
	struct skstat_inet_diag_seen *seen = calloc(1, sizeof(*seen));

	if (!seen)
		return NULL;
	seen->places = PLACES_MIN;
	seen->place = calloc(PLACES_MIN, sizeof(*seen->place));
	if (seen->place)
		return seen;
	free(seen);
	return NULL;
}

void skstat_inet_diag_seen_free(struct skstat_inet_diag_seen *seen)
{
	if (!seen)
		return;
	free(seen->place);
	free(seen);
}

/* Cookies count up: a multiplication spreads them. */
static uint32_t home_of(const struct skstat_inet_diag_seen *seen, uint64_t cookie)
{
	return (uint32_t)(cookie * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (seen->places - 1);
}

/* Its place, or the free one where it belongs. */
static struct place *place_of(const struct skstat_inet_diag_seen *seen, uint64_t cookie)
{
	uint32_t at = home_of(seen, cookie);

	while (seen->place[at].cookie && seen->place[at].cookie != cookie)
		at = (at + 1) & (seen->places - 1);
	return &seen->place[at];
}

static bool is_stale(const struct place *place, uint32_t second)
{
	return second - place->second > SKSTAT_INET_DIAG_SEEN_SECONDS;
}

static uint32_t fresh_count(const struct skstat_inet_diag_seen *seen, uint32_t second)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < seen->places; i++)
		count += seen->place[i].cookie && !is_stale(&seen->place[i], second);
	return count;
}

/* Makes room for one more, by forgetting what is stale and, if that is not enough, in a larger table. */
static bool room_make(struct skstat_inet_diag_seen *seen, uint32_t second)
{
	struct skstat_inet_diag_seen next = { .places = seen->places };

	if (seen->used < seen->places / 4 * 3)
		return true;
	/* Half of it is to be free afterwards, so that this is rare. */
	next.used = fresh_count(seen, second);
	while (next.places < PLACES_MAX && next.used >= next.places / 2)
		next.places *= 2;
	if (next.used >= next.places / 4 * 3)
		return false;
	next.place = calloc(next.places, sizeof(*next.place));
	if (!next.place)
		return false;
	for (uint32_t i = 0; i < seen->places; i++)
		if (seen->place[i].cookie && !is_stale(&seen->place[i], second))
			*place_of(&next, seen->place[i].cookie) = seen->place[i];
	free(seen->place);
	*seen = next;
	return true;
}

void skstat_inet_diag_seen_add(struct skstat_inet_diag_seen *seen, uint64_t cookie, uint32_t second,
			       const uint32_t *drops)
{
	struct place *place = place_of(seen, cookie);

	if (!place->cookie) {
		if (!room_make(seen, second))
			return;
		place = place_of(seen, cookie);
		place->cookie = cookie;
		place->drops = 0;
		seen->used++;
	}
	place->second = second;
	if (drops)
		place->drops = *drops;
}

/* Moves up what stands behind a place that has become free and could stand there. */
static void gap_close(struct skstat_inet_diag_seen *seen, uint32_t gap)
{
	uint32_t mask = seen->places - 1, at = gap;

	for (;;) {
		at = (at + 1) & mask;
		if (!seen->place[at].cookie)
			break;
		/* From its home to where it stands: the gap must lie on that way. */
		if (((at - home_of(seen, seen->place[at].cookie)) & mask) < ((at - gap) & mask))
			continue;
		seen->place[gap] = seen->place[at];
		gap = at;
	}
	seen->place[gap] = (struct place){ 0 };
}

bool skstat_inet_diag_seen_take(struct skstat_inet_diag_seen *seen, uint64_t cookie, uint32_t *drops)
{
	struct place *place = place_of(seen, cookie);

	*drops = place->drops;
	if (!place->cookie)
		return false;
	gap_close(seen, (uint32_t)(place - seen->place));
	seen->used--;
	return true;
}
