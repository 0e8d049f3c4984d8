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

static size_t size_of(const char *text)
{
	return sizeof(struct skstat_cell_name) + strlen(text) + 1;
}

static void drop(struct skstat_cell_names *names, struct skstat_cell_name *name)
{
	HASH_DEL(names->list, name);
	names->bytes -= size_of(name->text);
	free(name);
}

static struct skstat_cell_name *add(struct skstat_cell_names *names, const struct skstat_counter_name *told)
{
	struct skstat_cell_name *name = calloc(1, size_of(told->name));

	if (!name)
		return NULL;
	name->key.column = told->column;
	name->key.id = told->id;
	name->netns = told->netns;
	memcpy(name->text, told->name, strlen(told->name));
	name->hashed = true;
	HASH_ADD(hh, names->list, key, sizeof(name->key), name);
	if (name->hashed) {
		names->bytes += size_of(name->text);
		return name;
	}
	free(name);
	return NULL;
}

int skstat_cell_names_take(struct skstat_cell_names *names, const struct skstat_counter_name *told)
{
	struct skstat_cell_name *old = find(names, told->column, told->id), *name;

	if (old && old->netns == told->netns && strcmp(old->text, told->name) == 0)
		return 0;
	name = add(names, told);
	if (!name)
		return -ENOMEM;
	if (old)
		drop(names, old);
	/* One that is new, too: a cell may have been shown without it. */
	name->changed = names->changed = true;
	return 0;
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
		drop(names, name);
	}
	names->changed = false;
}

size_t skstat_cell_names_bytes(const struct skstat_cell_names *names)
{
	return names->bytes + HASH_OVERHEAD(hh, names->list);
}
