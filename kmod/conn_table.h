/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How the table of connections is laid out, and what its most frequent users do without a call. conn.h is what others
 * need of it.
 */
#ifndef SKSTAT_CONN_TABLE_H
#define SKSTAT_CONN_TABLE_H

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/hash.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>

#include "conn.h"

#define CONN_WAYS 8 /* keys in a cache line */

struct conn_set {
	unsigned long key[CONN_WAYS]; /* of struct sock; 0: free */
	struct skstat_conn conn[CONN_WAYS];
} ____cacheline_aligned;

struct conn_table {
	u32 bits;	  /* log2 of how many sets there are */
	u32 shift;	  /* 64 - bits */
	atomic_t spilled; /* sockets that are in their second set, or about to be */
	bool missed;
	struct conn_set set[];
};

/* Written by start and stop; handlers and walks see it until a grace period has passed. */
extern struct conn_table __rcu *skstat_conn_table;

DECLARE_PER_CPU(s64, skstat_conn_used); /* of one CPU it may well be negative */

/* Handlers stay on their CPU, which is as good as rcu_read_lock(). */
static __always_inline struct conn_table *skstat_conn_table_get(void)
{
	return rcu_dereference_check(skstat_conn_table, rcu_read_lock_sched_held());
}

/* A socket may be in either of two sets: few then find no place, even in a table that is nearly full. */
static __always_inline u64 skstat_conn_set_first(const struct conn_table *table, const struct sock *sk)
{
	return (u64)(unsigned long)sk * GOLDEN_RATIO_64 >> table->shift;
}

/* skstat_conn_find(), of one that may be anywhere in the table. */
struct skstat_conn *skstat_conn_find_far(const struct sock *sk);

/*
 * The set of a socket, for handlers of `life`, which run only while there is a table; and whether the socket is in its
 * first way, as most are.
 */
static __always_inline struct conn_set *skstat_conn_set_of(struct conn_table *table, const struct sock *sk)
{
	return &table->set[skstat_conn_set_first(table, sk)];
}

static __always_inline bool skstat_conn_is_near(const struct conn_set *set, const struct sock *sk)
{
	return likely(READ_ONCE(set->key[0]) == (unsigned long)sk);
}

/* It is not NULL, which the kernel's flags keep the compiler from seeing. */
static __always_inline struct skstat_conn *skstat_conn_there(struct skstat_conn *conn)
{
	if (!conn)
		__builtin_unreachable();
	return conn;
}

/* skstat_conn_find(), likewise. */
static __always_inline struct skstat_conn *skstat_conn_find_near(const struct sock *sk)
{
	struct conn_set *set = skstat_conn_set_of(skstat_conn_table_get(), sk);
	struct skstat_conn *conn = set->conn;

	if (!skstat_conn_is_near(set, sk))
		return skstat_conn_find_far(sk);
	return skstat_conn_there(conn);
}

/*
 * A place that is given away is clear but for what its next owner writes anyway, or does not read before it has.
 * Readers of the process are told by `from`, and by the key.
 */
static __always_inline void skstat_conn_clear(struct skstat_conn *conn)
{
	WRITE_ONCE(conn->word, 0);
}

/* Whoever has taken a place begins with this. */
static __always_inline void skstat_conn_begin(struct skstat_conn *conn)
{
	conn->since = 0;
	conn->first_byte = 0;
}

/*
 * A socket of this set has no entry: the set is free, a moment ago, and no socket is in its second one. Not
 * READ_ONCE(), which would keep the compiler from adding one key up to the other.
 */
static __always_inline bool skstat_conn_has_none(const struct conn_table *table, const struct conn_set *set)
{
	const unsigned long *key = set->key;

	BUILD_BUG_ON(CONN_WAYS != 8);
	/* a hint: who takes a way makes sure of it, and nobody else adds this socket */
	return !data_race(key[0] | key[1] | key[2] | key[3] | key[4] | key[5] | key[6] | key[7]) &&
	       !atomic_read(&table->spilled);
}

/*
 * skstat_conn_add() in short, likewise, for a socket that has no entry and that nobody else uses. NULL: others are in
 * the way.
 */
static __always_inline struct skstat_conn *skstat_conn_add_first(struct conn_set *set, const struct sock *sk)
{
	if (unlikely(cmpxchg(&set->key[0], 0, (unsigned long)sk)))
		return NULL;
	this_cpu_inc(skstat_conn_used);
	skstat_conn_begin(set->conn);
	return skstat_conn_there(set->conn);
}

/* Gives a place back, wherever it is in the table. No handler sees its socket again before it is added anew. */
void skstat_conn_drop_far(struct skstat_conn *conn);

/* The same of the first way of a set. */
static __always_inline void skstat_conn_drop_near(struct conn_set *set)
{
	skstat_conn_clear(set->conn);
	smp_store_release(&set->key[0], 0); /* whoever takes the place next finds it clear */
	this_cpu_dec(skstat_conn_used);
}

#endif
