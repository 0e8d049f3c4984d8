/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A reader of COUNTER, written by docs/PROTOCOL.md alone, down to the bytes of the datagrams: the exporter's own is
 * what other tests are about. It holds every dump to what the protocol promises, by itself and against the one before.
 */
#ifndef SKSTAT_TEST_COUNTER_H
#define SKSTAT_TEST_COUNTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <skstat/netlink.h>
#include <skstat/tables.h>

struct nl_sock;

struct counter_name {
	uint32_t column, id;
	uint64_t netns; /* of a device */
	char text[128];
};

struct counters {
	struct nl_sock *socket;
	int family;
	/* Of the last dump: */
	struct skstat_cell *cell;
	size_t cells, cells_room;
	struct counter_name *name;
	size_t names, names_room;
	uint64_t total[SKSTAT_COUNTER_TOTALS_MAX + 1]; /* by attribute */
	size_t datagrams;
};

/* The program ends if there is no module. */
void counters_open(struct counters *counters);
void counters_close(struct counters *counters);

/*
 * Takes a dump. NULL, or what is wrong: a refusal, or a promise that was not kept. Promises: cells are aligned, a key
 * comes once, is of a known table and 0 behind its columns; each number has its name; the totals are the last message,
 * and as many keys came as they say. Since the last dump of the same instance no cell has gone, nor its count back.
 */
const char *counters_read(struct counters *counters);

/* The cell of that table whose key begins with these values, or NULL: there is none. */
const struct skstat_cell *counters_find(const struct counters *counters, enum skstat_table_id table, const uint32_t *key,
					size_t columns);

/* The table's `other`; 0: there is none. */
uint64_t counters_other(const struct counters *counters, enum skstat_table_id table);

/* The sum of a table's cells, with `other`. */
uint64_t counters_sum(const struct counters *counters, enum skstat_table_id table);

/* What that number is called, or NULL. */
const struct counter_name *counters_name(const struct counters *counters, enum skstat_key_column column, uint32_t id);

#endif
