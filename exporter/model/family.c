// SPDX-License-Identifier: GPL-2.0
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "family.h"

#define CHUNK_SIZE ((size_t)64 << 10)

struct chunk {
	struct chunk *next;
	size_t used, room;
	max_align_t data[];
};

struct skstat_arena {
	struct chunk *chunk; /* the first is the one that is being filled */

	/* What is handed out when there is no memory. */
	struct skstat_family family;
	struct skstat_series series;
	struct skstat_labels labels;
	max_align_t piece[SKSTAT_FAMILIES_PIECE / sizeof(max_align_t)];
};

/* A chunk with room for `bytes`, or NULL. What is too large for the rest of the last one begins another. */
static struct chunk *chunk_for(struct skstat_arena *arena, size_t bytes)
{
	size_t room = bytes + CHUNK_SIZE;
	struct chunk *chunk = arena->chunk;

	if (chunk && bytes <= chunk->room - chunk->used)
		return chunk;
	chunk = malloc(sizeof(*chunk) + room);
	if (!chunk)
		return NULL;
	chunk->used = 0;
	chunk->room = room;
	chunk->next = arena->chunk;
	arena->chunk = chunk;
	return chunk;
}

size_t skstat_families_bytes(const struct skstat_families *set)
{
	size_t bytes = sizeof(*set) + sizeof(*set->arena);

	for (const struct chunk *chunk = set->arena->chunk; chunk; chunk = chunk->next)
		bytes += sizeof(*chunk) + chunk->room;
	return bytes;
}

/* `count` things of `size` bytes, to be written whole, or NULL and `failed`; once failed, always so. */
static void *arena_take(struct skstat_families *set, size_t count, size_t size)
{
	struct chunk *chunk = NULL;
	size_t bytes;

	if (!set->failed && !__builtin_mul_overflow(count, size, &bytes) && bytes < SIZE_MAX / 2) {
		bytes = (bytes + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
		chunk = chunk_for(set->arena, bytes);
	}
	if (!chunk) {
		set->failed = true;
		return NULL;
	}
	chunk->used += bytes;
	return (char *)chunk->data + chunk->used - bytes;
}

/* Twice the room for an array of which `count` are in use, or NULL. What it was stays in the arena, unused. */
static void *array_grow(struct skstat_families *set, const void *array, size_t count, size_t *room, size_t size)
{
	size_t wanted = *room ? *room * 2 : 4;
	void *grown = arena_take(set, wanted, size);

	if (!grown)
		return NULL;
	if (count)
		memcpy(grown, array, count * size);
	*room = wanted;
	return grown;
}

struct skstat_families *skstat_families_new(void)
{
	struct skstat_families *set = calloc(1, sizeof(*set));
	struct skstat_arena *arena = calloc(1, sizeof(*arena));

	if (!set || !arena) {
		free(set);
		free(arena);
		return NULL;
	}
	set->arena = arena;
	return set;
}

void skstat_families_free(struct skstat_families *set)
{
	struct chunk *chunk, *next;

	if (!set)
		return;
	for (chunk = set->arena->chunk; chunk; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
	free(set->arena);
	free(set);
}

void *skstat_families_alloc(struct skstat_families *set, size_t size)
{
	void *memory;

	assert(size <= SKSTAT_FAMILIES_PIECE);
	memory = arena_take(set, 1, size ? size : 1);
	return memory ? memset(memory, 0, size) : memset(set->arena->piece, 0, sizeof(set->arena->piece));
}

void *skstat_families_copy(struct skstat_families *set, const void *data, size_t size)
{
	void *memory;

	assert(size && size <= SKSTAT_FAMILIES_PIECE);
	memory = arena_take(set, 1, size);
	return memcpy(memory ? memory : set->arena->piece, data, size);
}

const char *skstat_families_text(struct skstat_families *set, const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = arena_take(set, 1, size);

	return copy ? memcpy(copy, text, size) : "";
}

struct skstat_family *skstat_family_add(struct skstat_families *set, enum skstat_metric_type type, const char *name,
					const char *unit, const char *help)
{
	struct skstat_family *family = &set->arena->family;

	if (set->count == set->room) {
		struct skstat_family *grown =
			array_grow(set, set->family, set->count, &set->room, sizeof(*set->family));

		if (grown)
			set->family = grown;
	}
	if (!set->failed)
		family = &set->family[set->count++];
	*family = (struct skstat_family){ .name = name, .unit = unit, .help = help, .type = type };
	return family;
}

/* Twice the room, or `wanted` if that is more. */
static void series_grow(struct skstat_families *set, struct skstat_family *family, size_t wanted)
{
	size_t room = family->room < 2 ? 4 : family->room * 2;
	struct skstat_series *grown;

	if (room < wanted)
		room = wanted;
	grown = arena_take(set, room, sizeof(*grown));
	if (!grown)
		return;
	if (family->count)
		memcpy(grown, family->series, family->count * sizeof(*grown));
	family->series = grown;
	family->room = room;
}

void skstat_family_reserve(struct skstat_families *set, struct skstat_family *family, size_t count)
{
	if (count > family->room)
		series_grow(set, family, count);
}

/* The next place, or that of the set's own when memory has run out. */
static struct skstat_series *series_place(struct skstat_families *set, struct skstat_family *family)
{
	if (family->count == family->room)
		series_grow(set, family, 0);
	return set->failed ? &set->arena->series : &family->series[family->count++];
}

/* Those of `first`, and `more` if not NULL. NULL: there are none, or no memory. */
static struct skstat_label *labels_copy(struct skstat_families *set, const struct skstat_label *first, size_t count,
					const struct skstat_label *more)
{
	size_t sum = more && count < SIZE_MAX ? count + 1 : count;
	struct skstat_label *copy = sum ? arena_take(set, sum, sizeof(*copy)) : NULL;

	if (copy && count)
		memcpy(copy, first, count * sizeof(*copy));
	if (copy && more)
		copy[count] = *more;
	return copy;
}

struct skstat_series *skstat_series_add(struct skstat_families *set, struct skstat_family *family,
					const struct skstat_label *label, size_t labels)
{
	struct skstat_label *copy = labels_copy(set, label, labels, NULL);
	struct skstat_series *series = series_place(set, family);

	*series = (struct skstat_series){ .label = copy, .labels = copy ? labels : 0 };
	return series;
}

const struct skstat_labels *skstat_labels_add(struct skstat_families *set, const struct skstat_label *label,
					      size_t labels)
{
	struct skstat_labels *list = arena_take(set, 1, sizeof(*list));
	struct skstat_label *copy = labels_copy(set, label, labels, NULL);

	if (!list)
		list = &set->arena->labels;
	*list = (struct skstat_labels){ .label = copy, .count = copy ? labels : 0, .number = set->lists++ };
	return list;
}

struct skstat_series *skstat_series_add_shared(struct skstat_families *set, struct skstat_family *family,
					       const struct skstat_labels *shared, const struct skstat_label *last)
{
	const struct skstat_label *label =
		last ? labels_copy(set, shared->label, shared->count, last) : shared->label;
	struct skstat_series *series = series_place(set, family);

	*series = (struct skstat_series){ .label = label, .labels = label ? shared->count + !!last : 0,
					  .shared = label ? shared : NULL };
	return series;
}

const struct skstat_family *skstat_family_find(const struct skstat_families *set, const char *name)
{
	for (size_t i = 0; i < set->count; i++)
		if (strcmp(set->family[i].name, name) == 0)
			return &set->family[i];
	return NULL;
}
