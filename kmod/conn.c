// SPDX-License-Identifier: GPL-2.0
#include <linux/atomic.h>
#include <linux/hash.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "conn.h"
#include "conn_table.h"
#include "name.h"

#define CONN_MIN  (1u << 10)
#define CONN_MAX  (1u << 22)

static unsigned int connections = 1 << 17;
module_param(connections, uint, 0444);
MODULE_PARM_DESC(connections, "places in the table of connections (1024 to 4194304, a power of two; 72 bytes each)");

struct conn_table __rcu *skstat_conn_table;

DEFINE_PER_CPU(s64, skstat_conn_used);
static DEFINE_PER_CPU(u64, conn_misses);

static_assert(sizeof(struct conn_set) == CONN_WAYS * (sizeof(unsigned long) + 64));
static_assert(sizeof(struct skstat_conn) == 64);
static_assert(offsetof(struct skstat_conn, watch) + sizeof(u16) == offsetofend(struct skstat_conn, word));

static u32 set_second(const struct conn_table *table, const struct sock *sk)
{
	u64 hash = (u64)(unsigned long)sk * GOLDEN_RATIO_64 >> (64 - 2 * table->bits);

	return hash & ((1u << table->bits) - 1);
}

/* In which way of the set; CONN_WAYS: in none. */
static __always_inline u32 set_way(const struct conn_set *set, unsigned long key)
{
	BUILD_BUG_ON(CONN_WAYS != 8);
	if (READ_ONCE(set->key[0]) == key)
		return 0;
	if (READ_ONCE(set->key[1]) == key)
		return 1;
	if (READ_ONCE(set->key[2]) == key)
		return 2;
	if (READ_ONCE(set->key[3]) == key)
		return 3;
	if (READ_ONCE(set->key[4]) == key)
		return 4;
	if (READ_ONCE(set->key[5]) == key)
		return 5;
	if (READ_ONCE(set->key[6]) == key)
		return 6;
	return READ_ONCE(set->key[7]) == key ? 7 : CONN_WAYS;
}

static __always_inline struct skstat_conn *set_find(struct conn_set *set, const struct sock *sk)
{
	u32 way = set_way(set, (unsigned long)sk);

	return way < CONN_WAYS ? &set->conn[way] : NULL;
}

static struct skstat_conn *set_take(struct conn_set *set, const struct sock *sk)
{
	unsigned long *key = set->key;
	u32 w;

	for (w = 0; w < CONN_WAYS; w++) {
		if (READ_ONCE(key[w]) || cmpxchg(&key[w], 0, (unsigned long)sk))
			continue;
		skstat_conn_begin(&set->conn[w]);
		return &set->conn[w];
	}
	return NULL;
}

static __always_inline struct skstat_conn *table_find(struct conn_table *table, const struct sock *sk)
{
	struct skstat_conn *conn = set_find(&table->set[skstat_conn_set_first(table, sk)], sk);

	if (conn || likely(!atomic_read(&table->spilled)))
		return conn;
	return set_find(&table->set[set_second(table, sk)], sk);
}

/* The socket has no place yet. NULL: there is no room. */
static struct skstat_conn *table_take(struct conn_table *table, const struct sock *sk)
{
	struct skstat_conn *conn = set_take(&table->set[skstat_conn_set_first(table, sk)], sk);

	if (likely(conn))
		return conn;
	atomic_inc(&table->spilled); /* before it is there; set_take() is a barrier: whoever finds it looks into both */
	conn = set_take(&table->set[set_second(table, sk)], sk);
	if (!conn)
		atomic_dec(&table->spilled);
	return conn;
}

static __always_inline void conn_write_process(struct skstat_conn *conn, u64 first, u64 second, u32 pid, u8 from)
{
	const u32 version = conn->version;

	WRITE_ONCE(conn->version, version + 1);
	smp_wmb(); /* with skstat_conn_read_process(): odd before anything of it changes */
	WRITE_ONCE(conn->comm[0], first);
	WRITE_ONCE(conn->comm[1], second);
	WRITE_ONCE(conn->pid, pid);
	WRITE_ONCE(conn->from, from);
	smp_wmb(); /* and even after all of it has */
	WRITE_ONCE(conn->version, version + 2);
}

int skstat_conn_start(void)
{
	u32 sets = roundup_pow_of_two(clamp(connections, CONN_MIN, CONN_MAX)) / CONN_WAYS;
	struct conn_table *table = vzalloc(struct_size(table, set, sets));

	if (!table)
		return -ENOMEM;
	table->bits = ilog2(sets);
	table->shift = 64 - table->bits;
	rcu_assign_pointer(skstat_conn_table, table);
	return 0;
}

void skstat_conn_stop(void)
{
	struct conn_table *table = rcu_replace_pointer(skstat_conn_table, NULL, true);
	int cpu;

	synchronize_rcu(); /* handlers of other probes, accept's included, and walks */
	for_each_possible_cpu(cpu)
		per_cpu(skstat_conn_used, cpu) = 0;
	vfree(table);
}

struct skstat_conn *skstat_conn_find(const struct sock *sk)
{
	struct conn_table *table = skstat_conn_table_get();

	return table ? table_find(table, sk) : NULL;
}

struct skstat_conn *skstat_conn_find_far(const struct sock *sk)
{
	return table_find(skstat_conn_table_get(), sk);
}

struct skstat_conn *skstat_conn_add(const struct sock *sk)
{
	struct conn_table *table = skstat_conn_table_get();
	struct skstat_conn *conn;

	if (!table)
		return NULL;
	conn = table_take(table, sk);
	if (!conn) {
		WRITE_ONCE(table->missed, true);
		this_cpu_inc(conn_misses);
		return NULL;
	}
	this_cpu_inc(skstat_conn_used);
	return conn;
}

struct skstat_conn *skstat_conn_renew(const struct sock *sk, struct skstat_conn *conn)
{
	if (!conn)
		return skstat_conn_add(sk);
	skstat_conn_clear(conn);
	skstat_conn_begin(conn);
	return conn;
}

void skstat_conn_drop_far(struct skstat_conn *conn)
{
	struct conn_table *table = skstat_conn_table_get();
	u64 s = ((void *)conn - (void *)table->set) / sizeof(table->set[0]);
	struct conn_set *set = &table->set[s];
	unsigned long *key = &set->key[conn - set->conn];
	const struct sock *sk = (const struct sock *)*key;

	skstat_conn_clear(conn);
	smp_store_release(key, 0); /* whoever takes the place next finds it clear */
	if (unlikely(s != skstat_conn_set_first(table, sk)))
		atomic_dec(&table->spilled);
	this_cpu_dec(skstat_conn_used);
}

bool skstat_conn_missed(void)
{
	struct conn_table *table = skstat_conn_table_get();

	return table && READ_ONCE(table->missed);
}

/*
 * A thread shows the name of its process. Its group leader may change under it only by its own exec(), and is freed
 * after a grace period: the caller stays on its CPU. A name that changes meanwhile is torn and no worse.
 */
void skstat_conn_set_process(struct skstat_conn *conn, enum skstat_process_from from)
{
	const struct skstat_words name = skstat_words_of(current->group_leader->comm);

	BUILD_BUG_ON(sizeof(current->comm) != sizeof(conn->comm));
	conn_write_process(conn, name.first, name.second, current->tgid, from);
}

bool skstat_conn_exists(void)
{
	return rcu_access_pointer(skstat_conn_table);
}

struct skstat_process skstat_conn_process(const struct sock *sk)
{
	struct skstat_process process = {};
	struct conn_table *table;
	struct skstat_conn *conn;

	rcu_read_lock();
	table = skstat_conn_table_get();
	conn = table ? table_find(table, sk) : NULL;
	/* A reference does not keep a socket from being closed, and its place from being another's. */
	if (conn && (!skstat_conn_read_process(conn, &process) || table_find(table, sk) != conn))
		memset(&process, 0, sizeof(process));
	rcu_read_unlock();
	return process;
}

void skstat_conn_stats(struct skstat_conn_stats *stats)
{
	struct conn_table *table;
	s64 used = 0;
	int cpu;

	*stats = (struct skstat_conn_stats) {};
	for_each_possible_cpu(cpu) {
		used += READ_ONCE(per_cpu(skstat_conn_used, cpu));
		stats->misses += READ_ONCE(per_cpu(conn_misses, cpu));
	}
	rcu_read_lock();
	table = skstat_conn_table_get();
	if (table) {
		stats->places = (u64)CONN_WAYS << table->bits;
		stats->used = max_t(s64, used, 0);
		stats->memory = sizeof(*table) + (sizeof(table->set[0]) << table->bits);
	}
	rcu_read_unlock();
}
