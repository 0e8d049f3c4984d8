// SPDX-License-Identifier: GPL-2.0
/* Timestamps in microseconds came with 6.7. */
#include <net/tcp.h>
u32 try(struct tcp_sock *tp) { return tp->tcp_usec_ts + TCPI_OPT_USEC_TS; }
