// SPDX-License-Identifier: GPL-2.0
/*
 * What send() and receive calls of any kind move, read() and write() among them. What does not come by way of a socket's
 * sendmsg() and recvmsg() is not seen, as sendfile() from before 6.5.
 */
#include <trace/events/sock.h>

#include "call.h"
#include "compat/compat.h"
#include "compat/tracepoint.h"

static void on_send(void *data, struct sock *sk, int ret, int flags)
{
	skstat_call_returned(SKSTAT_PROBE_CALL, SKSTAT_CALL_SEND, sk, ret, 0);
}

static void on_receive(void *data, struct sock *sk, int ret, int flags)
{
	skstat_call_returned(SKSTAT_PROBE_CALL, SKSTAT_CALL_RECEIVE, sk, ret, flags);
}

static int call_start(void)
{
	check_trace_callback_type_sock_send_length(on_send);
	check_trace_callback_type_sock_recv_length(on_receive);
	return skstat_hist_start();
}

static struct skstat_hook call_hooks[] = {
	{ .tracepoint = "sock_send_length", .handler = on_send },
	{ .tracepoint = "sock_recv_length", .handler = on_receive },
};

struct skstat_probe skstat_probe_call = {
	.id	  = SKSTAT_PROBE_CALL,
	.hooks	  = call_hooks,
	.nr_hooks = ARRAY_SIZE(call_hooks),
	.start	  = call_start,
};
