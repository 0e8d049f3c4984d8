// SPDX-License-Identifier: GPL-2.0
/* The ECN state became modes between 6.12 and 7.2; before, it was one flag. */
#include <net/tcp.h>
bool try(struct tcp_sock *tp) { return tcp_ecn_mode_any(tp); }
