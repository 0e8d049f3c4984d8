/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A dump of what handlers gather by key: COUNTER and HIST. First come the cells, then the names of the numbers in them,
 * then the totals. Cells that come meanwhile wait for the next dump; no number in a cell is without its name.
 */
#ifndef SKSTAT_KEY_DUMP_H
#define SKSTAT_KEY_DUMP_H

#include "key.h"
#include "netlink.h"

#define SKSTAT_KEY_BATCH 256 /* cells to look at before others may have the CPU */

struct skstat_key_dump;

/* What is dumped. Cells are numbered; a table's columns are by its number. */
struct skstat_key_dump_of {
	u8 cmd;
	const u8 (*columns)[SKSTAT_KEY_COLUMNS]; /* enum skstat_key_column */
	u32 (*cells)(void);
	u32 (*places)(void);
	u64 (*memory)(void);
	bool (*key)(u32 number, struct skstat_key *key);
	/*
	 * Fills a message with cells from number `number` on, moves that on, and adds to `used`. 0, or -EMSGSIZE: there is
	 * no room for anything that gets on.
	 */
	int (*put)(struct skstat_key_dump *dump, struct sk_buff *skb);
};

#define SKSTAT_KEY_NAMED 256

struct skstat_key_dump {
	const struct skstat_key_dump_of *of;
	u64 used;   /* cells sent, but for those of `other` */
	u32 cells;  /* that there are to look at */
	u32 number; /* the next of them, in this stage */
	/* key_dump.c's: */
	u64 ns;
	u32 stage;
	u32 column; /* of that cell, the next to name */
	u32 named[__SKSTAT_COLUMN_MAX][SKSTAT_KEY_NAMED]; /* by number, modulo: one that is forgotten is named again */
};

/* The dump handlers; `of` stays. */
int skstat_key_dump(struct sk_buff *skb, struct netlink_callback *cb, const struct skstat_key_dump_of *of);
int skstat_key_dump_done(struct netlink_callback *cb);

#endif
