// SPDX-License-Identifier: GPL-2.0
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/timekeeping.h>

#include "key_dump.h"
#include "key_name.h"

struct key_dump_context {
	struct skstat_key_dump *dump;
};

static struct key_dump_context *key_dump_context(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct key_dump_context) > sizeof(cb->ctx));
	return (void *)cb->ctx;
}

/* Names one column of a cell, if that is called for. */
static int dump_put_name(struct skstat_key_dump *dump, struct sk_buff *skb, const struct skstat_key *key)
{
	u8 column = dump->of->columns[key->table][dump->column];
	u32 id = key->column[dump->column], *named = &dump->named[column][id % SKSTAT_KEY_NAMED];
	int err;

	if (!id || id == SKSTAT_KEY_OTHER || *named == id)
		return 0;
	err = skstat_key_name_put(skb, SKSTAT_COUNTER_NAME, column, id);
	if (!err)
		*named = id;
	return err;
}

/* The stages: each fills one message. 0, or -EMSGSIZE: there is no room for anything that gets on. */
static int dump_put_cells(struct skstat_key_dump *dump, struct sk_buff *skb)
{
	return dump->of->put(dump, skb);
}

static int dump_put_names(struct skstat_key_dump *dump, struct sk_buff *skb)
{
	unsigned int before = skb->len;
	struct skstat_key key;

	for (; dump->number < dump->cells; dump->number++, dump->column = 0) {
		if (dump->number % SKSTAT_KEY_BATCH == 0)
			cond_resched();
		if (!dump->of->key(dump->number, &key))
			continue;
		for (; dump->column < SKSTAT_KEY_COLUMNS; dump->column++)
			if (dump_put_name(dump, skb, &key))
				return skb->len > before ? 0 : -EMSGSIZE;
	}
	return 0;
}

static int totals_put_u64(struct sk_buff *skb, int type, u64 value)
{
	return nla_put_u64_64bit(skb, type, value, SKSTAT_COUNTER_TOTALS_PAD);
}

static int dump_put_totals(struct skstat_key_dump *dump, struct sk_buff *skb)
{
	struct nlattr *nest = nla_nest_start(skb, SKSTAT_COUNTER_TOTALS);

	if (!nest ||
	    totals_put_u64(skb, SKSTAT_COUNTER_TOTALS_PLACES, dump->of->places()) ||
	    totals_put_u64(skb, SKSTAT_COUNTER_TOTALS_USED, dump->used) ||
	    totals_put_u64(skb, SKSTAT_COUNTER_TOTALS_MEMORY, dump->of->memory()) ||
	    totals_put_u64(skb, SKSTAT_COUNTER_TOTALS_NS, dump->ns) ||
	    totals_put_u64(skb, SKSTAT_COUNTER_TOTALS_INSTANCE, skstat_netlink_instance()))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	dump->number = dump->cells;
	return 0;
}

static int (*const dump_stages[])(struct skstat_key_dump *dump, struct sk_buff *skb) = {
	dump_put_cells,
	dump_put_names,
	dump_put_totals,
};

/* One message of the stage at hand, or none if it has nothing more to say. 0 or -EMSGSIZE. */
static int dump_put(struct skstat_key_dump *dump, struct sk_buff *skb, struct netlink_callback *cb)
{
	void *head = skstat_netlink_put(skb, cb, dump->of->cmd);
	unsigned int before = skb->len;
	int err;

	if (!head)
		return -EMSGSIZE;
	err = dump_stages[dump->stage](dump, skb);
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

static int dump_begin(struct netlink_callback *cb, const struct skstat_key_dump_of *of)
{
	struct skstat_key_dump *dump;
	int err;

	err = skstat_netlink_admit(cb->skb, cb->nlh, cb->extack);
	if (err)
		return err;
	dump = kvzalloc(sizeof(*dump), GFP_KERNEL);
	if (!dump)
		return -ENOMEM;
	dump->of = of;
	dump->cells = of->cells();
	key_dump_context(cb)->dump = dump;
	return 0;
}

int skstat_key_dump(struct sk_buff *skb, struct netlink_callback *cb, const struct skstat_key_dump_of *of)
{
	u64 began = ktime_get_ns();
	struct skstat_key_dump *dump;
	int err = 0;

	/* One protocol, in two enumerations. */
	BUILD_BUG_ON((int)SKSTAT_HIST_NAME != (int)SKSTAT_COUNTER_NAME);
	BUILD_BUG_ON((int)SKSTAT_HIST_TOTALS != (int)SKSTAT_COUNTER_TOTALS);
	if (!key_dump_context(cb)->dump) {
		err = dump_begin(cb, of);
		if (err)
			return err;
	}
	dump = key_dump_context(cb)->dump;
	while (!err && dump->stage < ARRAY_SIZE(dump_stages)) {
		err = dump_put(dump, skb, cb);
		dump->ns += ktime_get_ns() - began;
		began = ktime_get_ns();
	}
	/* Full is the end of a batch; only if it was empty there is no way on. */
	return skb->len ? skb->len : err;
}

int skstat_key_dump_done(struct netlink_callback *cb)
{
	kvfree(key_dump_context(cb)->dump);
	return 0;
}
