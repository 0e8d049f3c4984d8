/* SPDX-License-Identifier: GPL-2.0 */
/*
 * When the first payload came. The probe sees what arrives in ESTABLISHED; data that came with the handshake, or
 * after our FIN, is noticed by whoever looks at the connection next, and marked so. In handlers, under the socket's
 * lock.
 */
#ifndef SKSTAT_PROBE_FIRST_BYTE_H
#define SKSTAT_PROBE_FIRST_BYTE_H

#include <linux/types.h>

struct skstat_conn;
struct sock;

/* The handshake is over. */
void skstat_first_byte_watch(struct skstat_conn *conn);

/* Something else happened to the connection: has it received data meanwhile? */
void skstat_first_byte_look(struct skstat_conn *conn, const struct sock *sk, u64 now);

#endif
