// SPDX-License-Identifier: GPL-2.0
/* Since 5.17 a skb that is dropped has a reason, and kfree_skb tells it. */
#include <linux/skbuff.h>
u32 try(void) { return SKB_DROP_REASON_NOT_SPECIFIED; }
