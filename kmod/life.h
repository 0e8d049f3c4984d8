/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What becomes of a connection or a listener, as an event in the journal and a note in its entry. Called by handlers,
 * with a full TCP socket and on their terms: probe_life.c. `conn` is its entry, or NULL; `old` the state that it leaves.
 * What happens to every connection looks for the entry by itself.
 */
#ifndef SKSTAT_LIFE_H
#define SKSTAT_LIFE_H

#include <linux/types.h>

#include "conn.h"

struct sock;

/* An entry for a socket that should have one and has not: an old one. NULL: it found no place. */
struct skstat_conn *skstat_life_conn_of_old(const struct sock *sk);

void skstat_life_connect(const struct sock *sk);	/* from CLOSE to SYN_SENT */
void skstat_life_arrive(const struct sock *sk);	/* to SYN_RECV: a child */
void skstat_life_cross(struct skstat_conn *conn);	/* from SYN_SENT to SYN_RECV */
void skstat_life_failed(const struct sock *sk, struct skstat_conn *conn, u8 old);
void skstat_life_closed(const struct sock *sk, u8 old);

/* Open. Its entry, if it has one now. */
struct skstat_conn *skstat_life_opened(const struct sock *sk, u8 old);

/* Between open and closed, to `new`. */
void skstat_life_move(const struct sock *sk, struct skstat_conn *conn, u8 new);

/* The same from open to FIN_WAIT1, as most go that close first. */
void skstat_life_fin(const struct sock *sk);

/* Writes the CLOSED that skstat_life_closed() has put off: what it waits for has come, or never will. */
void skstat_life_finish_late(const struct sock *sk, struct skstat_conn *conn);

static __always_inline void skstat_life_finish(const struct sock *sk, struct skstat_conn *conn)
{
	if (unlikely(conn->closing))
		skstat_life_finish_late(sk, conn);
}

void skstat_life_listen_started(const struct sock *sk);
void skstat_life_listen_stopped(const struct sock *sk, struct skstat_conn *conn);

#endif
