// SPDX-License-Identifier: GPL-2.0
#include <linux/sock_diag.h>

#include "compat/compat.h"
#include "netns.h"
#include "walk.h"

/* Buckets of one step: what a preemption point may be kept waiting for when most are empty. */
#define WALK_BUCKETS 4096

struct table {
	struct inet_hashinfo *hashinfo;
	bool listen;
};

enum chain_end {
	CHAIN_DONE, /* the chain's sockets are in walk->held and in the tallies */
	CHAIN_LEFT, /* nothing of it is: there was no room for all of it */
	CHAIN_PART, /* it is longer than all the room there was: a part of it is in walk->held */
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

u64 skstat_walk_cookie(struct skstat_held *held)
{
	u32 cookie[2];

	if (!held->cookie) {
		sock_diag_save_cookie(held->sk, cookie);
		held->cookie = (u64)cookie[1] << 32 | cookie[0];
	}
	return held->cookie;
}

static void walk_pass_by(struct skstat_walk *walk, enum skstat_why_not why_not, struct skstat_count *count, u8 state)
{
	/*
	 * The later parts of a long chain pass over all of it again: count in the first. A socket that comes to be
	 * wanted between two parts, or ceases to be, may so be counted twice or not at all; what is emitted is not
	 * touched by that.
	 */
	if (!walk->after)
		skstat_tally_add(&walk->tally, why_not, count, state);
}

static struct skstat_count *walk_count(struct skstat_walk *walk, const struct net *net)
{
	if (net != walk->last_net) {
		walk->last_net = net;
		walk->last_count = skstat_census_find(&walk->census, net);
	}
	return walk->last_count;
}

/*
 * What a socket is, without a reference: all three kinds begin with a struct sock_common, and are of slabs that give
 * their memory to no other kind while RCU is held. Substates are inet_diag's. False: nothing that has a place here.
 */
static bool sock_classify(const struct sock *sk, u8 *kind, u8 *state)
{
	*state = READ_ONCE(sk->sk_state);
	switch (*state) {
	case TCP_TIME_WAIT:
		*kind = SKSTAT_KIND_TIMEWAIT;
		*state = READ_ONCE(inet_twsk(sk)->tw_substate);
		break;
	case TCP_NEW_SYN_RECV:
		*kind = SKSTAT_KIND_REQUEST;
		*state = TCP_SYN_RECV;
		break;
	case TCP_LISTEN:
		*kind = SKSTAT_KIND_LISTEN;
		break;
	case TCP_CLOSE:
		return false;
	default:
		*kind = SKSTAT_KIND_FULL;
		break;
	}
	return *state < TCP_MAX_STATES;
}

/*
 * Nothing sent or received since, nothing in flight, nothing to send, nothing to read. Without a reference: what it
 * reads is within the socket.
 */
static bool sock_is_idle(const struct sock *sk, u64 since)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	return READ_ONCE(tp->tcp_mstamp) < since && !READ_ONCE(tp->packets_out) &&
	       READ_ONCE(tp->write_seq) == READ_ONCE(tp->snd_nxt) &&
	       READ_ONCE(tp->rcv_nxt) == READ_ONCE(tp->copied_seq);
}

/* Whether a socket is wanted; if not, why. Without a reference. */
static bool walk_wants(struct skstat_walk *walk, const struct skstat_held *held, enum skstat_why_not *why_not)
{
	const struct skstat_filter *filter = &walk->filter;

	*why_not = SKSTAT_FILTERED;
	if (!held->count->wanted || !(filter->states & (1 << held->state)) || !(filter->kinds & (1 << held->kind)))
		return false;
	if (filter->common && !skstat_filter_common(filter, held->sk))
		return false;
	*why_not = SKSTAT_IDLE;
	return !walk->since || !(held->kind == SKSTAT_KIND_TIMEWAIT ||
				 (held->kind == SKSTAT_KIND_FULL && sock_is_idle(held->sk, walk->since)));
}

/* With a reference: is this what was looked at before there was one? Its memory may have become another socket. */
static bool sock_is_same(const struct skstat_held *held, const struct table *table, u32 bucket)
{
	const struct sock *sk = held->sk;

	if (sock_net(sk) != held->count->net)
		return false;
	return table->listen ? sk->sk_state == TCP_LISTEN : (sk->sk_hash & table->hashinfo->ehash_mask) == bucket;
}

bool skstat_walk_lasts(const struct skstat_held *held)
{
	u8 state;

	if (held->kind != SKSTAT_KIND_FULL)
		return true;
	/* pairs with tcp_set_state() before tcp_disconnect() zeroes: whoever has read a zero reads the state, too */
	smp_rmb();
	state = READ_ONCE(held->sk->sk_state);
	return state != TCP_CLOSE && state != TCP_LISTEN && (state != TCP_SYN_SENT || held->state == TCP_SYN_SENT) &&
	       READ_ONCE(held->sk->sk_hash) == held->hash;
}

void skstat_walk_disown(struct skstat_walk *walk, struct skstat_held *held)
{
	held->count->by_state[held->state]--;
	walk->tally.emitted--;
	walk->tally.not_emitted[SKSTAT_GONE]++;
}

static void held_sift_down(struct skstat_walk *walk, u32 i)
{
	for (;;) {
		u32 child = 2 * i + 1;

		if (child >= walk->nr_held)
			return;
		if (child + 1 < walk->nr_held && walk->held[child + 1].cookie > walk->held[child].cookie)
			child++;
		if (walk->held[i].cookie >= walk->held[child].cookie)
			return;
		swap(walk->held[i], walk->held[child]);
		i = child;
	}
}

/* walk->held as a heap with the highest cookie at its top. */
static void held_heapify(struct skstat_walk *walk)
{
	u32 i;

	for (i = 0; i < walk->nr_held; i++)
		skstat_walk_cookie(&walk->held[i]);
	for (i = walk->nr_held / 2; i-- > 0;)
		held_sift_down(walk, i);
}

static void walk_let_go(struct skstat_walk *walk, u32 from)
{
	while (walk->nr_held > from)
		sock_gen_put(walk->held[--walk->nr_held].sk);
}

void skstat_walk_release(struct skstat_walk *walk)
{
	walk_let_go(walk, 0);
}

/* The sockets from `from` on are going to be emitted. */
static void walk_held_commit(struct skstat_walk *walk, u32 from)
{
	u32 i;

	for (i = from; i < walk->nr_held; i++)
		walk->held[i].count->by_state[walk->held[i].state]++;
	walk->tally.visited += walk->nr_held - from;
	walk->tally.emitted += walk->nr_held - from;
}

enum verdict { SOCK_PASSED, SOCK_HELD, SOCK_CHANGED };

/* Looks at one socket; SOCK_HELD: `held` is complete and has a reference. Under RCU. */
static enum verdict walk_look(struct skstat_walk *walk, const struct table *table, struct skstat_held *held)
{
	struct sock *sk = held->sk;
	enum skstat_why_not why_not;

	held->count = walk_count(walk, sock_net(sk));
	if (!held->count || !sock_classify(sk, &held->kind, &held->state)) {
		walk_pass_by(walk, SKSTAT_GONE, NULL, 0);
		return SOCK_PASSED;
	}
	if (!walk_wants(walk, held, &why_not)) {
		walk_pass_by(walk, why_not, held->count, held->state);
		return SOCK_PASSED;
	}
	if (!refcount_inc_not_zero(&sk->sk_refcnt)) {
		walk_pass_by(walk, SKSTAT_GONE, NULL, 0);
		return SOCK_PASSED;
	}
	if (!sock_is_same(held, table, walk->bucket)) {
		sock_gen_put(sk);
		return SOCK_CHANGED;
	}
	held->hash = READ_ONCE(sk->sk_hash);
	/* Conditions on what may have been another socket's memory are tried again, now that it is not. */
	if ((walk->filter.common && !skstat_filter_common(&walk->filter, sk)) ||
	    (walk->filter.held && !skstat_filter_held(&walk->filter, sk))) {
		sock_gen_put(sk);
		walk_pass_by(walk, SKSTAT_FILTERED, held->count, held->state);
		return SOCK_PASSED;
	}
	if (walk->after && skstat_walk_cookie(held) <= walk->after) {
		sock_gen_put(sk);
		return SOCK_PASSED;
	}
	return SOCK_HELD;
}

/* One pass over the chain of walk->bucket; *changed: it is worth nothing, for the chain changed underfoot. */
static enum chain_end walk_chain_pass(struct skstat_walk *walk, const struct table *table, u32 room, bool *changed)
{
	const u32 from = walk->nr_held;
	enum chain_end end = CHAIN_DONE;
	const struct hlist_nulls_node *node;
	struct sock *sk;

	*changed = false;
	rcu_read_lock();
	sk_nulls_for_each_rcu(sk, node, table_chain(table, walk->bucket)) {
		struct skstat_held held = { .sk = sk };
		enum verdict verdict = walk_look(walk, table, &held);

		if (verdict == SOCK_CHANGED) {
			*changed = true;
			break;
		}
		if (verdict == SOCK_PASSED)
			continue;
		if (walk->nr_held < room) {
			walk->held[walk->nr_held++] = held;
			continue;
		}
		if (from) {
			sock_gen_put(sk);
			end = CHAIN_LEFT;
			break;
		}
		/* Of a chain that is too long, keep those with the lowest cookies. */
		if (end == CHAIN_DONE)
			held_heapify(walk);
		end = CHAIN_PART;
		if (skstat_walk_cookie(&held) < walk->held[0].cookie) {
			swap(held, walk->held[0]);
			held_sift_down(walk, 0);
		}
		sock_gen_put(held.sk);
	}
	if (end != CHAIN_LEFT && !*changed && get_nulls_value(node) != table_nulls(table, walk->bucket))
		*changed = true;
	rcu_read_unlock();
	return end;
}

static enum chain_end walk_chain(struct skstat_walk *walk, const struct table *table, u32 room)
{
	const u32 from = walk->nr_held;
	enum chain_end end;
	bool changed;

	for (;;) {
		end = walk_chain_pass(walk, table, room, &changed);
		if (!changed && end != CHAIN_LEFT)
			break;
		walk_let_go(walk, from);
		skstat_tally_forget(&walk->tally);
		if (!changed)
			return CHAIN_LEFT;
		walk->restarts++;
		cond_resched();
	}
	skstat_tally_commit(&walk->tally);
	walk_held_commit(walk, from);
	walk->after = end == CHAIN_PART ? walk->held[0].cookie : 0;
	return end;
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

void skstat_walk_step(struct skstat_walk *walk, u32 room)
{
	u32 budget = WALK_BUCKETS;
	struct table table;

	walk->last_net = NULL;
	while (walk_table(walk, &table)) {
		u32 buckets = table_buckets(&table);

		for (; walk->bucket < buckets; walk->bucket++) {
			if (!budget--)
				return;
			if (hlist_nulls_empty(table_chain(&table, walk->bucket)))
				continue;
			if (walk->nr_held == room)
				return;
			if (walk_chain(walk, &table, room) != CHAIN_DONE)
				return;
		}
		walk_next_table(walk);
	}
	walk->stage = SKSTAT_WALK_END;
}
