// SPDX-License-Identifier: GPL-2.0
#include <net/netlink.h>

#include "run.h"

struct skstat_run *skstat_run_begin(void *at, int type, const struct skstat_layout *layout, u32 count)
{
	struct nlattr *attr = at;
	struct skstat_run *run = at + NLA_HDRLEN;

	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + sizeof(*run) + count * layout->stride;
	*run = (struct skstat_run) {
		.kind = layout->kind, .stride = layout->stride, .count = count, .groups = layout->groups,
	};
	memcpy(run->size, layout->size, sizeof(run->size));
	return run;
}

struct skstat_run *skstat_run_put(struct sk_buff *skb, int type, int pad, const struct skstat_layout *layout,
				  u32 count)
{
	struct nlattr *attr;

	if ((skb->len + NLA_HDRLEN) % 8 && !nla_reserve(skb, pad, 0))
		return NULL;
	attr = nla_reserve(skb, type, sizeof(struct skstat_run) + count * layout->stride);
	return attr ? skstat_run_begin(attr, type, layout, count) : NULL;
}

static struct nlattr *run_attr(struct skstat_run *run)
{
	return (void *)run - NLA_HDRLEN;
}

void skstat_run_shorten(struct skstat_run *run)
{
	run_attr(run)->nla_len -= run->stride;
	run->count--;
}

void skstat_run_retract(struct sk_buff *skb, struct skstat_run *run)
{
	skstat_run_shorten(run);
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
