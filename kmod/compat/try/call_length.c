// SPDX-License-Identifier: GPL-2.0
/* Since 6.3 there are tracepoints sock_send_length and sock_recv_length. */
#include <linux/build_bug.h>
#include <trace/events/sock.h>
typedef void handler(void *, struct sock *, int, int);
typedef void check(handler *);
static_assert(__builtin_types_compatible_p(typeof(check_trace_callback_type_sock_send_length), check));
