// SPDX-License-Identifier: GPL-2.0
/* The keepalive timer moved from struct sock to the connection socket (by 7.2, and in 6.1 stable). */
#include <net/inet_connection_sock.h>
struct timer_list *try(struct inet_connection_sock *icsk) { return &icsk->icsk_keepalive_timer; }
