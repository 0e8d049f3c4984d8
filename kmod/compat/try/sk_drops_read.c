// SPDX-License-Identifier: GPL-2.0
/* By 7.2 (not in 6.12) drops may be counted outside the socket. */
#include <net/sock.h>
int try(struct sock *sk) { return sk_drops_read(sk); }
