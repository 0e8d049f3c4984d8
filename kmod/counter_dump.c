// SPDX-License-Identifier: GPL-2.0
/*
 * COUNTER: first the cells, then the names of the numbers in them, then the totals. Cells that come meanwhile wait for
 * the next dump; no number in a cell is without its name.
 */
#include <linux/if.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/timekeeping.h>

#include "compat/compat.h"
#include "counter.h"
#include "device.h"
#include "netlink.h"
#include "reason.h"
#include "symbol.h"

#define COUNTER_BATCH 256 /* cells to look at before others may have the CPU */
#define COUNTER_NAMED 256 /* numbers of a column that are known to have been named */

struct counter_dump {
	u64 used, ns;
	u32 stage;  /* of counter_stages */
	u32 cells;  /* that there are to look at */
	u32 number; /* the next of them, in this stage */
	u32 column; /* of that cell, the next to name */
	u32 named[__SKSTAT_COLUMN_MAX][COUNTER_NAMED]; /* by number, modulo: one that is forgotten is named again */
};

struct counter_dump_context {
	struct counter_dump *dump;
};

#define TABLE_COLUMNS(id, NAME, name, PROBE, metric, help, a, b, c, d, e) \
	[SKSTAT_TABLE_##NAME] = { SKSTAT_COLUMN_##a, SKSTAT_COLUMN_##b, SKSTAT_COLUMN_##c, SKSTAT_COLUMN_##d, \
				  SKSTAT_COLUMN_##e },
static const u8 table_columns[__SKSTAT_TABLE_MAX][SKSTAT_KEY_COLUMNS] = { SKSTAT_TABLES(TABLE_COLUMNS) };

struct counter_name {
	u64 netns; /* of a device */
	char text[SKSTAT_SYMBOL_LENGTH];
};

static struct counter_dump_context *counter_dump_context(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct counter_dump_context) > sizeof(cb->ctx));
	return (void *)cb->ctx;
}

/* What a number is called; false: numbers of that column have no names. */
static bool column_name(u8 column, u32 id, struct counter_name *name)
{
	BUILD_BUG_ON(sizeof(name->text) < IFNAMSIZ || sizeof(name->text) < SKSTAT_REASON_LENGTH);
	switch (column) {
	case SKSTAT_COLUMN_REASON:
		skstat_drop_reason_name(id, name->text);
		return true;
	case SKSTAT_COLUMN_RST_REASON:
		skstat_rst_reason_name(id, name->text);
		return true;
	case SKSTAT_COLUMN_FUNCTION:
		return skstat_symbol_name(id, name->text);
	case SKSTAT_COLUMN_DEVICE:
		return skstat_device_name(id, name->text, &name->netns);
	}
	return false;
}

/* 0, or -EMSGSIZE and the skb as it was. */
static int name_put(struct sk_buff *skb, u8 column, u32 id, const struct counter_name *name)
{
	struct nlattr *nest = nla_nest_start(skb, SKSTAT_COUNTER_NAME);

	if (!nest)
		return -EMSGSIZE;
	if (nla_put_u32(skb, SKSTAT_NAME_COLUMN, column) ||
	    nla_put_u32(skb, SKSTAT_NAME_ID, id) ||
	    nla_put_string(skb, SKSTAT_NAME_NAME, name->text) ||
	    (column == SKSTAT_COLUMN_DEVICE &&
	     nla_put_u64_64bit(skb, SKSTAT_NAME_NETNS, name->netns, SKSTAT_NAME_PAD))) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

/* Names one column of a cell, if that is called for. */
static int counter_put_name(struct counter_dump *dump, struct sk_buff *skb, const struct skstat_cell *cell)
{
	u8 column = table_columns[cell->table][dump->column];
	u32 id = cell->key[dump->column], *named = &dump->named[column][id % COUNTER_NAMED];
	struct counter_name name;
	int err;

	if (!id || id == SKSTAT_KEY_OTHER || *named == id || !column_name(column, id, &name))
		return 0;
	err = name_put(skb, column, id, &name);
	if (!err)
		*named = id;
	return err;
}

/* What is left of them, or as much of it as there is room for. */
static void cells_append(struct counter_dump *dump, struct sk_buff *skb, struct nlattr *attr)
{
	struct skstat_cell cell;

	for (; dump->number < dump->cells; dump->number++) {
		if (dump->number % COUNTER_BATCH == 0)
			cond_resched();
		if (!skstat_counter_key(dump->number, &cell))
			continue;
		skstat_counter_sum(dump->number, &cell);
		if (!cell.count)
			continue;
		/* an attribute's length is 16 bits */
		if (skb_tailroom(skb) < sizeof(cell) || attr->nla_len + sizeof(cell) > U16_MAX)
			return;
		skb_put_data(skb, &cell, sizeof(cell));
		attr->nla_len += sizeof(cell);
		dump->used += dump->number < skstat_counter_places();
	}
}

/* The stages: each fills one message. 0, or -EMSGSIZE: there is no room for anything that gets on. */
static int counter_put_cells(struct counter_dump *dump, struct sk_buff *skb)
{
	unsigned int before = skb->len;
	struct nlattr *attr;

	if ((skb->len + NLA_HDRLEN) % sizeof(u64) && !nla_reserve(skb, SKSTAT_COUNTER_PAD, 0))
		return -EMSGSIZE;
	attr = nla_reserve(skb, SKSTAT_COUNTER_CELLS, 0);
	if (!attr)
		return -EMSGSIZE;
	cells_append(dump, skb, attr);
	if (nla_len(attr))
		return 0;
	skb_trim(skb, before);
	return dump->number < dump->cells ? -EMSGSIZE : 0;
}

static int counter_put_names(struct counter_dump *dump, struct sk_buff *skb)
{
	unsigned int before = skb->len;
	struct skstat_cell cell;

	for (; dump->number < dump->cells; dump->number++, dump->column = 0) {
		if (dump->number % COUNTER_BATCH == 0)
			cond_resched();
		if (!skstat_counter_key(dump->number, &cell))
			continue;
		for (; dump->column < SKSTAT_KEY_COLUMNS; dump->column++)
			if (counter_put_name(dump, skb, &cell))
				return skb->len > before ? 0 : -EMSGSIZE;
	}
	return 0;
}

static int totals_put_u64(struct sk_buff *skb, int type, u64 value)
{
	return nla_put_u64_64bit(skb, type, value, SKSTAT_COUNTER_TOTALS_PAD);
}

static int counter_put_totals(struct counter_dump *dump, struct sk_buff *skb)
{
	struct nlattr *nest = nla_nest_start(skb, SKSTAT_COUNTER_TOTALS);

	if (!nest ||
	    totals_put_u64(skb, SKSTAT_COUNTER_TOTALS_PLACES, skstat_counter_places()) ||
	    totals_put_u64(skb, SKSTAT_COUNTER_TOTALS_USED, dump->used) ||
	    totals_put_u64(skb, SKSTAT_COUNTER_TOTALS_MEMORY, skstat_counter_memory()) ||
	    totals_put_u64(skb, SKSTAT_COUNTER_TOTALS_NS, dump->ns) ||
	    totals_put_u64(skb, SKSTAT_COUNTER_TOTALS_INSTANCE, skstat_netlink_instance()))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	dump->number = dump->cells;
	return 0;
}

static int (*const counter_stages[])(struct counter_dump *dump, struct sk_buff *skb) = {
	counter_put_cells,
	counter_put_names,
	counter_put_totals,
};

/* One message of the stage at hand, or none if it has nothing more to say. 0 or -EMSGSIZE. */
static int counter_put(struct counter_dump *dump, struct sk_buff *skb, struct netlink_callback *cb)
{
	void *head = skstat_netlink_put(skb, cb, SKSTAT_CMD_COUNTER);
	unsigned int before = skb->len;
	int err;

	if (!head)
		return -EMSGSIZE;
	err = counter_stages[dump->stage](dump, skb);
	if (err || skb->len == before)
		genlmsg_cancel(skb, head);
	else
		genlmsg_end(skb, head);
	if (!err && dump->number == dump->cells) {
		dump->stage++;
		dump->number = 0;
	}
	return err;
}

static int counter_begin(struct netlink_callback *cb)
{
	struct counter_dump *dump;
	int err;

	err = skstat_netlink_admit(cb->skb, cb->nlh, cb->extack);
	if (err)
		return err;
	dump = kvzalloc(sizeof(*dump), GFP_KERNEL);
	if (!dump)
		return -ENOMEM;
	dump->cells = skstat_counter_cells();
	counter_dump_context(cb)->dump = dump;
	return 0;
}

int skstat_counter_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	u64 began = ktime_get_ns();
	struct counter_dump *dump;
	int err = 0;

	if (!counter_dump_context(cb)->dump) {
		err = counter_begin(cb);
		if (err)
			return err;
	}
	dump = counter_dump_context(cb)->dump;
	while (!err && dump->stage < ARRAY_SIZE(counter_stages)) {
		err = counter_put(dump, skb, cb);
		dump->ns += ktime_get_ns() - began;
		began = ktime_get_ns();
	}
	/* Full is the end of a batch; only if it was empty there is no way on. */
	return skb->len ? skb->len : err;
}

int skstat_counter_done(struct netlink_callback *cb)
{
	kvfree(counter_dump_context(cb)->dump);
	return 0;
}
