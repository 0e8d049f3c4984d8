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
	max_align_t piece[SKSTAT_FAMILIES_PIECE / sizeof(max_align_t)];
};

/* A chunk with room for `bytes`, or NULL. What is too large for the rest of the last one begins another. */
static struct chunk *chunk_for(struct skstat_arena *arena, size_t bytes)
{
	size_t room = bytes + CHUNK_SIZE;
	struct chunk *chunk = arena->chunk;

	if (chunk && bytes <= chunk->room - chunk->used)
		return chunk;
	chunk = calloc(1, sizeof(*chunk) + room);
	if (!chunk)
		return NULL;
	chunk->room = room;
	chunk->next = arena->chunk;
	arena->chunk = chunk;
	return chunk;
}

/* `count` things of `size` bytes, zeroed, or NULL and `failed`; once failed, always so. */
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
	return memory ? memory : memset(set->arena->piece, 0, sizeof(set->arena->piece));
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

struct skstat_series *skstat_series_add(struct skstat_families *set, struct skstat_family *family,
					const struct skstat_label *label, size_t labels)
{
	struct skstat_series *series = &set->arena->series;
	struct skstat_label *copy = NULL;

	if (family->count == family->room) {
		struct skstat_series *grown =
			array_grow(set, family->series, family->count, &family->room, sizeof(*family->series));

		if (grown)
			family->series = grown;
	}
	if (labels)
		copy = arena_take(set, labels, sizeof(*copy));
	if (copy)
		memcpy(copy, label, labels * sizeof(*copy));
	if (!set->failed)
		series = &family->series[family->count++];
	*series = (struct skstat_series){ .label = copy, .labels = copy ? labels : 0 };
	return series;
}

const struct skstat_family *skstat_family_find(const struct skstat_families *set, const char *name)
{
	for (size_t i = 0; i < set->count; i++)
		if (strcmp(set->family[i].name, name) == 0)
			return &set->family[i];
	return NULL;
}
