// SPDX-License-Identifier: GPL-2.0
/* By 6.12 (not in 6.1) consume_skb tells where. */
#include <linux/build_bug.h>
#include <trace/events/skb.h>
typedef void handler(void *, struct sk_buff *, void *);
typedef void check(handler *);
static_assert(__builtin_types_compatible_p(typeof(check_trace_callback_type_consume_skb), check));
