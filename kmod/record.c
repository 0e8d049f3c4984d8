// SPDX-License-Identifier: GPL-2.0
#include "record_fill.h"

void skstat_layout_shorten(struct skstat_layout *layout, u32 shorts)
{
	u32 groups = layout->groups, group;

	layout->shorts = shorts;
	layout->stride = 0;
	for (group = 0; groups >> group; group++) {
		layout->size[group] = groups & 1 << group ? record_size(group, shorts) : 0;
		layout->stride += layout->size[group];
	}
}

void skstat_layout_init(struct skstat_layout *layout, enum skstat_kind kind, u32 groups)
{
	*layout = (struct skstat_layout) { .kind = kind, .groups = groups & record_groups(kind) };
	skstat_layout_shorten(layout, SKSTAT_KINDS_LAST & (1 << kind) ? SKSTAT_SHORT_BRIEF : 0);
}

void skstat_record_fill(void *at, const struct skstat_layout *layout, const struct skstat_source *src)
{
	record_fill(at, layout->groups, layout->shorts, src);
}

void skstat_record_fill_exact(void *at, const struct skstat_layout *layout, const struct skstat_source *src)
{
	bool slow;

	slow = lock_sock_fast(src->sk);
	rcu_read_lock();
	skstat_record_fill(at, layout, src);
	rcu_read_unlock();
	unlock_sock_fast(src->sk, slow);
}
