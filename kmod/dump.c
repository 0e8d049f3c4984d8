// SPDX-License-Identifier: GPL-2.0
/*
 * SOCK: a dump is the walk, batch by batch, then the census, then the totals.
 */
#include <linux/mm.h>
#include <linux/sched/signal.h>

#include "compat/compat.h"
#include "netlink.h"
#include "netns.h"
#include "run.h"
#include "walk.h"

/*
 * A socket's clock is read when a segment begins to be processed, its counters are written later. A token this much
 * older than the dump makes sure that the next one still sees what was half done in this one.
 */
#define TOKEN_SLACK_US 2000

/* Steps of the walk before a batch that has found nothing goes out empty. */
#define BATCH_STEPS 32

enum dump_stage { DUMP_WALK, DUMP_CENSUS, DUMP_TOTALS, DUMP_END };

struct dump {
	enum dump_stage stage;
	bool exact, partial;
	u64 token;	 /* in microseconds, of the clock of tcp_mstamp */
	u64 ns;		 /* spent */
	u64 max_sockets, max_ns;
	unsigned long census_id;
	u32 max_stride;	 /* of all kinds of sockets */
	struct skstat_layout layout[SKSTAT_KIND_NETNS + 1];
	struct skstat_walk walk;
};

struct dump_context {
	struct dump *dump;
};

static struct dump_context *dump_context(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct dump_context) > sizeof(cb->ctx));
	return (void *)cb->ctx;
}

static u64 dump_clock_us(void)
{
	return div_u64(tcp_clock_ns(), NSEC_PER_USEC);
}

static int dump_parse(struct dump *dump, struct netlink_callback *cb)
{
	struct nlattr **attrs = skstat_dump_attrs(cb);
	u32 groups = attrs[SKSTAT_SOCK_GROUPS] ? nla_get_u32(attrs[SKSTAT_SOCK_GROUPS]) : ~0U;
	enum skstat_kind kind;
	bool brief;

	if (attrs[SKSTAT_SOCK_ACTIVE_SINCE]) {
		dump->walk.since = nla_get_u64(attrs[SKSTAT_SOCK_ACTIVE_SINCE]);
		if (dump->walk.since > dump->token) {
			NL_SET_ERR_MSG_ATTR(cb->extack, attrs[SKSTAT_SOCK_ACTIVE_SINCE],
					    "skstat: active-since is not a token that a dump of this boot gave");
			return -EINVAL;
		}
	}
	dump->exact = nla_get_flag(attrs[SKSTAT_SOCK_EXACT]);
	dump->max_sockets = attrs[SKSTAT_SOCK_MAX_SOCKETS] ? nla_get_u32(attrs[SKSTAT_SOCK_MAX_SOCKETS]) : U64_MAX;
	dump->max_ns = attrs[SKSTAT_SOCK_MAX_NS] ? nla_get_u64(attrs[SKSTAT_SOCK_MAX_NS]) : U64_MAX;

	brief = nla_get_flag(attrs[SKSTAT_SOCK_BRIEF]);
	groups |= 1 << SKSTAT_GROUP_IDENTITY;
	for (kind = SKSTAT_KIND_FULL; kind <= SKSTAT_KIND_NETNS; kind++) {
		skstat_layout_init(&dump->layout[kind], kind,
				   kind == SKSTAT_KIND_NETNS ? 1 << SKSTAT_GROUP_NETNS : groups);
		if (brief)
			skstat_layout_shorten(&dump->layout[kind]);
		if (kind != SKSTAT_KIND_NETNS)
			dump->max_stride = max_t(u32, dump->max_stride, dump->layout[kind].stride);
	}
	return skstat_filter_parse(&dump->walk.filter, cb->nlh, attrs, cb->extack);
}

static void dump_free(struct dump *dump)
{
	skstat_census_free(&dump->walk.census);
	kvfree(dump);
}

/* The first batch: there is no extack before it on every kernel. */
static int dump_begin(struct netlink_callback *cb)
{
	struct dump *dump;
	int err;

	err = skstat_netlink_admit(cb->skb, cb->nlh, cb->extack);
	if (err)
		return err;
	dump = kvzalloc(sizeof(*dump), GFP_KERNEL);
	if (!dump)
		return -ENOMEM;
	skstat_census_init(&dump->walk.census);
	dump->token = dump_clock_us() - TOKEN_SLACK_US;
	err = dump_parse(dump, cb);
	if (err) {
		dump_free(dump);
		return err;
	}
	dump_context(cb)->dump = dump;
	return 0;
}

typedef void (*dump_fill_fn)(void *at, const struct skstat_layout *layout, const struct skstat_source *src);

/* Inlined with its function known: no indirect call for each record. Returns how many records it wrote. */
static __always_inline u32 dump_fill_kind(struct skstat_walk *walk, void *at, const struct skstat_layout *layout,
					  dump_fill_fn fill)
{
	struct skstat_held *held;
	u32 count = 0;

	for (held = walk->held; held < walk->held + walk->nr_held; held++) {
		const struct skstat_source src = {
			.sk = held->sk, .count = held->count, .cookie = skstat_walk_cookie(held),
			.netns = held->count->id, .kind = held->kind, .state = held->state,
		};

		if (held->kind != layout->kind)
			continue;
		fill(at, layout, &src);
		if (!skstat_walk_lasts(held)) {
			skstat_walk_disown(walk, held);
			continue;
		}
		at += layout->stride;
		count++;
	}
	return count;
}

/* The held sockets of one kind as one run. */
static bool dump_put_kind(struct dump *dump, struct sk_buff *skb, enum skstat_kind kind)
{
	const struct skstat_layout *layout = &dump->layout[kind];
	struct skstat_walk *walk = &dump->walk;
	struct skstat_run *run;
	u32 count = 0, i;
	void *at;

	for (i = 0; i < walk->nr_held; i++)
		count += walk->held[i].kind == kind;
	if (!count)
		return true;
	run = skstat_run_put(skb, SKSTAT_SOCK_RUN, SKSTAT_SOCK_PAD, layout, count);
	if (!run)
		return false;
	at = skstat_run_records(run);
	if (dump->exact && kind == SKSTAT_KIND_FULL) {
		count = dump_fill_kind(walk, at, layout, skstat_record_fill_exact);
	} else {
		rcu_read_lock();
		count = dump_fill_kind(walk, at, layout, skstat_record_fill);
		rcu_read_unlock();
	}
	while (run->count > count)
		skstat_run_retract(skb, run);
	return true;
}

static bool dump_spent(const struct dump *dump, u64 began)
{
	return dump->walk.tally.visited >= dump->max_sockets ||
	       dump->ns + (ktime_get_ns() - began) >= dump->max_ns;
}

/* Fills the skb with runs of sockets. 0, or -EMSGSIZE when room was reckoned wrong. */
static int dump_walk(struct dump *dump, struct sk_buff *skb, u64 began)
{
	const u32 kinds = SKSTAT_KIND_NETNS - SKSTAT_KIND_FULL;
	struct skstat_walk *walk = &dump->walk;
	enum skstat_kind kind;
	int steps, err = 0;
	u32 room;

	for (steps = 0; steps < BATCH_STEPS && !err; steps++) {
		room = min_t(u32, skstat_run_room(skb, kinds, dump->max_stride), SKSTAT_WALK_HELD);
		if (!room)
			return 0;
		skstat_walk_step(walk, room);
		for (kind = SKSTAT_KIND_FULL; kind < SKSTAT_KIND_NETNS && !err; kind++)
			if (!dump_put_kind(dump, skb, kind))
				err = -EMSGSIZE;
		skstat_walk_release(walk);

		if (walk->stage == SKSTAT_WALK_END) {
			dump->stage = DUMP_CENSUS;
			return err;
		}
		if (dump_spent(dump, began)) {
			dump->partial = true;
			dump->stage = DUMP_CENSUS;
			return err;
		}
		cond_resched();
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return err;
}

static void dump_census(struct dump *dump, struct sk_buff *skb)
{
	const struct skstat_layout *layout = &dump->layout[SKSTAT_KIND_NETNS];
	struct skstat_census *census = &dump->walk.census;
	u32 room = skstat_run_room(skb, 1, layout->stride);
	struct skstat_source src = { .kind = SKSTAT_KIND_NETNS };
	unsigned long id = dump->census_id;
	struct skstat_run *run;
	u32 count = 0;
	void *at;

	while (count < room && skstat_census_next(census, &id)) {
		count++;
		id++;
	}
	if (!count && room)
		dump->stage = DUMP_TOTALS;
	run = count ? skstat_run_put(skb, SKSTAT_SOCK_RUN, SKSTAT_SOCK_PAD, layout, count) : NULL;
	if (!run)
		return;
	for (at = skstat_run_records(run); count; count--, dump->census_id++, at += layout->stride) {
		src.count = skstat_census_next(census, &dump->census_id);
		skstat_record_fill(at, layout, &src);
	}
}

static int dump_totals(struct dump *dump, struct sk_buff *skb)
{
	const struct skstat_walk *walk = &dump->walk;
	struct nlattr *nest = nla_nest_start(skb, SKSTAT_SOCK_TOTALS);
	const struct {
		int type;
		u64 value;
	} totals[] = {
		{ SKSTAT_TOTALS_VISITED, walk->tally.visited },
		{ SKSTAT_TOTALS_EMITTED, walk->tally.emitted },
		{ SKSTAT_TOTALS_FILTERED, walk->tally.not_emitted[SKSTAT_FILTERED] },
		{ SKSTAT_TOTALS_IDLE, walk->tally.not_emitted[SKSTAT_IDLE] },
		{ SKSTAT_TOTALS_GONE, walk->tally.not_emitted[SKSTAT_GONE] },
		{ SKSTAT_TOTALS_RESTARTS, walk->restarts },
		{ SKSTAT_TOTALS_NS, dump->ns },
		{ SKSTAT_TOTALS_TOKEN, dump->token },
		{ SKSTAT_TOTALS_INSTANCE, skstat_netlink_instance() },
	};
	u32 i;

	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < ARRAY_SIZE(totals); i++)
		if (nla_put_u64_64bit(skb, totals[i].type, totals[i].value, SKSTAT_TOTALS_PAD))
			return -EMSGSIZE;
	if (dump->partial && nla_put_flag(skb, SKSTAT_TOTALS_PARTIAL))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	skstat_info_account(walk->tally.visited, dump->ns);
	dump->stage = DUMP_END;
	return 0;
}

/* One batch under the lock that keeps namespaces alive. */
static int dump_walk_locked(struct dump *dump, struct sk_buff *skb, u64 began)
{
	int err;

	skstat_netns_lock();
	err = skstat_census_refresh(&dump->walk.census, &dump->walk.filter);
	if (!err)
		err = dump_walk(dump, skb, began);
	skstat_netns_unlock();
	return err;
}

int skstat_sock_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	u64 began = ktime_get_ns();
	struct dump *dump;
	void *head;
	int err = 0;

	if (!dump_context(cb)->dump) {
		err = dump_begin(cb);
		if (err)
			return err;
	}
	dump = dump_context(cb)->dump;
	if (dump->stage == DUMP_END)
		return 0;

	head = skstat_netlink_put(skb, cb, SKSTAT_CMD_SOCK);
	if (!head)
		return -EMSGSIZE;
	if (dump->stage == DUMP_WALK) {
		err = dump_walk_locked(dump, skb, began);
		dump->ns += ktime_get_ns() - began;
	} else if (dump->stage == DUMP_CENSUS) {
		dump_census(dump, skb);
	} else {
		err = dump_totals(dump, skb);
	}
	if (err) {
		genlmsg_cancel(skb, head);
		return err;
	}
	genlmsg_end(skb, head);
	return skb->len;
}

int skstat_sock_done(struct netlink_callback *cb)
{
	struct dump *dump = dump_context(cb)->dump;

	if (dump)
		dump_free(dump);
	return 0;
}
