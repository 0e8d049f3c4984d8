// SPDX-License-Identifier: GPL-2.0
/* By 7.2 (not in 6.12) a socket knows its inode number itself. */
#include <net/sock.h>
u64 try(struct sock *sk) { return sk->sk_ino; }
