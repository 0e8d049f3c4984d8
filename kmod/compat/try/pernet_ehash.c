// SPDX-License-Identifier: GPL-2.0
/* Since 6.1 a namespace may have its own table of established sockets. */
#include <net/inet_hashtables.h>
bool try(struct inet_hashinfo *h) { return h->pernet; }
