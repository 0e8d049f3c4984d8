/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One function a group that writes its rows down, in the order of its structure. All of it is inlined with the groups
 * known wherever they are, so that a record is straight lines of loads and stores.
 */
#ifndef SKSTAT_RECORD_FILL_H
#define SKSTAT_RECORD_FILL_H

#include "census.h"
#include "conn.h"
#include "record_source.h"

#define FILL(ID, NAME, TYPE, KIND, UNIT, NOUN, AGGREGATE, SHOWN, HAVE, SOURCE, HELP) FILL_##TYPE(r->NAME, (SOURCE))
#define FILL_U8(member, source)	  member = source;
#define FILL_U16(member, source)  member = source;
#define FILL_U32(member, source)  member = source;
#define FILL_U64(member, source)  member = source;
#define FILL_S32(member, source)  member = source;
#define FILL_ADDR(member, source) /* both at once: ends_write() */
#define FILL_NAME(member, source) fill_sixteen(&member, source);

static __always_inline void fill_sixteen(void *at, struct sixteen bytes)
{
	memcpy(at, &bytes.first, sizeof(u64));
	memcpy(at + sizeof(u64), &bytes.second, sizeof(u64));
}

/* `__restrict`: a record is nobody else's memory, and loads need not wait for stores. */
#define FILL_FUNCTION(group) \
	static __always_inline void fill_##group(struct skstat_##group *__restrict r, \
						 const struct skstat_source *src, u32 shorts, \
						 const struct links *links)

FILL_FUNCTION(identity)
{
	const struct sock *sk = src->sk;
	const bool full = src->kind == SKSTAT_KIND_FULL || SKSTAT_KINDS_EVENTS & 1 << src->kind;
	const bool ended = src->kind == SKSTAT_KIND_CLOSED;

	ends_write(sk, &r->saddr, &r->daddr);
	SKSTAT_FIELDS_IDENTITY(FILL)
}

FILL_FUNCTION(timer)
{
	struct timer timer = skstat_timer_read(src);

	/* as most are, and then it is one word */
	if (src->kind == SKSTAT_KIND_FULL && likely(timer.kind == TIMER_OFF)) {
		memset(r, 0, offsetofend(struct skstat_timer, timer_expires));
		SKSTAT_FIELDS_TIMER_TAIL(FILL)
		return;
	}
	SKSTAT_FIELDS_TIMER(FILL)
}

FILL_FUNCTION(listen)
{
	const struct sock *sk = src->sk;
	const struct request_sock_queue *queue = &inet_csk(sk)->icsk_accept_queue;

	SKSTAT_FIELDS_LISTEN(FILL)
}

FILL_FUNCTION(traffic)
{
	const struct tcp_sock *tp = tcp_sk(src->sk);

	SKSTAT_FIELDS_TRAFFIC(FILL)
}

/* A kernel without accurate ECN has nothing to say of it, and the group ends there; but for tests, which add a row. */
#ifdef SKSTAT_TEST_TAIL
#define TCP_HAS_ACCECN 1
#else
#define TCP_HAS_ACCECN SKSTAT_HAVE_ACCECN
#endif

FILL_FUNCTION(tcp)
{
	const struct sock *sk = src->sk;
	const struct tcp_sock *tp = tcp_sk(src->sk);
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const struct chrono chrono = skstat_chrono_read(tp);
	u32 now;

	SKSTAT_FIELDS_TCP_LAST(FILL)
	if (shorts & SKSTAT_SHORT_BRIEF)
		return;
	now = tcp_jiffies32;
	SKSTAT_FIELDS_TCP_NOW(FILL)
	if (!TCP_HAS_ACCECN)
		return;
	SKSTAT_FIELDS_TCP_ACCECN(FILL)
	SKSTAT_FIELDS_TCP_TAIL(FILL)
}

FILL_FUNCTION(memory)
{
	const struct sock *sk = src->sk;

	SKSTAT_FIELDS_MEMORY_LAST(FILL)
	if (shorts & SKSTAT_SHORT_BRIEF)
		return;
	SKSTAT_FIELDS_MEMORY_NOW(FILL)
	SKSTAT_FIELDS_MEMORY_TAIL(FILL)
}

FILL_FUNCTION(owner)
{
	struct sock *sk = src->sk;
	struct process process;

	SKSTAT_FIELDS_OWNER_SOCKET(FILL)
	if (shorts & SKSTAT_SHORT_ANONYMOUS)
		return;
	process = process_read(src);
	SKSTAT_FIELDS_OWNER_PROCESS(FILL)
}

static noinline void fill_congestion_private(struct skstat_congestion *r, struct sock *sk, u8 state,
					     const struct tcp_congestion_ops *ops, const struct tcp_ulp_ops *upper)
{
	struct ca ca = {};
	struct ulp ulp = {};

	if (ops) {
		ca.name = name_read(ops->name);
		/* as inet_diag: of these states only */
		if (ops->get_info && state < TCP_TIME_WAIT)
			ca_read(&ca, sk, ops);
	}
	if (upper)
		ulp_read(&ulp, sk, upper);
	SKSTAT_FIELDS_CONGESTION(FILL)
}

/* Most algorithms have nothing to say but their names, and most sockets no protocol above. */
static __always_inline bool congestion_is_named(const struct tcp_congestion_ops *ops, const struct tcp_ulp_ops *upper)
{
	return ops && !ops->get_info && !upper;
}

FILL_FUNCTION(congestion)
{
	const struct tcp_congestion_ops *ops = links->ca;
	const struct tcp_ulp_ops *upper = links->ulp;

	if (!likely(congestion_is_named(ops, upper)) && !(shorts & SKSTAT_SHORT_NAME)) {
		fill_congestion_private(r, src->sk, src->state, ops, upper);
	} else {
		const struct ca ca = { .name = ops ? name_read(ops->name) : (struct sixteen) {} };
		const struct ulp ulp = {};

		SKSTAT_FIELDS_CONGESTION_NAME(FILL)
		if (shorts & SKSTAT_SHORT_NAME)
			return;
		SKSTAT_FIELDS_CONGESTION_REST(FILL)
	}
}

FILL_FUNCTION(netns)
{
	const struct skstat_count *count = src->count;

	SKSTAT_FIELDS_NETNS(FILL)
}

FILL_FUNCTION(event)
{
	const struct skstat_incident *event = src->event;

	SKSTAT_FIELDS_EVENT(FILL)
}

/* The length of a group in a record. */
static __always_inline u32 record_size(enum skstat_group group, u32 shorts)
{
#define RECORD_SIZE(GROUP, group, KINDS) \
	[SKSTAT_GROUP_##GROUP] = sizeof(struct skstat_##group),
	static const u16 sizes[] = { SKSTAT_GROUPS(RECORD_SIZE) };
#undef RECORD_SIZE

	if (group == SKSTAT_GROUP_TCP && shorts & SKSTAT_SHORT_BRIEF)
		return SKSTAT_TCP_BRIEF;
	if (group == SKSTAT_GROUP_TCP && !TCP_HAS_ACCECN)
		return offsetof(struct skstat_tcp, received_ce);
	if (group == SKSTAT_GROUP_MEMORY && shorts & SKSTAT_SHORT_BRIEF)
		return SKSTAT_MEMORY_BRIEF;
	if (group == SKSTAT_GROUP_OWNER && shorts & SKSTAT_SHORT_ANONYMOUS)
		return offsetof(struct skstat_owner, comm);
	if (group == SKSTAT_GROUP_CONGESTION && shorts & SKSTAT_SHORT_NAME)
		return offsetof(struct skstat_congestion, ulp);
	return sizes[group];
}

/* The groups that a kind of record has, as constants. */
static __always_inline u32 record_groups(enum skstat_kind kind)
{
#define RECORD_GROUP(GROUP, group, KINDS) | ((KINDS) & 1 << kind ? 1 << SKSTAT_GROUP_##GROUP : 0)
	return 0 SKSTAT_GROUPS(RECORD_GROUP);
#undef RECORD_GROUP
}

/* The length of a record of these groups. */
static __always_inline u32 record_stride(u32 groups, u32 shorts)
{
	u32 stride = 0;

#define ADD_GROUP(GROUP, group, KINDS) \
	stride += groups & (1 << SKSTAT_GROUP_##GROUP) ? record_size(SKSTAT_GROUP_##GROUP, shorts) : 0;
	SKSTAT_GROUPS(ADD_GROUP)
#undef ADD_GROUP
	return stride;
}

/* skstat_record_fill(), of these groups, with `links` as they were read for them. */
static __always_inline void record_fill_linked(void *at, u32 groups, u32 shorts, const struct skstat_source *src,
					       const struct links *links)
{
#define FILL_GROUP(GROUP, group, KINDS)                               \
	if (groups & (1 << SKSTAT_GROUP_##GROUP)) {                   \
		fill_##group(at, src, shorts, links);                 \
		at += record_size(SKSTAT_GROUP_##GROUP, shorts);      \
	}
	SKSTAT_GROUPS(FILL_GROUP)
#undef FILL_GROUP
}

static __always_inline void record_fill(void *at, u32 groups, u32 shorts, const struct skstat_source *src)
{
	const struct links links = links_read(src->sk, groups);

	record_fill_linked(at, groups, shorts, src, &links);
}

#endif
