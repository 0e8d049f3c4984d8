// SPDX-License-Identifier: GPL-2.0
/* By 6.12 (not in 6.1) both ends of ip_local_port_range are in one word, and reading it takes no seqlock. */
#include <linux/build_bug.h>
#include <net/net_namespace.h>
static_assert(__builtin_types_compatible_p(typeof(((struct net *)0)->ipv4.ip_local_ports.range), u32));
