// SPDX-License-Identifier: GPL-2.0
/* Retransmission timeouts are summed up since 6.7. */
#include <linux/tcp.h>
u32 try(struct tcp_sock *tp) { return tp->total_rto + tp->total_rto_recoveries + tp->total_rto_time + tp->rto_stamp; }
