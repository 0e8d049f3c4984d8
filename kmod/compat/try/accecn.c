// SPDX-License-Identifier: GPL-2.0
/* Accurate ECN came between 6.12 and 7.2. */
#include <net/tcp.h>
u32 try(struct tcp_sock *tp)
{
	return tp->received_ce + tp->received_ecn_bytes[0] + tp->delivered_ecn_bytes[0] + tp->saw_accecn_opt +
	       tp->accecn_fail_mode + tcp_ecn_mode_accecn(tp) + tcp_ecn_mode_pending(tp);
}
