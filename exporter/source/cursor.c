// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "cursor.h"

void skstat_cursor_free(struct skstat_cursor *cursor)
{
	free(cursor->place);
	memset(cursor, 0, sizeof(*cursor));
}

struct skstat_cursor_place *skstat_cursor_find(const struct skstat_cursor *cursor, uint32_t cpu)
{
	/* As a rule the place of a CPU is its number, for the module tells of them in that order. */
	if (cpu < cursor->places && cursor->place[cpu].cpu == cpu)
		return &cursor->place[cpu];
	for (size_t i = 0; i < cursor->places; i++)
		if (cursor->place[i].cpu == cpu)
			return &cursor->place[i];
	return NULL;
}

struct skstat_cursor_place *skstat_cursor_add(struct skstat_cursor *cursor, uint32_t cpu, uint64_t next)
{
	struct skstat_cursor_place *list = cursor->place;

	if ((cursor->places & (cursor->places - 1)) == 0)
		list = realloc(list, (cursor->places ? 2 * cursor->places : 1) * sizeof(*list));
	if (!list)
		return NULL;
	cursor->place = list;
	list += cursor->places++;
	*list = (struct skstat_cursor_place){ .cpu = cpu, .next = next };
	return list;
}
