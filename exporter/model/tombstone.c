// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "tombstone.h"

#define FIRST_BITS 8

static size_t home_of(const struct skstat_tombstones *tombstones, uint64_t cookie)
{
	return (cookie * 0x9e3779b97f4a7c15) >> (64 - tombstones->bits);
}

/* Where the cookie is, or would be. Never more than half of the places are taken. Lifted ones keep theirs. */
static size_t place_find(const struct skstat_tombstones *tombstones, uint64_t cookie)
{
	size_t mask = ((size_t)1 << tombstones->bits) - 1;
	size_t at = home_of(tombstones, cookie);

	while (tombstones->place[at] && tombstones->list[tombstones->place[at] - 1].cookie != cookie)
		at = (at + 1) & mask;
	return at;
}

struct skstat_tombstone *skstat_tombstone_find(const struct skstat_tombstones *tombstones, uint64_t cookie)
{
	uint32_t number;

	if (!tombstones->count)
		return NULL;
	number = tombstones->place[place_find(tombstones, cookie)];
	if (!number || tombstones->list[number - 1].lifted)
		return NULL;
	return &tombstones->list[number - 1];
}

/* Fills a cleared table with what is in the list. */
static void places_fill(struct skstat_tombstones *tombstones)
{
	for (size_t i = 0; i < tombstones->count; i++)
		tombstones->place[place_find(tombstones, tombstones->list[i].cookie)] = (uint32_t)i + 1;
}

/* Twice the room, of both. False: no memory, and all is as it was. */
static bool grow(struct skstat_tombstones *tombstones)
{
	unsigned int bits = tombstones->place ? tombstones->bits + 1 : FIRST_BITS;
	size_t room = (size_t)1 << (bits - 1);
	struct skstat_tombstone *list;
	uint32_t *place;

	if (bits > 31)
		return false;
	list = realloc(tombstones->list, room * sizeof(*list));
	if (!list)
		return false;
	tombstones->list = list;
	place = calloc((size_t)1 << bits, sizeof(*place));
	if (!place)
		return false;
	free(tombstones->place);
	tombstones->place = place;
	tombstones->bits = bits;
	tombstones->room = room;
	places_fill(tombstones);
	return true;
}

struct skstat_tombstone *skstat_tombstone_set(struct skstat_tombstones *tombstones, uint64_t cookie)
{
	struct skstat_tombstone *tombstone;
	uint32_t *place;

	if (tombstones->count == tombstones->room && !grow(tombstones))
		return NULL;
	place = &tombstones->place[place_find(tombstones, cookie)];
	if (*place && !tombstones->list[*place - 1].lifted)
		return &tombstones->list[*place - 1];
	/* A lifted one stays where it is, for the order's sake; its place becomes the new one's. */
	tombstone = &tombstones->list[tombstones->count++];
	*place = (uint32_t)tombstones->count;
	memset(tombstone, 0, sizeof(*tombstone));
	tombstone->cookie = cookie;
	return tombstone;
}

void skstat_tombstone_lift(struct skstat_tombstones *tombstones, struct skstat_tombstone *tombstone)
{
	tombstone->lifted = true;
	tombstones->lifted++;
}

void skstat_tombstones_mark(struct skstat_tombstones *tombstones)
{
	tombstones->before = tombstones->count;
}

void skstat_tombstones_expire(struct skstat_tombstones *tombstones)
{
	size_t left = tombstones->count - tombstones->before;

	if (!tombstones->before)
		return;
	for (size_t i = 0; i < tombstones->before; i++)
		tombstones->lifted -= tombstones->list[i].lifted;
	memmove(tombstones->list, tombstones->list + tombstones->before, left * sizeof(*tombstones->list));
	tombstones->count = left;
	tombstones->before = 0;
	memset(tombstones->place, 0, sizeof(*tombstones->place) << tombstones->bits);
	places_fill(tombstones);
}

void skstat_tombstones_free(struct skstat_tombstones *tombstones)
{
	free(tombstones->list);
	free(tombstones->place);
	memset(tombstones, 0, sizeof(*tombstones));
}

size_t skstat_tombstones_count(const struct skstat_tombstones *tombstones)
{
	return tombstones->count - tombstones->lifted;
}

size_t skstat_tombstones_bytes(const struct skstat_tombstones *tombstones)
{
	return tombstones->room * sizeof(*tombstones->list) +
	       (tombstones->place ? sizeof(*tombstones->place) << tombstones->bits : 0);
}
