/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the walk does with one socket: whether it is wanted, and is held. Inlined into the walk's loop, where its time goes.
 */
#ifndef SKSTAT_WALK_LOOK_H
#define SKSTAT_WALK_LOOK_H

#include "compat/compat.h"
#include "netns.h"
#include "walk.h"

struct table {
	struct inet_hashinfo *hashinfo;
	bool listen;
};

/*
 * What looking at one socket after the other wants at hand: what is the same for many of them. `plain`: the request has
 * conditions on states and kinds alone, and the chain is no longer one that was begun before.
 */
struct look {
	const struct net *net; /* of the last socket */
	struct skstat_count *count;
	struct table table;
	u64 since;
	u32 full; /* 1 << TCP_*: full sockets that are wanted */
	bool plain;
};

static __always_inline void walk_pass_by(struct skstat_walk *walk, bool plain, enum skstat_why_not why_not,
					 struct skstat_count *count, u8 state)
{
	/*
	 * The later parts of a long chain pass over all of it again: count in the first. A socket that comes to be
	 * wanted between two parts, or ceases to be, may so be counted twice or not at all; what is emitted is not
	 * touched by that.
	 */
	if (plain || !walk->after)
		skstat_tally_add(&walk->tally, why_not, count, state);
}

static inline struct look walk_look_begin(const struct skstat_walk *walk, const struct table *table)
{
	const struct skstat_filter *filter = &walk->filter;

	return (struct look) {
		.net = (void *)walk, /* no namespace: not even a pointer that was zeroed is this */
		.table = *table,
		.since = walk->since,
		.full = filter->kinds & (1 << SKSTAT_KIND_FULL) ? filter->states & SKSTAT_WALK_FULL : 0,
		.plain = !filter->common && !filter->held && !filter->nr_netns && !walk->after,
	};
}

static __always_inline struct skstat_count *walk_count(const struct skstat_walk *walk, struct look *look,
						       const struct net *net)
{
	if (unlikely(net != look->net)) {
		look->net = net;
		look->count = skstat_census_find(&walk->census, net);
	}
	return look->count;
}

/*
 * What a socket is, without a reference: all three kinds begin with a struct sock_common, and are of slabs that give
 * their memory to no other kind while RCU is held. Substates are inet_diag's. False: nothing that has a place here, as
 * memory has not that is just being made a socket, and whose state is 0.
 */
static __always_inline bool sock_classify(const struct sock *sk, u8 *kind, u8 *state)
{
	*state = READ_ONCE(sk->sk_state);
	*kind = SKSTAT_KIND_FULL;
	if (likely(*state < TCP_TIME_WAIT))
		return *state;
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
	}
	return *state && *state < TCP_MAX_STATES;
}

/*
 * Nothing sent or received since, nothing in flight, nothing to send, nothing to read. Without a reference: what it
 * reads is within the socket.
 */
static __always_inline bool sock_is_idle(const struct sock *sk, u64 since)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	return READ_ONCE(tp->tcp_mstamp) < since && !READ_ONCE(tp->packets_out) &&
	       READ_ONCE(tp->write_seq) == READ_ONCE(tp->snd_nxt) &&
	       READ_ONCE(tp->rcv_nxt) == READ_ONCE(tp->copied_seq);
}

/* Whether a socket is wanted; if not, why. Without a reference. */
static __always_inline bool walk_wants(const struct skstat_walk *walk, const struct look *look, bool plain,
				       const struct skstat_held *held, enum skstat_why_not *why_not)
{
	const struct skstat_filter *filter = &walk->filter;
	const bool full = held->kind == SKSTAT_KIND_FULL;

	*why_not = SKSTAT_FILTERED;
	if (full ? !(look->full & (1 << held->state)) :
		   !(filter->states & (1 << held->state)) || !(filter->kinds & (1 << held->kind)))
		return false;
	if (!plain && (!held->count->wanted || (filter->common && !skstat_filter_common(filter, held->sk))))
		return false;
	*why_not = SKSTAT_IDLE;
	return !look->since || !(full ? sock_is_idle(held->sk, look->since) : held->kind == SKSTAT_KIND_TIMEWAIT);
}

/* With a reference: is this what was looked at before there was one? Its memory may have become another socket. */
static __always_inline bool sock_is_same(const struct skstat_held *held, const struct look *look, u32 bucket)
{
	const struct sock *sk = held->sk;

	if (sock_net(sk) != look->net)
		return false;
	return look->table.listen ? sk->sk_state == TCP_LISTEN :
				    (held->hash & look->table.hashinfo->ehash_mask) == bucket;
}

enum verdict { SOCK_PASSED, SOCK_HELD, SOCK_CHANGED };

/* Looks at one socket; SOCK_HELD: `held` is complete and has a reference. Under RCU. */
static __always_inline enum verdict walk_look(struct skstat_walk *walk, struct look *look, bool plain, u32 bucket,
					      struct sock *sk, struct skstat_held *held)
{
	enum skstat_why_not why_not;

	*held = (struct skstat_held) { .sk = sk, .count = walk_count(walk, look, sock_net(sk)) };
	if (unlikely(!held->count) || !sock_classify(sk, &held->kind, &held->state)) {
		walk_pass_by(walk, plain, SKSTAT_GONE, NULL, 0);
		return SOCK_PASSED;
	}
	if (!walk_wants(walk, look, plain, held, &why_not)) {
		walk_pass_by(walk, plain, why_not, held->count, held->state);
		return SOCK_PASSED;
	}
	if (unlikely(!refcount_inc_not_zero(&sk->sk_refcnt))) {
		walk_pass_by(walk, plain, SKSTAT_GONE, NULL, 0);
		return SOCK_PASSED;
	}
	held->hash = READ_ONCE(sk->sk_hash);
	if (unlikely(!sock_is_same(held, look, bucket))) {
		sock_gen_put(sk);
		return SOCK_CHANGED;
	}
	if (plain)
		return SOCK_HELD;
	/* Conditions on what may have been another socket's memory are tried again, now that it is not. */
	if ((walk->filter.common && !skstat_filter_common(&walk->filter, sk)) ||
	    (walk->filter.held && !skstat_filter_held(&walk->filter, sk))) {
		sock_gen_put(sk);
		walk_pass_by(walk, plain, SKSTAT_FILTERED, held->count, held->state);
		return SOCK_PASSED;
	}
	if (walk->after && skstat_walk_cookie(held) <= walk->after) {
		sock_gen_put(sk);
		return SOCK_PASSED;
	}
	return SOCK_HELD;
}

/* What a near step has at hand, in registers. */
struct near {
	const struct net *net; /* of the last socket, and its count */
	struct skstat_count *count;
	u64 since;
	u32 full, mask;
	bool passed; /* something of this chain was passed by */
};

/* Of a near step: what is no full socket. */
static noinline enum verdict walk_look_other(struct skstat_walk *walk, const struct table *table, struct near near,
					     u32 bucket, struct sock *sk, struct skstat_held *held)
{
	struct look look = walk_look_begin(walk, table);
	enum verdict verdict;

	look.net = near.net;
	look.count = near.count;
	verdict = walk_look(walk, &look, true, bucket, sk, held);
	if (verdict != SOCK_HELD)
		return verdict;
	walk->kinds_held |= 1 << held->kind;
	if (likely(held->kind != SKSTAT_KIND_FULL))
		return verdict;
	/* it has become one since */
	sock_gen_put(sk);
	return SOCK_CHANGED;
}

/* As walk_look(), of a near step: full sockets get no reference. `delta`: idle ones are left out. */
static __always_inline enum verdict walk_look_near(struct skstat_walk *walk, const struct table *table,
						   struct near *near, bool delta, u32 bucket, struct sock *sk,
						   struct skstat_held *held)
{
	const struct net *net = sock_net(sk);
	const u8 state = READ_ONCE(sk->sk_state);
	u64 cookie;
	u32 hash;

	if (unlikely(net != near->net)) {
		struct skstat_count *count = skstat_census_find(&walk->census, net);

		if (unlikely(!count)) {
			near->passed = true;
			skstat_tally_add(&walk->tally, SKSTAT_GONE, NULL, 0);
			return SOCK_PASSED;
		}
		near->net = net;
		near->count = count;
	}
	if (!(near->full >> state & 1)) {
		near->passed = true;
		if (unlikely(!(SKSTAT_WALK_FULL >> state & 1)))
			return walk_look_other(walk, table, *near, bucket, sk, held);
		skstat_tally_add(&walk->tally, SKSTAT_FILTERED, near->count, state);
		return SOCK_PASSED;
	}
	if (delta && sock_is_idle(sk, near->since)) {
		near->passed = true;
		skstat_tally_add(&walk->tally, SKSTAT_IDLE, near->count, state);
		return SOCK_PASSED;
	}
	cookie = atomic64_read(&sk->sk_cookie);
	if (unlikely(!cookie))
		cookie = skstat_walk_cookie_near(sk);
	if (unlikely(!cookie)) {
		near->passed = true;
		skstat_tally_add(&walk->tally, SKSTAT_GONE, NULL, 0);
		return SOCK_PASSED;
	}
	smp_rmb(); /* what is read from here on is of the cookie's socket, if it still has that in the end */
	hash = READ_ONCE(sk->sk_hash);
	held->sk = sk;
	held->count = near->count;
	held->cookie = cookie;
	held->hash = hash;
	held->kind = SKSTAT_KIND_FULL;
	held->state = state;
	return likely((hash & near->mask) == bucket && sock_net(sk) == net) ? SOCK_HELD : SOCK_CHANGED;
}

#endif
