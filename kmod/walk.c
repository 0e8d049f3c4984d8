// SPDX-License-Identifier: GPL-2.0
#include <linux/sock_diag.h>

#include "walk_look.h"

/*
 * One section of RCU: so many buckets, or a chain more than so many sockets. And sections of one step, which the caller's
 * preemption point may be kept waiting for. A near step is one section, of so many buckets and sockets together.
 */
#define WALK_BUCKETS  1024
#define WALK_SOCKETS  2048
#define WALK_SECTIONS 4
#define WALK_NEAR     2048

enum chain_end {
	CHAIN_DONE, /* the chain's sockets are in walk->held and in the tallies */
	CHAIN_LEFT, /* nothing of it is: there was no room for all of it */
	CHAIN_PART, /* it is longer than all the room there was: a part of it is in walk->held */
	CHAIN_CHANGED, /* nothing of it is: it changed underfoot */
};

static u32 table_buckets(const struct table *table)
{
	return table->listen ? skstat_listen_buckets(table->hashinfo) : table->hashinfo->ehash_mask + 1;
}

static struct hlist_nulls_head *table_chain(const struct table *table, u32 bucket)
{
	return table->listen ? skstat_listen_chain(table->hashinfo, bucket) : &table->hashinfo->ehash[bucket].chain;
}

/* The value at a chain's end, by which a walker knows that it was not carried off into another one. */
static unsigned long table_nulls(const struct table *table, u32 bucket)
{
	return table->listen ? bucket + LISTENING_NULLS_BASE : bucket;
}

u64 skstat_walk_cookie_make(struct sock *sk)
{
	u32 cookie[2];

	sock_diag_save_cookie(sk, cookie);
	return (u64)cookie[1] << 32 | cookie[0];
}

u64 skstat_walk_cookie_near(struct sock *sk)
{
	u64 cookie;

	if (!refcount_inc_not_zero(&sk->sk_refcnt))
		return 0;
	cookie = skstat_walk_cookie_make(sk);
	sock_gen_put(sk);
	return cookie;
}

static void held_sift_down(struct skstat_walk *walk, u32 i)
{
	for (;;) {
		u32 child = 2 * i + 1;

		if (child >= walk->nr_held)
			return;
		if (child + 1 < walk->nr_held && skstat_walk_cookie(&walk->held[child + 1]) > skstat_walk_cookie(&walk->held[child]))
			child++;
		if (skstat_walk_cookie(&walk->held[i]) >= skstat_walk_cookie(&walk->held[child]))
			return;
		swap(walk->held[i], walk->held[child]);
		i = child;
	}
}

/* walk->held as a heap with the highest cookie at its top. */
static void held_heapify(struct skstat_walk *walk)
{
	u32 i;

	for (i = walk->nr_held / 2; i-- > 0;)
		held_sift_down(walk, i);
}

/* The one with the highest cookie has to go. */
static noinline void held_squeeze(struct skstat_walk *walk, struct skstat_held held)
{
	if (skstat_walk_cookie(&held) < skstat_walk_cookie(&walk->held[0])) {
		swap(held, walk->held[0]);
		held_sift_down(walk, 0);
	}
	sock_gen_put(held.sk);
}

static void walk_let_go(struct skstat_walk *walk, u32 from)
{
	const struct skstat_held *held = walk->held + walk->nr_held;

	/* mostly there is nobody to let go of */
	if (!walk->near || walk->kinds_held & ~(1 << SKSTAT_KIND_FULL))
		while (held-- > walk->held + from)
			if (!walk->near || held->kind != SKSTAT_KIND_FULL)
				sock_gen_put(held->sk);
	walk->nr_held = from;
}

void skstat_walk_release(struct skstat_walk *walk)
{
	walk_let_go(walk, 0);
}

/*
 * One pass over the chain of walk->bucket. Of one that is longer than all the room (none is held before it, and it may be
 * split), those with the lowest cookies are kept. Adds to *looked the sockets that it has.
 */
static __always_inline enum chain_end walk_chain_pass(struct skstat_walk *walk, struct look *look, bool plain,
						      const struct hlist_nulls_head *chain, u32 bucket, u32 room,
						      bool split, u32 *looked)
{
	const u32 from = walk->nr_held;
	enum chain_end end = CHAIN_DONE;
	const struct hlist_nulls_node *node;
	struct sock *sk;

	sk_nulls_for_each_rcu(sk, node, chain) {
		struct skstat_held held;
		enum verdict verdict = walk_look(walk, look, plain, bucket, sk, &held);

		++*looked;
		if (verdict == SOCK_PASSED)
			continue;
		if (unlikely(verdict == SOCK_CHANGED))
			return CHAIN_CHANGED;
		walk->kinds_held |= 1 << held.kind;
		if (likely(walk->nr_held < room)) {
			walk->held[walk->nr_held++] = held;
			continue;
		}
		if (from || !split) {
			sock_gen_put(sk);
			return CHAIN_LEFT;
		}
		if (end == CHAIN_DONE)
			held_heapify(walk);
		held_squeeze(walk, held);
		end = CHAIN_PART;
	}
	return get_nulls_value(node) == table_nulls(&look->table, bucket) ? end : CHAIN_CHANGED;
}

/*
 * Buckets in one section of RCU, up to `end`. CHAIN_DONE: go on behind it. Otherwise what became of the chain of
 * walk->bucket; CHAIN_LEFT: there is no room.
 */
static __always_inline enum chain_end walk_section(struct skstat_walk *walk, struct look *look, bool plain, u32 end,
						   u32 room, bool split)
{
	const struct hlist_nulls_head *chain;
	enum chain_end chain_end = CHAIN_DONE;
	u32 bucket, from, looked = 0;

	for (bucket = walk->bucket; bucket < end && looked < WALK_SOCKETS; bucket++) {
		chain = table_chain(&look->table, bucket);
		if (hlist_nulls_empty(chain))
			continue;
		from = walk->nr_held;
		if (from == room) {
			chain_end = CHAIN_LEFT;
			break;
		}
		chain_end = walk_chain_pass(walk, look, plain, chain, bucket, room, split, &looked);
		if (unlikely(chain_end == CHAIN_LEFT || chain_end == CHAIN_CHANGED)) {
			walk_let_go(walk, from);
			skstat_tally_forget(&walk->tally);
			break;
		}
		skstat_tally_commit(&walk->tally);
		if (unlikely(chain_end == CHAIN_PART)) {
			walk->after = skstat_walk_cookie(&walk->held[0]);
			break;
		}
		if (!plain && walk->after) {
			/* what was begun before is done, and what follows may be plain */
			walk->after = 0;
			bucket++;
			break;
		}
	}
	walk->bucket = bucket;
	return chain_end;
}

/* Through a table. False: the step ends within it. */
static bool walk_through(struct skstat_walk *walk, const struct table *table, u32 room, bool split, u32 *sections)
{
	const u32 buckets = table_buckets(table);
	enum chain_end end;
	struct look look;
	u32 until;

	while (walk->bucket < buckets) {
		if (!*sections)
			return false;
		look = walk_look_begin(walk, table);
		until = min(walk->bucket + WALK_BUCKETS, buckets);
		rcu_read_lock();
		end = look.plain ? walk_section(walk, &look, true, until, room, split) :
				   walk_section(walk, &look, false, until, room, split);
		rcu_read_unlock();
		if (end == CHAIN_CHANGED) {
			walk->restarts++;
			cond_resched();
			continue;
		}
		if (end != CHAIN_DONE) {
			walk->stuck = end == CHAIN_LEFT;
			return false;
		}
		--*sections;
	}
	return true;
}

/* One pass over a chain that has sockets, in a near step. *next goes on in walk->held, *end comes nearer. */
static __always_inline enum chain_end walk_chain_near(struct skstat_walk *walk, const struct table *table,
						      struct near *near, bool delta, u32 bucket,
						      const struct hlist_nulls_node *node, struct skstat_held **next,
						      const struct skstat_held *last, s64 *end)
{
	do {
		struct sock *sk = hlist_nulls_entry(node, struct sock, sk_nulls_node);
		enum verdict verdict;

		--*end;
		if (unlikely(*next == last))
			return CHAIN_LEFT;
		verdict = walk_look_near(walk, table, near, delta, bucket, sk, *next);
		if (verdict == SOCK_HELD)
			++*next;
		else if (unlikely(verdict == SOCK_CHANGED))
			return CHAIN_CHANGED;
		node = rcu_dereference_raw(hlist_nulls_next_rcu(node));
	} while (!is_a_nulls(node));
	return likely(get_nulls_value(node) == bucket) ? CHAIN_DONE : CHAIN_CHANGED;
}

/* The buckets of a near step. walk->held is empty. Inlined with `delta` known. */
static __always_inline enum chain_end walk_section_near(struct skstat_walk *walk, const struct table *table, u32 room,
							bool delta)
{
	const struct inet_ehash_bucket *chains = table->hashinfo->ehash;
	const struct skstat_filter *filter = &walk->filter;
	struct skstat_held *from, *next = walk->held, *const last = walk->held + room;
	u32 bucket = walk->bucket;
	s64 end = min(bucket + WALK_NEAR, table_buckets(table)); /* below zero: a long chain of a small table */
	enum chain_end chain_end = CHAIN_DONE;
	const struct hlist_nulls_node *node;
	struct near near = {
		.net = (void *)walk, /* no namespace: not even a pointer that was zeroed is this */
		.since = walk->since, .mask = table->hashinfo->ehash_mask,
		.full = filter->kinds & (1 << SKSTAT_KIND_FULL) ? filter->states & SKSTAT_WALK_FULL : 0,
	};

	for (; bucket < end; bucket++) {
		node = rcu_dereference_raw(hlist_nulls_first_rcu(&chains[bucket].chain));
		if (is_a_nulls(node))
			continue;
		from = next;
		near.passed = false;
		chain_end = walk_chain_near(walk, table, &near, delta, bucket, node, &next, last, &end);
		if (unlikely(chain_end != CHAIN_DONE))
			break;
		if (near.passed)
			skstat_tally_commit(&walk->tally);
	}
	walk->bucket = bucket;
	walk->nr_held = next - walk->held;
	walk->kinds_held |= walk->nr_held ? 1 << SKSTAT_KIND_FULL : 0;
	if (chain_end != CHAIN_DONE) {
		walk_let_go(walk, from - walk->held);
		skstat_tally_forget(&walk->tally);
	}
	return chain_end;
}

static noinline enum chain_end walk_section_all(struct skstat_walk *walk, const struct table *table, u32 room)
{
	return walk_section_near(walk, table, room, false);
}

static noinline enum chain_end walk_section_delta(struct skstat_walk *walk, const struct table *table, u32 room)
{
	return walk_section_near(walk, table, room, true);
}

/* The table that the walk is in; false: there is none left. */
static bool walk_table(struct skstat_walk *walk, struct table *table)
{
	struct skstat_namespace *ns;

	table->listen = walk->stage == SKSTAT_WALK_LISTEN;
	if (walk->stage != SKSTAT_WALK_PRIVATE) {
		table->hashinfo = skstat_hashinfo(&init_net);
		return true;
	}
	for (ns = skstat_netns_from(walk->netns); ns; ns = skstat_netns_next(ns)) {
		table->hashinfo = skstat_hashinfo(ns->net);
		if (!skstat_hashinfo_is_private(table->hashinfo))
			continue;
		/* The one that we were in may be gone. */
		if (ns->id != walk->netns) {
			walk->netns = ns->id;
			walk->bucket = 0;
			walk->after = 0;
		}
		return true;
	}
	return false;
}

static void walk_next_table(struct skstat_walk *walk)
{
	walk->bucket = 0;
	walk->after = 0;
	if (walk->stage == SKSTAT_WALK_PRIVATE)
		walk->netns++;
	else
		walk->stage++;
}

void skstat_walk_step(struct skstat_walk *walk, u32 room, bool split)
{
	u32 sections = WALK_SECTIONS;
	struct table table;

	walk->near = false;
	walk->stuck = false;
	walk->kinds_held = 0;
	for (;;) {
		if (!walk_table(walk, &table)) {
			walk->stage = SKSTAT_WALK_END;
			break;
		}
		if (!walk_through(walk, &table, room, split, &sections))
			break;
		walk_next_table(walk);
	}
	walk->too_long = false;
	skstat_tally_settle(&walk->tally);
	walk->tally.visited += walk->nr_held;
}

void skstat_walk_step_near(struct skstat_walk *walk, u32 room, bool split)
{
	enum chain_end end;
	struct table table;

	walk->near = true;
	walk->stuck = false;
	walk->kinds_held = 0;
	if (!walk_table(walk, &table)) {
		walk->stage = SKSTAT_WALK_END;
		return;
	}
	end = walk->since ? walk_section_delta(walk, &table, room) : walk_section_all(walk, &table, room);
	if (end == CHAIN_CHANGED) {
		walk->restarts++;
	} else if (end == CHAIN_LEFT) {
		walk->too_long = split && !walk->nr_held;
		walk->stuck = !walk->too_long;
	} else if (walk->bucket >= table_buckets(&table)) {
		walk_next_table(walk);
	}
	skstat_tally_settle(&walk->tally);
	walk->tally.visited += walk->nr_held;
}
