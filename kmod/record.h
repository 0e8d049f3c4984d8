/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A socket becomes a record: the kernel's side of skstat/record.h.
 */
#ifndef SKSTAT_KMOD_RECORD_H
#define SKSTAT_KMOD_RECORD_H

#include <net/inet_sock.h>
#include <net/inet_timewait_sock.h>
#include <net/request_sock.h>
#include "skstat/record.h"

struct skstat_count;

/* Groups that end early. What a record does not have for this reason is absent from it, and from all of its run. */
enum {
	SKSTAT_SHORT_BRIEF     = 1 << 0, /* tcp and memory: behind what outlasts a connection */
	SKSTAT_SHORT_ANONYMOUS = 1 << 1, /* owner: before the process, when nobody looks who that is */
	SKSTAT_SHORT_NAME     = 1 << 2, /* congestion: behind its name, where that is all there is to say */
};

/* Which groups a kind of record has in this dump, and how long they make it. */
struct skstat_layout {
	u16 kind, stride;
	u32 groups;
	u32 shorts; /* SKSTAT_SHORT_* */
	u16 size[SKSTAT_RUN_GROUPS];
};

/* What a probe knows of an event; the fields are those of the group EVENT. */
struct skstat_incident {
	u64 sequence;
	u64 time, connect_latency, first_byte, duration; /* ns */
	u32 flags;					 /* SKSTAT_EVENT_* */
	u32 accept_queue, accept_limit, syn_queue;
	u32 synack_retrans;
	u32 kind, direction, err; /* of less than that: one by one in registers, not packed */
};

/* What is known about a socket (or a namespace: no sk) before it is read. */
struct skstat_source {
	struct sock *sk;
	const struct skstat_count *count; /* of SKSTAT_KIND_NETNS */
	const struct skstat_incident *event; /* of events */
	const struct skstat_conn *conn;	     /* of events: the socket's entry, or NULL */
	u64 cookie;
	u64 netns;
	u8 kind;
	u8 state;
};

/*
 * `groups` are 1 << enum skstat_group, as asked for; those that `kind` does not have are left out. Of connections that
 * are over, the layout is brief.
 */
void skstat_layout_init(struct skstat_layout *layout, enum skstat_kind kind, u32 groups);

/* The same, with groups that end early: SKSTAT_SHORT_*. */
void skstat_layout_shorten(struct skstat_layout *layout, u32 shorts);

/*
 * Fills `at` (8-byte aligned, layout->stride bytes), leaving no byte of it as it was. The caller holds a reference on
 * the socket. Without `exact`: under RCU, no lock is taken, and fields that belong together may be of two moments. With
 * it: process context outside RCU; takes the socket's lock as tcp_get_info() does, and so may sleep. Only for
 * SKSTAT_KIND_FULL: tcp_get_info() does not lock listeners either, and the other kinds have no lock.
 */
void skstat_record_fill(void *at, const struct skstat_layout *layout, const struct skstat_source *src);
void skstat_record_fill_exact(void *at, const struct skstat_layout *layout, const struct skstat_source *src);

/* SO_MARK of any kind of socket, with a reference. Of a request, the mark that its child will have. */
static inline u32 skstat_mark(const struct sock *sk)
{
	switch (sk->sk_state) {
	case TCP_TIME_WAIT:
		return inet_twsk(sk)->tw_mark;
	case TCP_NEW_SYN_RECV:
		return inet_rsk(inet_reqsk((struct sock *)sk))->ir_mark;
	default:
		return READ_ONCE(sk->sk_mark);
	}
}

#endif
