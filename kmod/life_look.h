/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What can be seen of a connection's beginning and end: fills what life_name.h decides by. In handlers, under the
 * socket's lock or on behalf of the one that makes or ends it; `conn` is its entry or NULL.
 */
#ifndef SKSTAT_LIFE_LOOK_H
#define SKSTAT_LIFE_LOOK_H

#include "life_name.h"

struct skstat_conn;
struct sock;

struct skstat_begin skstat_begin_look(const struct sock *sk, u8 state, const struct skstat_conn *conn);
struct skstat_end skstat_end_look(const struct sock *sk, u8 state, const struct skstat_conn *conn);

/* SKSTAT_EVENT_IN or _OUT of a socket that leaves the state SYN_SENT or SYN_RECV. */
u8 skstat_direction_look(u8 state, const struct skstat_conn *conn);

/*
 * A child that was made in SYN_RECV, and thrown away because another CPU has made one of the same request: no
 * connection ends, that one goes on.
 */
bool skstat_is_duplicate(const struct sock *sk, u8 state, const struct skstat_conn *conn);

/* The queues of the listener, as a child of it shows for the first time. False: they cannot be told. */
bool skstat_queues_look(const struct sock *child, struct skstat_conn *conn);

/*
 * Whether a SYN cookie was taken on this CPU just before a child shows for the first time, after
 * skstat_queues_look(). The kernel counts them there, and makes the child then; if it could not, the count is there
 * and the next child's to look at.
 */
bool skstat_cookie_look(const struct sock *child, const struct skstat_conn *conn);

/* Our FIN is about to be sent: what has come until then. */
void skstat_fin_look(const struct sock *sk, struct skstat_conn *conn);

#endif
