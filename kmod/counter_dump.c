// SPDX-License-Identifier: GPL-2.0
/*
 * COUNTER.
 */
#include <linux/sched.h>

#include "counter.h"
#include "key_dump.h"

#define TABLE_COLUMNS(id, NAME, name, PROBE, metric, help, a, b, c, d, e) \
	[SKSTAT_TABLE_##NAME] = { SKSTAT_COLUMN_##a, SKSTAT_COLUMN_##b, SKSTAT_COLUMN_##c, SKSTAT_COLUMN_##d, \
				  SKSTAT_COLUMN_##e },
static const u8 table_columns[__SKSTAT_TABLE_MAX][SKSTAT_KEY_COLUMNS] = { SKSTAT_TABLES(TABLE_COLUMNS) };

/* False: that cell is nobody's, or has nothing yet. */
static bool cell_read(u32 number, struct skstat_cell *cell)
{
	struct skstat_key key;

	if (!skstat_counter_key(number, &key))
		return false;
	*cell = (struct skstat_cell) { .table = key.table, .count = skstat_counter_sum(number) };
	BUILD_BUG_ON(sizeof(cell->key) != sizeof(key.column));
	memcpy(cell->key, key.column, sizeof(cell->key));
	return cell->count;
}

/* What is left of them, or as much of it as there is room for. */
static void cells_append(struct skstat_key_dump *dump, struct sk_buff *skb, struct nlattr *attr)
{
	struct skstat_cell cell;

	for (; dump->number < dump->cells; dump->number++) {
		if (dump->number % SKSTAT_KEY_BATCH == 0)
			cond_resched();
		if (!cell_read(dump->number, &cell))
			continue;
		/* an attribute's length is 16 bits */
		if (skb_tailroom(skb) < sizeof(cell) || attr->nla_len + sizeof(cell) > U16_MAX)
			return;
		skb_put_data(skb, &cell, sizeof(cell));
		attr->nla_len += sizeof(cell);
		dump->used += dump->number < skstat_counter_places();
	}
}

static int counter_put(struct skstat_key_dump *dump, struct sk_buff *skb)
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

static const struct skstat_key_dump_of counter_dump_of = {
	.cmd	 = SKSTAT_CMD_COUNTER,
	.columns = table_columns,
	.cells	 = skstat_counter_cells,
	.places	 = skstat_counter_places,
	.memory	 = skstat_counter_memory,
	.key	 = skstat_counter_key,
	.put	 = counter_put,
};

int skstat_counter_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return skstat_key_dump(skb, cb, &counter_dump_of);
}

int skstat_counter_done(struct netlink_callback *cb)
{
	return skstat_key_dump_done(cb);
}
