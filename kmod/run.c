// SPDX-License-Identifier: GPL-2.0
#include <net/netlink.h>

#include "run.h"

struct skstat_run *skstat_run_put(struct sk_buff *skb, int type, int pad, const struct skstat_layout *layout,
				  u32 count)
{
	struct skstat_run *run;
	struct nlattr *attr;

	if ((skb->len + NLA_HDRLEN) % 8 && !nla_reserve(skb, pad, 0))
		return NULL;
	attr = nla_reserve(skb, type, sizeof(*run) + count * layout->stride);
	if (!attr)
		return NULL;
	run = nla_data(attr);
	*run = (struct skstat_run) {
		.kind = layout->kind, .stride = layout->stride, .count = count, .groups = layout->groups,
	};
	memcpy(run->size, layout->size, sizeof(run->size));
	return run;
}

static struct nlattr *run_attr(struct skstat_run *run)
{
	return (void *)run - NLA_HDRLEN;
}

void skstat_run_retract(struct sk_buff *skb, struct skstat_run *run)
{
	run_attr(run)->nla_len -= run->stride;
	run->count--;
	skb_trim(skb, skb->len - run->stride);
}

void skstat_run_cut(struct sk_buff *skb, struct skstat_run *run, const void *end)
{
	struct nlattr *attr = run_attr(run);
	void *was = (void *)attr + attr->nla_len;
	u32 bytes = was - end;

	if (!bytes)
		return;
	memmove(was - bytes, was, skb_tail_pointer(skb) - (unsigned char *)was);
	attr->nla_len -= bytes;
	run->count -= bytes / run->stride;
	skb_trim(skb, skb->len - bytes);
}

u32 skstat_run_overhead(u32 runs)
{
	return runs * (2 * NLA_HDRLEN + sizeof(struct skstat_run));
}

u32 skstat_run_room(const struct sk_buff *skb, u32 runs, u32 stride)
{
	u32 bytes = min_t(u32, skb_tailroom(skb), U16_MAX), overhead = skstat_run_overhead(runs);

	return bytes > overhead ? (bytes - overhead) / stride : 0;
}
