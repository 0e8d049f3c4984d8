/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What becomes of a connection or a listener, as an event in the journal and a note in its entry. Called by handlers,
 * with a full TCP socket and on their terms: probe_life.c. `old` is the state that it leaves, and another than `new`.
 */
#ifndef SKSTAT_LIFE_H
#define SKSTAT_LIFE_H

#include <linux/types.h>

#include "conn.h"

struct sock;

/* An entry for a socket that should have one and has not: an old one. NULL: it found no place. */
struct skstat_conn *skstat_life_conn_of_old(const struct sock *sk);

/* The entry of a socket that begins anew, all 0, or NULL. What it may still have to say of its last life is said. */
struct skstat_conn *skstat_life_renew(const struct sock *sk);

/* Any change of a state. */
void skstat_life_change(const struct sock *sk, u8 old, u8 new);

/* What happens to every connection, told in fewer instructions; the same, whichever is called. */
void skstat_life_connect(const struct sock *sk);			/* from CLOSE to SYN_SENT */
void skstat_life_arrive(const struct sock *sk);				/* to SYN_RECV: a child */
void skstat_life_established(const struct sock *sk, u32 old);		/* to ESTABLISHED */
void skstat_life_fin(const struct sock *sk);				/* from ESTABLISHED to FIN_WAIT1 */
void skstat_life_closed(const struct sock *sk, u32 old);		/* to CLOSE */

/* Writes the CLOSED that was put off: what it waits for has come, or never will. */
void skstat_life_finish_late(const struct sock *sk, struct skstat_conn *conn);

static __always_inline void skstat_life_finish(const struct sock *sk, struct skstat_conn *conn)
{
	if (unlikely(conn->closing))
		skstat_life_finish_late(sk, conn);
}

#endif
