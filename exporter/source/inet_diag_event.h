/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A destroyed socket, as sock_diag's multicast tells of it, as an event of the journal. Pure. The message is not
 * trusted.
 *
 * What comes, in all kernels from 5.10 to 7.2 (sock_diag_broadcast_destroy(), inet_diag_handler_get_info()): cookie,
 * addresses, ports, bound interface, the two queues, and the whole tcp_info, read when nobody can change it any more.
 * With the cookie it is the end of the socket that walks have met. What does not:
 *
 * - When. A socket is destroyed when it is closed and its file is, whichever is last: one that was reset, timed out, or
 *   went to TIME_WAIT while the process keeps the file open is in no walk any more, and comes when the file is closed.
 *   TIME_WAIT itself does not come, nor does a connection in SYN_RECV: neither is a socket.
 * - How. The state is TCP_CLOSE always, errors and sk_shutdown are not told: event_kind and event_direction are UNSPEC.
 *   bytes_received is as the kernel counts it, with 1 for a FIN that came while the socket was whole. Whether one did
 *   is known where no payload came, and else only to who has seen the socket in CLOSE_WAIT or later. So payload is
 *   never too low, and too high by 1 at most.
 * - When it began, and whose it was: no duration, no latency, no owner, no memory, no congestion control.
 * - What tcp_disconnect() did away with: connect(AF_UNSPEC), close() with SO_LINGER of 0 seconds or in TCP_REPAIR, and
 *   a blocking connect() that failed leave a socket without a peer and without figures, as a listener is one, and a
 *   socket that was never connected. These are no events here. A connect() that failed without blocking is one, and
 *   so is a connection that a listener had no room for.
 * - What the kernel's own sockets do (sk_net_refcnt is 0), other namespaces, and what there was no memory to tell of.
 */
#ifndef SKSTAT_SOURCE_INET_DIAG_EVENT_H
#define SKSTAT_SOURCE_INET_DIAG_EVENT_H

#include "message.h"

/*
 * CLOSED (identity, traffic, tcp, memory, event), FAILED (identity, event), or UNSPEC where there was no connection;
 * `memory` and `event` are zero, for the caller to fill. A connection had opened if anything of it arrived, its SYN or
 * SYN-ACK even: one that TCP_REPAIR made and that did nothing counts as failed. 0 or -EBADMSG.
 */
int skstat_inet_diag_event(const struct nlmsghdr *message, struct skstat_sample *event);

#endif
