// SPDX-License-Identifier: GPL-2.0
/*
 * HIST.
 */
#include <linux/sched.h>

#include "hist.h"
#include "key_dump.h"

#define HIST_COLUMNS(id, NAME, name, PROBE, UNIT, FIRST, metric, help, a, b, c) \
	[id] = { SKSTAT_COLUMN_##a, SKSTAT_COLUMN_##b, SKSTAT_COLUMN_##c },
static const u8 hist_columns[__SKSTAT_HISTOGRAM_MAX][SKSTAT_KEY_COLUMNS] = { SKSTAT_HISTOGRAMS(HIST_COLUMNS) };

/* What is in the message, while it is made there. */
struct hist_cell {
	struct skstat_histogram_cell cell;
	u64 bucket[SKSTAT_HISTOGRAM_BUCKETS];
};

/* Room for one, aligned; NULL: there is none. */
static struct hist_cell *hist_reserve(struct sk_buff *skb)
{
	struct nlattr *attr;

	BUILD_BUG_ON(sizeof(struct skstat_histogram_cell) % sizeof(u64));
	if ((skb->len + NLA_HDRLEN) % sizeof(u64) && !nla_reserve(skb, SKSTAT_HIST_PAD, 0))
		return NULL;
	attr = nla_reserve(skb, SKSTAT_HIST_CELL, sizeof(struct hist_cell));
	return attr ? nla_data(attr) : NULL;
}

/* Leaves out the empty buckets at both ends. */
static void hist_shorten(struct sk_buff *skb, struct hist_cell *hist)
{
	struct nlattr *attr = (void *)hist - NLA_HDRLEN;
	u32 first = 0, end = SKSTAT_HISTOGRAM_BUCKETS, excess;

	while (end > 0 && !hist->bucket[end - 1])
		end--;
	while (first < end && !hist->bucket[first])
		first++;
	hist->cell.skipped = first;
	hist->cell.count = end - first;
	memmove(hist->bucket, hist->bucket + first, hist->cell.count * sizeof(u64));
	excess = (SKSTAT_HISTOGRAM_BUCKETS - hist->cell.count) * sizeof(u64);
	attr->nla_len -= excess;
	skb_trim(skb, skb->len - excess);
}

/* False: -EMSGSIZE. Leaves the skb as it was where there is nothing yet. */
static bool hist_append(struct skstat_key_dump *dump, struct sk_buff *skb, const struct skstat_key *key)
{
	unsigned int before = skb->len;
	struct hist_cell *hist = hist_reserve(skb);

	if (!hist) {
		skb_trim(skb, before);
		return false;
	}
	skstat_hist_sum(dump->number, &hist->cell, hist->bucket);
	hist->cell.histogram = key->table;
	memcpy(hist->cell.key, key->column, sizeof(hist->cell.key));
	hist_shorten(skb, hist);
	if (hist->cell.count || hist->cell.low || hist->cell.high)
		dump->used += dump->number < skstat_hist_places();
	else
		skb_trim(skb, before);
	return true;
}

static int hist_put(struct skstat_key_dump *dump, struct sk_buff *skb)
{
	unsigned int before = skb->len;
	struct skstat_key key;

	for (; dump->number < dump->cells; dump->number++) {
		cond_resched();
		if (skstat_hist_key(dump->number, &key) && !hist_append(dump, skb, &key))
			return skb->len > before ? 0 : -EMSGSIZE;
	}
	return 0;
}

static const struct skstat_key_dump_of hist_dump_of = {
	.cmd	 = SKSTAT_CMD_HIST,
	.columns = hist_columns,
	.cells	 = skstat_hist_cells,
	.places	 = skstat_hist_places,
	.memory	 = skstat_hist_memory,
	.key	 = skstat_hist_key,
	.put	 = hist_put,
};

int skstat_hist_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return skstat_key_dump(skb, cb, &hist_dump_of);
}

int skstat_hist_done(struct netlink_callback *cb)
{
	return skstat_key_dump_done(cb);
}
