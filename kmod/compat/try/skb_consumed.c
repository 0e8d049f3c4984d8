// SPDX-License-Identifier: GPL-2.0
/* By 6.12 (not in 6.1) an enumerator says that a skb was not dropped at all. */
#include <linux/skbuff.h>
u32 try(void) { return SKB_CONSUMED; }
