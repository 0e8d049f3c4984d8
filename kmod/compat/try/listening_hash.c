// SPDX-License-Identifier: GPL-2.0
/* Until 5.17 listeners had a table of their own; since then they are in lhash2 only. */
#include <net/inet_hashtables.h>
struct inet_listen_hashbucket *try(struct inet_hashinfo *h) { return h->listening_hash; }
