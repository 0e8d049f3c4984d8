// SPDX-License-Identifier: GPL-2.0
/*
 * SOCK: a dump is the walk, batch by batch, then the census, then the totals.
 */
#include <linux/mm.h>
#include <linux/sched/signal.h>

#include "compat/compat.h"
#include "emit.h"
#include "moment.h"
#include "netlink.h"
#include "netns.h"
#include "room.h"
#include "walk.h"

/*
 * A socket's clock is read when a segment begins to be processed, its counters are written later. A token this much
 * older than the dump makes sure that the next one still sees what was half done in this one.
 */
#define TOKEN_SLACK_US 2000

/* Steps of the walk before a batch, or a piece of it, that has found little goes out with that. */
#define BATCH_STEPS 32

enum dump_stage { DUMP_WALK, DUMP_CENSUS, DUMP_TOTALS, DUMP_END };

struct dump {
	enum dump_stage stage;
	bool partial;
	u64 token;	 /* in microseconds, of the clock of tcp_mstamp */
	u64 ns;		 /* spent */
	u64 max_sockets, max_ns;
	unsigned long census_id;
	struct skstat_emit emit;
	struct skstat_room room;
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

static int dump_parse(struct dump *dump, const struct sock *reader, struct netlink_callback *cb)
{
	struct nlattr **attrs = skstat_dump_attrs(cb);
	u32 groups = attrs[SKSTAT_SOCK_GROUPS] ? nla_get_u32(attrs[SKSTAT_SOCK_GROUPS]) : ~0U;

	if (attrs[SKSTAT_SOCK_ACTIVE_SINCE]) {
		dump->walk.since = nla_get_u64(attrs[SKSTAT_SOCK_ACTIVE_SINCE]);
		if (dump->walk.since > dump->token) {
			NL_SET_ERR_MSG_ATTR(cb->extack, attrs[SKSTAT_SOCK_ACTIVE_SINCE],
					    "skstat: active-since is not a token that a dump of this boot gave");
			return -EINVAL;
		}
	}
	dump->max_sockets = attrs[SKSTAT_SOCK_MAX_SOCKETS] ? nla_get_u32(attrs[SKSTAT_SOCK_MAX_SOCKETS]) : U64_MAX;
	dump->max_ns = attrs[SKSTAT_SOCK_MAX_NS] ? nla_get_u64(attrs[SKSTAT_SOCK_MAX_NS]) : U64_MAX;

	/* with `exact` a batch waits for the owners of its sockets, and others for the batch: it stays small */
	if (attrs[SKSTAT_SOCK_ROOM] && !nla_get_flag(attrs[SKSTAT_SOCK_EXACT]))
		skstat_room_init(&dump->room, reader, nla_get_u32(attrs[SKSTAT_SOCK_ROOM]));
	dump->walk.exact = nla_get_flag(attrs[SKSTAT_SOCK_EXACT]);
	skstat_emit_init(&dump->emit, groups, nla_get_flag(attrs[SKSTAT_SOCK_BRIEF]),
			 nla_get_flag(attrs[SKSTAT_SOCK_EXACT]));
	return skstat_filter_parse(&dump->walk.filter, cb->nlh, attrs, cb->extack);
}

static void dump_free(struct dump *dump)
{
	skstat_census_free(&dump->walk.census);
	skstat_room_free(&dump->room);
	kvfree(dump);
}

/* The first batch: there is no extack before it on every kernel. */
static int dump_begin(const struct sock *reader, struct netlink_callback *cb)
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
	skstat_moment_walk();
	dump->token = dump_clock_us() - TOKEN_SLACK_US;
	err = dump_parse(dump, reader, cb);
	if (err) {
		dump_free(dump);
		return err;
	}
	dump_context(cb)->dump = dump;
	return 0;
}

static bool dump_spent(const struct dump *dump, u64 began)
{
	return dump->walk.tally.visited >= dump->max_sockets ||
	       (dump->max_ns != U64_MAX && dump->ns + (ktime_get_ns() - began) >= dump->max_ns);
}

/* A step of the walk, and the records of what it holds. */
static int dump_step(struct dump *dump, u32 room, bool split)
{
	struct skstat_walk *walk = &dump->walk;
	int err;

	if (!skstat_walk_is_near(walk)) {
		skstat_walk_step(walk, room, split);
		return skstat_emit(&dump->emit, walk, &dump->room);
	}
	rcu_read_lock();
	skstat_walk_step_near(walk, room, split);
	err = skstat_emit(&dump->emit, walk, &dump->room);
	rcu_read_unlock();
	return err;
}

/*
 * Fills the skb, or a piece, with runs of sockets. 1: it is full; 0: the batch is at its end; or -EMSGSIZE when room was
 * reckoned wrong.
 */
static int dump_fill(struct dump *dump, u64 began)
{
	struct skstat_walk *walk = &dump->walk;
	bool put = false;
	int steps, err;
	u32 room, held;

	for (steps = 0; steps < BATCH_STEPS; steps++) {
		room = skstat_emit_room(&dump->emit, &dump->room);
		if (!room)
			return 1;
		/* A chain that is too long for what is left waits for the next one; it is split if that is too short, too. */
		err = dump_step(dump, room, !put);
		held = walk->nr_held;
		put |= held;
		skstat_walk_release(walk);
		if (err)
			return err;

		if (walk->stage == SKSTAT_WALK_END) {
			dump->stage = DUMP_CENSUS;
			return 0;
		}
		if (dump_spent(dump, began)) {
			dump->partial = true;
			dump->stage = DUMP_CENSUS;
			return 0;
		}
		/* records may have been shorter than what they had room for */
		if (walk->stuck && !held)
			return 1;
		cond_resched();
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return 0;
}

static int dump_walk(struct dump *dump, struct sk_buff *skb, u64 began)
{
	int full;

	skstat_room_begin(&dump->room, skb);
	do {
		full = dump_fill(dump, began);
	} while (full > 0 && skstat_room_next(&dump->room));
	return min(full, 0);
}

static void dump_census(struct dump *dump, struct sk_buff *skb)
{
	const struct skstat_layout *layout = &dump->emit.layout[SKSTAT_KIND_NETNS];
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
	bool walked;
	int err = 0;

	if (!dump_context(cb)->dump) {
		err = dump_begin(skb->sk, cb);
		if (err)
			return err;
	}
	dump = dump_context(cb)->dump;
	if (dump->stage == DUMP_END)
		return 0;

	head = skstat_netlink_put(skb, cb, SKSTAT_CMD_SOCK);
	if (!head)
		return -EMSGSIZE;
	walked = dump->stage == DUMP_WALK;
	if (walked) {
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
	if (walked)
		skstat_room_end(&dump->room, head);
	return skb->len;
}

int skstat_sock_done(struct netlink_callback *cb)
{
	struct dump *dump = dump_context(cb)->dump;

	if (dump)
		dump_free(dump);
	return 0;
}
