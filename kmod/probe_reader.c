// SPDX-License-Identifier: GPL-2.0
/*
 * Whose an accepted connection is: nobody's, when it is opened. Its process shows itself with the first read.
 */
#include <trace/events/tcp.h>

#include "conn.h"
#include "probe.h"
#include "probe_first_byte.h"
#include "reader.h"

/*
 * tcp_rcv_space_adjust(), as data goes from the receive queue to a reader, who has locked the socket: it is full, and
 * does not end meanwhile. One that is older than the table gets an entry here; not with the table gone, or with one
 * just made: then nobody is there to drop it, and skstat_conn_stop() is about to.
 */
static void on_rcv_space_adjust(void *data, struct sock *sk)
{
	struct skstat_scope scope;
	struct skstat_conn *conn;

	if (!skstat_probe_enter(SKSTAT_PROBE_READER, &scope))
		return;
	if (sk->sk_protocol != IPPROTO_TCP)
		goto out;
	conn = skstat_conn_find(sk);
	if (conn)
		skstat_first_byte_look(conn, sk);
	if ((conn && conn->from) || skstat_reads_for_others())
		goto out;
	if (!conn) {
		/* As likely one that found no place when it began: it stays without, and is counted once. */
		if (skstat_conn_missed())
			goto out;
		conn = skstat_conn_add(sk);
		if (!conn)
			goto out;
		conn->flags |= SKSTAT_CONN_OLD;
	}
	skstat_conn_set_process(conn, SKSTAT_PROCESS_READER);
out:
	skstat_probe_leave(&scope);
}

static int reader_start(void)
{
	check_trace_callback_type_tcp_rcv_space_adjust(on_rcv_space_adjust);
	return 0;
}

static struct skstat_hook reader_hooks[] = {
	{ .tracepoint = "tcp_rcv_space_adjust", .handler = on_rcv_space_adjust },
};

struct skstat_probe skstat_probe_reader = {
	.id	  = SKSTAT_PROBE_READER,
	.hooks	  = reader_hooks,
	.nr_hooks = ARRAY_SIZE(reader_hooks),
	.start	  = reader_start,
};
