// SPDX-License-Identifier: GPL-2.0
/* Since 6.10 or so a RST has a reason, and tcp_send_reset tells it. */
#include <linux/build_bug.h>
#include <trace/events/tcp.h>
typedef void handler(void *, const struct sock *, const struct sk_buff *, const enum sk_rst_reason);
typedef void check(handler *);
static_assert(__builtin_types_compatible_p(typeof(check_trace_callback_type_tcp_send_reset), check));
