// SPDX-License-Identifier: GPL-2.0
/* Protective load balancing came with 6.2. */
#include <linux/tcp.h>
u32 try(struct tcp_sock *tp) { return tp->plb_rehash; }
