// SPDX-License-Identifier: GPL-2.0
#include <linux/if.h>

#include "device.h"
#include "key_name.h"
#include "netlink.h"
#include "qdisc_kind.h"
#include "reason.h"
#include "skstat/tables.h"
#include "stack.h"
#include "symbol.h"

struct key_name {
	u64 netns; /* of a device */
	char text[SKSTAT_STACK_LENGTH];
};

/* False: numbers of that column have no names. */
static bool column_name(u8 column, u32 id, struct key_name *name)
{
	BUILD_BUG_ON(sizeof(name->text) < IFNAMSIZ || sizeof(name->text) < SKSTAT_REASON_LENGTH ||
		     sizeof(name->text) < SKSTAT_SYMBOL_LENGTH);
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
	case SKSTAT_COLUMN_QDISC:
		return skstat_qdisc_kind_name(id, name->text);
	case SKSTAT_COLUMN_STACK:
		return skstat_stack_name(id, name->text);
	}
	return false;
}

int skstat_key_name_put(struct sk_buff *skb, int type, u8 column, u32 id)
{
	struct key_name name;
	struct nlattr *nest;

	if (!column_name(column, id, &name))
		return 0;
	nest = nla_nest_start(skb, type);
	if (!nest)
		return -EMSGSIZE;
	if (nla_put_u32(skb, SKSTAT_NAME_COLUMN, column) ||
	    nla_put_u32(skb, SKSTAT_NAME_ID, id) ||
	    nla_put_string(skb, SKSTAT_NAME_NAME, name.text) ||
	    (column == SKSTAT_COLUMN_DEVICE &&
	     nla_put_u64_64bit(skb, SKSTAT_NAME_NETNS, name.netns, SKSTAT_NAME_PAD))) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}
