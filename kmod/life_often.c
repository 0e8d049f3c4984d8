// SPDX-License-Identifier: GPL-2.0
/*
 * What happens to every connection, in straight lines: whatever is out of the ordinary is looked for first, and left to
 * life.c as a whole. Both must say the same of everything.
 */
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <net/tcp.h>

#include "conn.h"
#include "conn_table.h"
#include "life.h"
#include "life_look.h"
#include "life_write.h"
#include "moment.h"

/* CLOSE to SYN_SENT: connect(), before the SYN, which TCP_FASTOPEN_CONNECT leaves to the first write. */
notrace void skstat_life_connect(const struct sock *sk)
{
	struct conn_table *table = skstat_conn_table_get();
	struct conn_set *set = skstat_conn_set_of(table, sk);
	struct skstat_conn *conn = NULL;

	if (likely(skstat_conn_has_none(table, set)))
		conn = skstat_conn_add_first(set, sk);
	if (unlikely(!conn))
		conn = skstat_life_renew(sk);
	if (unlikely(!conn))
		return;
	conn->flags = SKSTAT_CONN_OUT;
	conn->since = ktime_get_ns();
	if (in_task())
		skstat_conn_set_process(conn, SKSTAT_PROCESS_CALLER);
}

/*
 * LISTEN to SYN_RECV, of a child that is still being made; or CLOSE to SYN_RECV, if its listener was closed meanwhile.
 * Most of it is not filled in yet, until 6.12 not even its cookie: do not make one. It is nobody's yet, and what was in
 * its place has ended, and its entry with it.
 */
notrace void skstat_life_arrive(const struct sock *sk)
{
	struct conn_set *set = skstat_conn_set_of(skstat_conn_table_get(), sk);
	struct skstat_conn *conn = skstat_conn_add_first(set, sk);

	if (unlikely(!conn))
		conn = skstat_life_renew(sk);
	if (unlikely(!conn))
		return;
	conn->flags = likely(skstat_queues_look(sk, conn)) ? SKSTAT_CONN_IN | SKSTAT_CONN_QUEUES : SKSTAT_CONN_IN;
	if (skstat_cookie_look(sk, conn))
		conn->flags |= SKSTAT_CONN_COOKIE;
}

/* Mostly nobody has asked for it before. An entry has room for it until its connection is open. */
static __always_inline void life_cookie_make(const struct sock *sk, struct skstat_conn *conn)
{
	if (atomic64_read(&sk->sk_cookie))
		return;
	sock_diag_save_cookie((struct sock *)sk, conn->cookie);
	conn->first_byte = 0;
}

/* By the segment that ends the handshake, which was taken up for the child. */
static __always_inline void life_accepted(const struct sock *sk, struct skstat_conn *conn)
{
	struct skstat_incident event = { .kind = SKSTAT_OPEN_HANDSHAKE, .direction = SKSTAT_EVENT_IN };
	struct skstat_place place;

	life_cookie_make(sk, conn);
	if (unlikely(!skstat_journal_begin(&place)))
		return skstat_life_note_opened(sk, conn, SKSTAT_CONN_IN, ktime_get_ns());
	event.time = skstat_moment_of_segment(sk);
	event.err = READ_ONCE(sk->sk_err);
	skstat_life_put_synack(&event, sk);
	skstat_life_put_queues(&event, conn);
	skstat_life_note_opened(sk, conn, SKSTAT_CONN_IN, event.time);
	skstat_life_write(&place, SKSTAT_KIND_OPENED, sk, conn, TCP_SYN_RECV, &event);
}

/* By a SYN-ACK. */
static __always_inline void life_connected(const struct sock *sk, struct skstat_conn *conn)
{
	struct skstat_incident event = { .kind = SKSTAT_OPEN_HANDSHAKE, .direction = SKSTAT_EVENT_OUT };
	struct skstat_place place;

	life_cookie_make(sk, conn);
	if (unlikely(!skstat_journal_begin(&place)))
		return skstat_life_note_opened(sk, conn, SKSTAT_CONN_OUT, ktime_get_ns());
	event.time = skstat_moment_of_segment(sk);
	event.err = READ_ONCE(sk->sk_err);
	skstat_life_put_latency(&event, event.time - conn->since);
	skstat_life_note_opened(sk, conn, SKSTAT_CONN_OUT, event.time);
	skstat_life_write(&place, SKSTAT_KIND_OPENED, sk, conn, TCP_SYN_SENT, &event);
}

notrace void skstat_life_established(const struct sock *sk, u32 old)
{
	struct skstat_conn *conn = skstat_conn_find_near(sk);
	u8 direction = skstat_begin_handshake(sk, old, conn);

	if (direction == SKSTAT_EVENT_IN)
		life_accepted(sk, conn);
	else if (direction == SKSTAT_EVENT_OUT)
		life_connected(sk, conn);
	else
		skstat_life_change(sk, old, TCP_ESTABLISHED);
}

notrace void skstat_life_closed(const struct sock *sk, u32 old)
{
	struct skstat_conn *conn = skstat_conn_find_near(sk);
	struct skstat_incident event = {};
	struct skstat_place place;

	/* Of one that was seen to open, and whose first byte nobody looks for. */
	if (unlikely(!skstat_end_is_orderly(sk, old, conn, &event.kind, &event.flags) ||
		     !(conn->flags & SKSTAT_CONN_OPENED) || conn->watch))
		return skstat_life_change(sk, old, TCP_CLOSE);
	if (unlikely(!skstat_journal_begin(&place)))
		return;
	event.time = skstat_moment_of_segment(sk);
	event.duration = event.time - conn->since;
	event.flags |= SKSTAT_EVENT_HAS_DURATION;
	event.direction = skstat_conn_direction(conn);
	event.err = READ_ONCE(sk->sk_err);
	skstat_life_write(&place, SKSTAT_KIND_CLOSED, sk, conn, old, &event);
}

notrace void skstat_life_fin(const struct sock *sk)
{
	struct skstat_conn *conn = skstat_conn_find_near(sk);

	if (unlikely(!conn || conn->watch))
		return skstat_life_change(sk, TCP_ESTABLISHED, TCP_FIN_WAIT1);
	skstat_fin_look(sk, conn);
}
