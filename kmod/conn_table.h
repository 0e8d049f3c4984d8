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
} ____cacheline_aligned;

struct conn_table {
	struct conn_set *sets;
	struct skstat_conn *conns; /* of set s, way w: [s * CONN_WAYS + w] */
	u32 bits;		   /* log2 of how many sets there are */
	u32 shift;		   /* 64 - bits */
	atomic_t spilled;	   /* sockets that are in their second set, or about to be */
	bool missed;
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
struct skstat_conn *skstat_conn_find_far(const struct conn_table *table, const struct sock *sk);

/*
 * skstat_conn_find() for handlers of `life`, which run only while there is a table. Most sockets are in the first way
 * of their set.
 */
static __always_inline struct skstat_conn *skstat_conn_find_near(const struct sock *sk)
{
	const struct conn_table *table = skstat_conn_table_get();
	u64 set = skstat_conn_set_first(table, sk);

	if (likely(READ_ONCE(table->sets[set].key[0]) == (unsigned long)sk))
		return &table->conns[set * CONN_WAYS];
	return skstat_conn_find_far(table, sk);
}

void skstat_conn_clear_process(struct skstat_conn *conn);

/* All 0, but for the version, which a reader may have in its hand. */
static __always_inline void skstat_conn_clear(struct skstat_conn *conn)
{
	if (conn->from)
		skstat_conn_clear_process(conn);
	conn->since = 0;
	conn->first_byte = 0;
	memset((void *)conn + offsetof(struct skstat_conn, queue), 0,
	       sizeof(*conn) - offsetof(struct skstat_conn, queue));
}

/* Of an entry that may be anywhere in the table. */
void skstat_conn_drop_far(struct conn_table *table, struct skstat_conn *conn);

/* For `life`, likewise: gives a place back. No handler sees its socket again before it is added anew. */
static __always_inline void skstat_conn_drop(struct skstat_conn *conn, const struct sock *sk)
{
	struct conn_table *table = skstat_conn_table_get();
	u64 set = skstat_conn_set_first(table, sk);

	if (unlikely(conn != &table->conns[set * CONN_WAYS]))
		return skstat_conn_drop_far(table, conn);
	skstat_conn_clear(conn);
	smp_store_release(&table->sets[set].key[0], 0); /* whoever takes the place next finds it clear */
	this_cpu_dec(skstat_conn_used);
}

#endif
