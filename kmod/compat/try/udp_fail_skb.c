// SPDX-License-Identifier: GPL-2.0
/* By 6.12 (not in 6.1) udp_fail_queue_rcv_skb hands out the datagram, and fires for IPv6, too. */
#include <linux/build_bug.h>
#include <net/udp.h>
#include <trace/events/udp.h>
typedef void handler(void *, int, struct sock *, struct sk_buff *);
typedef void check(handler *);
static_assert(__builtin_types_compatible_p(typeof(check_trace_callback_type_udp_fail_queue_rcv_skb), check));
