/* SPDX-License-Identifier: GPL-2.0 */
/*
 * When the first payload came. The probe sees what arrives in ESTABLISHED; data that came with the handshake, or
 * after our FIN, is noticed by whoever looks at the connection next, and marked so. In handlers, under the socket's
 * lock.
 */
#ifndef SKSTAT_PROBE_FIRST_BYTE_H
#define SKSTAT_PROBE_FIRST_BYTE_H

#include <linux/tcp.h>
#include <linux/timekeeping.h>
#include <net/sock.h>

#include "conn.h"

/*
 * Which hold of the probe this is; 0: it is not held. A connection is watched if its handshake fell into the same one:
 * what nobody looked for must not be taken for late.
 */
extern u16 skstat_first_byte_holding;

static inline bool skstat_first_byte_held(void)
{
	return READ_ONCE(skstat_first_byte_holding);
}

/* In a handler, of a full socket under its lock. */
static inline bool skstat_received_data(const struct sock *sk)
{
	return tcp_sk(sk)->bytes_received > sock_flag(sk, SOCK_DONE); /* the FIN counts for one */
}

/* The handshake is over. */
static inline void skstat_first_byte_watch(struct skstat_conn *conn)
{
	conn->watch = READ_ONCE(skstat_first_byte_holding);
}

static inline bool skstat_first_byte_wanted(const struct skstat_conn *conn)
{
	return conn->watch && !conn->first_byte && conn->watch == READ_ONCE(skstat_first_byte_holding);
}

/* Something else happened to the connection: has it received data meanwhile? */
static inline void skstat_first_byte_look(struct skstat_conn *conn, const struct sock *sk)
{
	if (!skstat_first_byte_wanted(conn) || !skstat_received_data(sk))
		return;
	conn->first_byte = ktime_get_ns();
	conn->flags |= SKSTAT_CONN_LATE;
}

#endif
