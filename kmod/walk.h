/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The walk: from the TCP hash tables to sockets that are held.
 *
 * First every listener, then the table of established sockets that namespaces share, then, one by one, the tables
 * that namespaces have of their own. A step holds what it finds by reference and leaves RCU; the caller reads the
 * sockets and lets go of them before the next step.
 *
 * Mostly that is not needed: while RCU is held, a socket's memory is a socket's, whoever's. A `near` step lends full
 * sockets without a reference, and who reads one looks behind that whether it has been the same all the time.
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

/* A socket with a reference; or, of a near step and SKSTAT_KIND_FULL, without. */
struct skstat_held {
	struct sock *sk;
	struct skstat_count *count;
	u64 cookie; /* of one without a reference, read before anything else of it; never 0 */
	u32 hash;
	u8 kind;
	u8 state;
};

struct skstat_walk {
	struct skstat_filter filter;
	struct skstat_census census;
	u64 since; /* leave out what was idle since, in microseconds of tcp_mstamp; 0: nothing */
	bool exact; /* records are filled outside of RCU */

	/* Where it is. */
	enum skstat_walk_stage stage;
	u64 netns; /* of SKSTAT_WALK_PRIVATE: whose table */
	u32 bucket;
	u64 after; /* of a chain that did not fit: cookies up to this one are done */

	struct skstat_tally tally;
	u64 restarts;

	bool too_long; /* the next chain has to be split, which takes references */

	/* What the last step found. */
	bool near;	/* full sockets in `held` have no reference */
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
 * Whether the next step may be a near one: skstat_walk_step_near(), which is the same but in the caller's section of
 * RCU, to be left when the held sockets are read and before they are let go of.
 */
static inline bool skstat_walk_is_near(const struct skstat_walk *walk)
{
	const struct skstat_filter *filter = &walk->filter;

	return !walk->exact && !filter->common && !filter->held && !filter->nr_netns && !walk->after &&
	       !walk->too_long && walk->stage != SKSTAT_WALK_LISTEN;
}

void skstat_walk_step_near(struct skstat_walk *walk, u32 room, bool split);

/* States of full sockets, as bits. */
#define SKSTAT_WALK_FULL                                                                                      \
	(1 << TCP_ESTABLISHED | 1 << TCP_SYN_SENT | 1 << TCP_SYN_RECV | 1 << TCP_FIN_WAIT1 |                  \
	 1 << TCP_FIN_WAIT2 | 1 << TCP_CLOSE_WAIT | 1 << TCP_LAST_ACK | 1 << TCP_CLOSING)

/*
 * Whether what was read from a held full socket so far was all of that one, and it was not closed meanwhile. One
 * without a reference (`near`) may have been freed, and its memory be another socket by now. It was closed before that;
 * then its memory was zeroed or copied from a listener's; and the new one lost what cookie that had before it got a
 * state: so the cookie is looked at last. Pointers to what lives for a grace period more may be followed if this is true
 * behind their reading.
 */
static __always_inline bool skstat_walk_lives(const struct skstat_held *held, bool near)
{
	u8 state;

	/* pairs with tcp_set_state() before tcp_disconnect() zeroes: whoever has read a zero reads the state, too */
	smp_rmb();
	state = READ_ONCE(held->sk->sk_state);
	if (unlikely(state != held->state) &&
	    (!(SKSTAT_WALK_FULL & 1 << state) || (state == TCP_SYN_SENT && held->state != TCP_SYN_SENT)))
		return false;
	if (!near)
		return true;
	/* pairs with what is ordered before a new socket gets a state: whoever has read that reads no old cookie */
	smp_rmb();
	return likely((u64)atomic64_read(&held->sk->sk_cookie) == held->cookie);
}

/*
 * Whether a full socket, whose record was just filled, is still the connection that was held. Else tcp_disconnect() came
 * between, which says TCP_CLOSE and then zeroes one figure after the other: the record may be of two minds. Its last
 * figures are in the journal, and it counts as gone.
 */
static __always_inline bool skstat_walk_lasts(const struct skstat_held *held, bool near)
{
	return skstat_walk_lives(held, near) && likely(READ_ONCE(held->sk->sk_hash) == held->hash);
}

/* Lets go of walk->held. May end a socket's life. */
void skstat_walk_release(struct skstat_walk *walk);

/* Gives a socket its cookie. For skstat_walk_cookie(). */
u64 skstat_walk_cookie_make(struct sock *sk);

/*
 * The same of a full socket without a reference, under RCU: 0 if there is none any more. It may be another's, if the
 * memory is by now.
 */
u64 skstat_walk_cookie_near(struct sock *sk);

/* The socket's cookie, given to it now if it had none. With a reference. */
static __always_inline u64 skstat_walk_cookie(const struct skstat_held *held)
{
	u64 cookie = atomic64_read(&held->sk->sk_cookie);

	return likely(cookie) ? cookie : skstat_walk_cookie_make(held->sk);
}

#endif
