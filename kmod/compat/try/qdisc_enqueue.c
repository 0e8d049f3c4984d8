// SPDX-License-Identifier: GPL-2.0
/* Since 5.14 there is a tracepoint qdisc_enqueue. */
#include <linux/build_bug.h>
#include <net/sch_generic.h>
#include <trace/events/qdisc.h>
typedef void handler(void *, struct Qdisc *, const struct netdev_queue *, struct sk_buff *);
typedef void check(handler *);
static_assert(__builtin_types_compatible_p(typeof(check_trace_callback_type_qdisc_enqueue), check));
