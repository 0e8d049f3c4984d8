// SPDX-License-Identifier: GPL-2.0
/* By 7.2 (not in 6.12) tcp_retransmit_skb fires for attempts that failed, too. */
#include <linux/build_bug.h>
#include <trace/events/tcp.h>
typedef void handler(void *, const struct sock *, const struct sk_buff *, int);
typedef void check(handler *);
static_assert(__builtin_types_compatible_p(typeof(check_trace_callback_type_tcp_retransmit_skb), check));
