// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cell_name.h"

static struct skstat_cell_name *find(const struct skstat_cell_names *names, uint32_t column, uint32_t id)
{
	const struct {
		uint32_t column, id;
	} key = { column, id };
	struct skstat_cell_name *name;

	HASH_FIND(hh, names->list, &key, sizeof(key), name);
	return name;
}

const struct skstat_cell_name *skstat_cell_names_find(const struct skstat_cell_names *names, uint32_t column,
						      uint32_t id)
{
	return find(names, column, id);
}

static void name_free(struct skstat_cell_name *name)
{
	free(name->text);
	free(name);
}

/* One without a text yet. */
static struct skstat_cell_name *add(struct skstat_cell_names *names, uint32_t column, uint32_t id)
{
	struct skstat_cell_name *name = calloc(1, sizeof(*name));

	if (!name)
		return NULL;
	name->key.column = column;
	name->key.id = id;
	name->hashed = true;
	HASH_ADD(hh, names->list, key, sizeof(name->key), name);
	if (name->hashed)
		return name;
	name_free(name);
	return NULL;
}

/* Takes the text, or frees it. 0 or -ENOMEM. */
static int name_set(struct skstat_cell_names *names, struct skstat_cell_name *name, char *text, uint64_t netns)
{
	if (!name || !text) {
		free(text);
		return -ENOMEM;
	}
	names->bytes += strlen(text) + 1;
	names->bytes -= name->text ? strlen(name->text) + 1 : 0;
	free(name->text);
	name->text = text;
	name->netns = netns;
	/* One that is new, too: a cell may have been shown without it. */
	name->changed = names->changed = true;
	return 0;
}

int skstat_cell_names_take(struct skstat_cell_names *names, const struct skstat_counter_name *told)
{
	struct skstat_cell_name *name = find(names, told->column, told->id);
	char *text;

	if (name && name->netns == told->netns && strcmp(name->text, told->name) == 0)
		return 0;
	text = strdup(told->name);
	if (!name && text)
		name = add(names, told->column, told->id);
	return name_set(names, name, text, told->netns);
}

void skstat_cell_names_settle(struct skstat_cell_names *names)
{
	struct skstat_cell_name *name;

	for (name = names->changed ? names->list : NULL; name; name = name->hh.next)
		name->changed = false;
	names->changed = false;
}

void skstat_cell_names_free(struct skstat_cell_names *names)
{
	struct skstat_cell_name *name, *next;

	for (name = names->list; name; name = next) {
		next = name->hh.next;
		HASH_DEL(names->list, name);
		name_free(name);
	}
	names->changed = false;
	names->bytes = 0;
}

size_t skstat_cell_names_bytes(const struct skstat_cell_names *names)
{
	return names->bytes + HASH_COUNT(names->list) * sizeof(*names->list) + HASH_OVERHEAD(hh, names->list);
}
