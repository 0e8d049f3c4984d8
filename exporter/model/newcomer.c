// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "newcomer.h"

#define CROWD 4096 /* newcomers for whom there always is room */

/* Room for `count` items, doubled. NULL: no memory, and all is as it was. */
static void *list_grow(void *list, size_t *room, size_t count, size_t size)
{
	size_t larger = *room ? *room : 64;

	if (count <= *room)
		return list;
	while (larger < count)
		larger *= 2;
	list = realloc(list, larger * size);
	if (list)
		*room = larger;
	return list;
}

struct skstat_newcomer *skstat_newcomers_add(struct skstat_newcomers *newcomers)
{
	struct skstat_newcomer *list, *newcomer;

	list = list_grow(newcomers->list, &newcomers->room, newcomers->count + 1, sizeof(*list));
	if (!list)
		return NULL;
	newcomers->list = list;
	newcomer = &list[newcomers->count++];
	memset(newcomer, 0, sizeof(*newcomer));
	newcomer->observation = SKSTAT_NOT_OBSERVED;
	return newcomer;
}

struct skstat_observation *skstat_newcomers_observe(struct skstat_newcomers *newcomers)
{
	size_t index = newcomers->observations;
	struct skstat_observation *list =
		list_grow(newcomers->observation, &newcomers->observation_room, index + 1, sizeof(*list));

	if (!list)
		return NULL;
	newcomers->observation = list;
	newcomers->list[newcomers->count - 1].observation = index;
	newcomers->observations++;
	return &list[index];
}

void skstat_newcomers_clear(struct skstat_newcomers *newcomers)
{
	if (newcomers->room > CROWD)
		skstat_newcomers_free(newcomers);
	newcomers->count = 0;
	newcomers->observations = 0;
}

void skstat_newcomers_free(struct skstat_newcomers *newcomers)
{
	free(newcomers->list);
	free(newcomers->observation);
	memset(newcomers, 0, sizeof(*newcomers));
}

size_t skstat_newcomers_bytes(const struct skstat_newcomers *newcomers)
{
	return newcomers->room * sizeof(*newcomers->list) +
	       newcomers->observation_room * sizeof(*newcomers->observation);
}
