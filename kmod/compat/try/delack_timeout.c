// SPDX-License-Identifier: GPL-2.0
/* By 7.2 (not in 6.12) inet_diag shows the delayed ACK timer. */
#include <net/inet_connection_sock.h>
unsigned long try(struct inet_connection_sock *icsk) { return icsk_delack_timeout(icsk); }
