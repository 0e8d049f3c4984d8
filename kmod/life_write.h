/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How life.c and life_often.c write events, and what both note as a connection opens. All of it is inlined where the
 * event's kind is known, and the event is in registers then.
 */
#ifndef SKSTAT_LIFE_WRITE_H
#define SKSTAT_LIFE_WRITE_H

#include <net/tcp.h>

#include "conn.h"
#include "journal_write.h"
#include "probe_first_byte.h"

/* Into the place that was begun. `conn` is the socket's entry, or NULL; `state` the one that it leaves. */
static __always_inline void skstat_life_write(const struct skstat_place *place, enum skstat_kind kind,
					      const struct sock *sk, const struct skstat_conn *conn, u8 state,
					      struct skstat_incident *event)
{
	struct skstat_source src = {
		.sk = (struct sock *)sk, .state = state, .conn = conn, .kind = kind, .event = event,
	};

	skstat_journal_end(place, &src, event);
}

/* Of who was accepted. There must be queues in the entry: SKSTAT_CONN_QUEUES. */
static __always_inline void skstat_life_put_queues(struct skstat_incident *event, const struct skstat_conn *conn)
{
	event->flags |= SKSTAT_EVENT_HAS_QUEUES;
	event->accept_queue = conn->queue.accept;
	event->accept_limit = conn->queue.accept_limit;
	event->syn_queue = conn->queue.syn;
}

static __always_inline void skstat_life_put_latency(struct skstat_incident *event, u64 latency)
{
	event->connect_latency = latency;
	event->flags |= SKSTAT_EVENT_HAS_CONNECT;
}

/*
 * Of who was accepted. A first sample is eight times what was measured: from the SYN-ACK to what answered it. A cookie
 * leaves nothing to measure by, its timestamp is made of options.
 */
static __always_inline void skstat_life_put_synack(struct skstat_incident *event, const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (tp->srtt_us && event->kind != SKSTAT_OPEN_SYNCOOKIE)
		skstat_life_put_latency(event, (u64)(tp->srtt_us >> 3) * NSEC_PER_USEC);
	/* Nothing else can have been retransmitted yet. */
	event->synack_retrans = tp->total_retrans;
}

/* From here on the connection is counted as open. `flags` are those of the entry. */
static __always_inline void skstat_life_note_opened(const struct sock *sk, struct skstat_conn *conn, u16 flags, u64 now)
{
	conn->since = now;
	conn->flags = (flags | SKSTAT_CONN_OPENED) & ~(SKSTAT_CONN_QUEUES | SKSTAT_CONN_OLD);
	skstat_first_byte_watch(conn);
	if (unlikely(conn->watch))
		skstat_first_byte_look(conn, sk);
}

#endif
