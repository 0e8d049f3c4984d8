/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The sockets that the model knows, by cookie: an open-addressing table of indices into slabs of entries. Entries do
 * not move: a pointer is good until its entry is removed. A million sockets are found with about 20 instructions each.
 */
#ifndef SKSTAT_MODEL_TABLE_H
#define SKSTAT_MODEL_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include <skstat/record.h>

#include "column.h"
#include "difference.h"
#include "facts.h"

struct skstat_listener;
struct skstat_membership;

/* The peer's FIN, which bytes_received counts as 1. */
enum skstat_fin {
	SKSTAT_FIN_NONE,
	SKSTAT_FIN_CAME, /* it is in bytes_received, or about to be */
	SKSTAT_FIN_TAKEN, /* and was taken off */
};

/* Of an entry's `flags`. */
enum {
	SKSTAT_ENTRY_ANNOUNCED = 1 << 0, /* an OPENED told of it: began_ns is when it opened */
	SKSTAT_ENTRY_MERGED = 1 << 1,	 /* its values go on from another connection's, which has yet to close */
	SKSTAT_ENTRY_BASELINE = 1 << 3,	 /* its values were not counted, and no walk has brought others since */
	SKSTAT_ENTRY_OPENING = 1 << 2,	 /* it opened, and is in no group yet: it has no values, but an `opening` */
	SKSTAT_ENTRY_LOOK = 1 << 4,	 /* its next record is looked at closely: it may belong to other groups */
	SKSTAT_ENTRY_TOP = 1 << 5,	 /* so is each one: it stands out (top.h) */
};

/* What an OPENED told that is to be counted when the group is known. */
struct skstat_opening {
	uint64_t latency;    /* connect_latency */
	bool told;	     /* there was an OPENED */
	bool has_latency;
	uint8_t kind;	     /* enum skstat_open */
	uint8_t direction;   /* SKSTAT_EVENT_IN, _OUT or 0 */
	struct skstat_survivors survivors; /* what the socket has kept; where there are no values yet */
};

/* A connection or a listener. */
struct skstat_entry {
	uint64_t cookie;
	uint64_t tuple;			 /* skstat_address_tuple() */
	uint64_t idle_from_ns;		 /* of a connection: up to here, its time is accounted for */
	uint64_t began_ns; /* ANNOUNCED: when it opened; else: it did after that, for one before it closed then; or 0 */
	struct skstat_membership *membership; /* NULL: not decided, or, with kind UNSPEC, no entry */
	struct skstat_listener *listener; /* that it came from, or that it is; may be NULL */
	uint32_t seen;	   /* number of the poll that brought it last, 0: none has; of a free entry the next */
	uint32_t first;	   /* number of the poll that brought this connection first, or last in SYN_SENT */
	uint32_t newcomer; /* its place among the newcomers + 1, as long as it waits there; 0: it does not */
	union {
		struct {
			uint16_t epoch; /* the plan's, when the values were taken; 0: there are none */
			uint8_t kind;	/* enum skstat_kind: FULL or LISTEN; UNSPEC of a free one */
			uint8_t state;
		};
		struct skstat_entry_now {
			uint16_t epoch;
			uint8_t kind, state;
		} now; /* the same, to be compared at once */
	};
	uint8_t missed; /* full walks in a row that did not bring it */
	uint8_t fin;	/* enum skstat_fin */
	uint8_t flags;	/* SKSTAT_ENTRY_* */
	uint8_t direction; /* enum skstat_direction, once it has a membership */
	bool ephemeral;	   /* so is the port of its service */
	union {
		struct skstat_values values;
		struct { /* flag OPENING */
			struct skstat_opening opening;
			struct skstat_facts facts;
		};
	};
};
_Static_assert(sizeof(struct skstat_entry) == 72 + sizeof(struct skstat_values), "what opens is longer than values");

struct skstat_table {
	uint64_t *place; /* high half: hash; low half: index + 1; 0: free */
	unsigned int bits; /* 1 << bits places */
	size_t count;	   /* entries in use */

	struct skstat_entry **slab;
	size_t slabs;
	uint32_t used;	    /* entries that were ever taken from the slabs */
	uint32_t first_free; /* index + 1 of one that was given back; 0: none */
};

#define SKSTAT_SLAB_BITS 10 /* entries a slab: as a power of two, so that an index is split without a division */
#define SKSTAT_SLAB	 (1u << SKSTAT_SLAB_BITS)

/* All zeros is an empty table. */
void skstat_table_free(struct skstat_table *table);

static inline struct skstat_entry *skstat_table_at(const struct skstat_table *table, uint32_t index)
{
	return &table->slab[index >> SKSTAT_SLAB_BITS][index & (SKSTAT_SLAB - 1)];
}

/* Cookies count up, by CPU: the multiplication spreads them; its upper half is what is good of it. */
static inline uint32_t skstat_table_hash(uint64_t cookie)
{
	return (uint32_t)((cookie * 0x9e3779b97f4a7c15) >> 32);
}

/* Where the cookie is, or the free place where it would be. The table is never full. */
static inline size_t skstat_table_place(const struct skstat_table *table, uint64_t cookie, uint32_t hash)
{
	size_t mask = ((size_t)1 << table->bits) - 1;
	size_t at = hash >> (32 - table->bits);

	for (uint64_t place; (place = table->place[at]); at = (at + 1) & mask)
		if (place >> 32 == hash && skstat_table_at(table, (uint32_t)place - 1)->cookie == cookie)
			break;
	return at;
}

/* The entry of that cookie, or NULL. */
static inline struct skstat_entry *skstat_table_find(const struct skstat_table *table, uint64_t cookie)
{
	uint64_t place;

	if (!table->place)
		return NULL;
	place = table->place[skstat_table_place(table, cookie, skstat_table_hash(cookie))];
	return place ? skstat_table_at(table, (uint32_t)place - 1) : NULL;
}

/* A new entry, zeroed but for its cookie, which must not be in the table. NULL: no memory, and nothing has changed. */
struct skstat_entry *skstat_table_insert(struct skstat_table *table, uint64_t cookie);

void skstat_table_remove(struct skstat_table *table, struct skstat_entry *entry);

/*
 * The first entry in use at or after `*index`, which moves behind it, or NULL. Start at 0; what it gives may be
 * removed.
 */
static inline struct skstat_entry *skstat_table_next(const struct skstat_table *table, uint32_t *index)
{
	while (*index < table->used) {
		struct skstat_entry *entry = skstat_table_at(table, (*index)++);

		if (entry->kind != SKSTAT_KIND_UNSPEC)
			return entry;
	}
	return NULL;
}

/* The same of those that poll `number` has not brought. */
static inline struct skstat_entry *skstat_table_next_unseen(const struct skstat_table *table, uint32_t *index,
							    uint32_t number)
{
	for (uint32_t at = *index; at < table->used;) {
		struct skstat_entry *entry = skstat_table_at(table, at);
		uint32_t left = SKSTAT_SLAB - (at & (SKSTAT_SLAB - 1));
		struct skstat_entry *end = entry + (left < table->used - at ? left : table->used - at);

		for (; entry < end; entry++, at++)
			if (entry->seen != number && entry->kind != SKSTAT_KIND_UNSPEC) {
				*index = at + 1;
				return entry;
			}
	}
	*index = table->used;
	return NULL;
}

/* Memory, in bytes. What a burst of sockets took is kept for the next. */
size_t skstat_table_bytes(const struct skstat_table *table);

#endif
