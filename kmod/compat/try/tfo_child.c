// SPDX-License-Identifier: GPL-2.0
/* By 7.2 (not in 6.12) a passive Fast Open child is told apart. */
#include <net/tcp.h>
u32 try(struct tcp_sock *tp) { return tp->syn_fastopen_child + TCPI_OPT_TFO_CHILD; }
