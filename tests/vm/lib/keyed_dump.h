/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a reader of COUNTER (counter.h) and one of HIST (histograms.h) have in common, written by docs/PROTOCOL.md
 * alone, down to the bytes of the datagrams: the exporter's own is what other tests are about.
 */
#ifndef SKSTAT_TEST_KEYED_DUMP_H
#define SKSTAT_TEST_KEYED_DUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <skstat/netlink.h>
#include <skstat/tables.h>

#include "source/attr.h"

struct nl_sock;

struct keyed_name {
	uint32_t column, id;
	uint64_t netns; /* of a device */
	char text[1024];
};

struct keyed_dump {
	struct nl_sock *socket;
	int family;
	enum skstat_cmd command;
	/* Takes what one attribute CELLS or CELL brings. */
	void (*take)(const struct skstat_attr *attr, void *arg);
	void *arg;
	/* Of the last dump: */
	struct keyed_name *name;
	size_t names, room;
	uint64_t total[SKSTAT_COUNTER_TOTALS_MAX + 1]; /* by attribute */
	size_t datagrams;
	bool complete, ended;
	char wrong[256]; /* the first promise that it did not keep; "": it kept them */
};

#define KEYED_WRONG(dump, ...)                                                             \
	do {                                                                               \
		if (!(dump)->wrong[0])                                                     \
			snprintf((dump)->wrong, sizeof((dump)->wrong), __VA_ARGS__);       \
	} while (0)

/* The program ends if there is no module. `take` and `arg` must outlive the dump. */
void keyed_dump_open(struct keyed_dump *dump, enum skstat_cmd command,
		     void (*take)(const struct skstat_attr *attr, void *arg), void *arg);
void keyed_dump_close(struct keyed_dump *dump);

/*
 * Takes a dump, and holds it to this: messages fill their datagrams, names are whole, all totals are there, once, in
 * the last message.
 */
void keyed_dump_read(struct keyed_dump *dump);

/* Whether this is the `other` of a table of that many columns. */
bool keyed_is_other(const uint32_t *key, size_t columns);

/*
 * Holds a key of `what` to this: it is 0 behind its columns (SKSTAT_KEY_COLUMNS of them, 0 where there is none), and
 * each number in it has a name.
 */
void keyed_check(struct keyed_dump *dump, const char *what, const uint8_t *columns, const uint32_t *key);

/* As many keys as the totals say, and no more than there is room for. */
void keyed_check_used(struct keyed_dump *dump, uint64_t used);

/* What that number is called, or NULL. */
const struct keyed_name *keyed_name(const struct keyed_dump *dump, enum skstat_key_column column, uint32_t id);

#endif
