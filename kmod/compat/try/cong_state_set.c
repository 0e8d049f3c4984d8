// SPDX-License-Identifier: GPL-2.0
/* By 6.1 (not in 5.10) there is a tracepoint tcp_cong_state_set. */
#include <linux/build_bug.h>
#include <trace/events/tcp.h>
typedef void handler(void *, struct sock *, const u8);
typedef void check(handler *);
static_assert(__builtin_types_compatible_p(typeof(check_trace_callback_type_tcp_cong_state_set), check));
