// SPDX-License-Identifier: GPL-2.0
/* By 7.2 (not in 6.12) the retransmit timer knows when it fires, icsk_timeout is gone. */
#include <net/tcp.h>
unsigned long try(struct sock *sk) { return tcp_timeout_expires(sk); }
