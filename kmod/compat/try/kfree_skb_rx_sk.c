// SPDX-License-Identifier: GPL-2.0
/* Since 6.11 kfree_skb tells which socket was to receive the skb; const or not, see kfree_skb_rx_sk_const.c. */
#include <trace/events/skb.h>
typedef void handler(void *, struct sk_buff *, void *, enum skb_drop_reason, struct sock *);
typedef void handler_const(void *, struct sk_buff *, void *, enum skb_drop_reason, const struct sock *);
typedef void check(handler *);
typedef void check_const(handler_const *);
static_assert(__builtin_types_compatible_p(typeof(check_trace_callback_type_kfree_skb), check) ||
	      __builtin_types_compatible_p(typeof(check_trace_callback_type_kfree_skb), check_const));
