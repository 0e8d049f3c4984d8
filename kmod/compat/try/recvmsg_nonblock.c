// SPDX-License-Identifier: GPL-2.0
/* Until 5.18 tcp_recvmsg() and udp_recvmsg() had a parameter `nonblock` before `flags`. */
#include <linux/build_bug.h>
#include <net/tcp.h>
typedef int receive(struct sock *, struct msghdr *, size_t, int, int, int *);
static_assert(__builtin_types_compatible_p(typeof(tcp_recvmsg), receive));
