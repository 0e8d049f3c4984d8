// SPDX-License-Identifier: GPL-2.0
/* By 7.2 (not in 6.12) that socket is not to be changed. */
#include <trace/events/skb.h>
typedef void handler(void *, struct sk_buff *, void *, enum skb_drop_reason, const struct sock *);
typedef void check(handler *);
static_assert(__builtin_types_compatible_p(typeof(check_trace_callback_type_kfree_skb), check));
