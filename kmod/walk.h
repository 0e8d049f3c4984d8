/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The walk: from the TCP hash tables to sockets that are held.
 *
 * First every listener, then the table of established sockets that namespaces share, then, one by one, the tables
 * that namespaces have of their own. A step holds what it finds by reference and leaves RCU; the caller reads the
 * sockets and lets go of them before the next step.
 *
 * A chain is taken whole or not at all, so that nothing that moves within it between two steps is missed or seen
 * twice. One that is longer than there is room for is taken in rising order of cookies, which a socket keeps for life.
 */
#ifndef SKSTAT_WALK_H
#define SKSTAT_WALK_H

#include "census.h"
#include "filter.h"
#include "skstat/record.h"
#include "tally.h"

#define SKSTAT_WALK_HELD 256

enum skstat_walk_stage {
	SKSTAT_WALK_LISTEN,
	SKSTAT_WALK_SHARED,
	SKSTAT_WALK_PRIVATE,
	SKSTAT_WALK_END,
};

/* A socket with a reference. */
struct skstat_held {
	struct sock *sk;
	struct skstat_count *count;
	u32 hash;
	u8 kind;
	u8 state;
};

struct skstat_walk {
	struct skstat_filter filter;
	struct skstat_census census;
	u64 since; /* leave out what was idle since, in microseconds of tcp_mstamp; 0: nothing */

	/* Where it is. */
	enum skstat_walk_stage stage;
	u64 netns; /* of SKSTAT_WALK_PRIVATE: whose table */
	u32 bucket;
	u64 after; /* of a chain that did not fit: cookies up to this one are done */

	struct skstat_tally tally;
	u64 restarts;

	/* What the last step found. */
	bool stuck;	/* there is no room for the next chain */
	u32 nr_held;
	u32 kinds_held; /* 1 << SKSTAT_KIND_* */
	struct skstat_held held[SKSTAT_WALK_HELD];
};

/*
 * Finds up to `room` (1 to SKSTAT_WALK_HELD) more sockets; walk->held is empty before. Returns when there is no more
 * room, after a bounded number of buckets, or at the end: walk->stage and walk->stuck tell. A chain that is longer than
 * all the room is begun only if it may be `split`. Under skstat_netns_lock() with the census fresh; process context, not
 * under RCU.
 */
void skstat_walk_step(struct skstat_walk *walk, u32 room, bool split);

/*
 * Whether a full socket, whose record was just filled, is still the connection that was held. Else tcp_disconnect() came
 * between, which says TCP_CLOSE and then zeroes one figure after the other: the record may be of two minds. Its last
 * figures are in the journal, and it counts as gone.
 */
static __always_inline bool skstat_walk_lasts(const struct skstat_held *held)
{
	u8 state;

	/* pairs with tcp_set_state() before tcp_disconnect() zeroes: whoever has read a zero reads the state, too */
	smp_rmb();
	state = READ_ONCE(held->sk->sk_state);
	if (likely(state == held->state && READ_ONCE(held->sk->sk_hash) == held->hash))
		return true;
	return state != TCP_CLOSE && state != TCP_LISTEN && (state != TCP_SYN_SENT || held->state == TCP_SYN_SENT) &&
	       READ_ONCE(held->sk->sk_hash) == held->hash;
}

/* Lets go of walk->held. May end a socket's life. */
void skstat_walk_release(struct skstat_walk *walk);

/* Gives a socket its cookie. For skstat_walk_cookie(). */
u64 skstat_walk_cookie_make(struct sock *sk);

/* The socket's cookie, given to it now if it had none. With a reference. */
static __always_inline u64 skstat_walk_cookie(const struct skstat_held *held)
{
	u64 cookie = atomic64_read(&held->sk->sk_cookie);

	return likely(cookie) ? cookie : skstat_walk_cookie_make(held->sk);
}

#endif
