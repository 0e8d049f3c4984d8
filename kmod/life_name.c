// SPDX-License-Identifier: GPL-2.0
/*
 * Read from the sources of 5.10, 6.1, 6.12 and 7.2: net/ipv4/tcp.c, tcp_input.c, tcp_timer.c, tcp_minisocks.c,
 * tcp_fastopen.c, inet_connection_sock.c and net/mptcp. They agree but where a comment says so.
 */
#include <linux/errno.h>
#include <linux/types.h>
#include <net/tcp_states.h>

#include "life_name.h"

/*
 * A request measures the time from its first SYN-ACK by the clock, unless that was retransmitted; then the child has
 * inherited the count. A request that was made up from a cookie knows neither: it is measured by timestamps, in whole
 * milliseconds, or not at all. So is a subflow that joins an MPTCP connection: which it is, is told by the cookie
 * that was taken. If nobody looked for one, joins are many, and cookies for MPTCP few.
 */
static bool begin_from_cookie(const struct skstat_begin *begin)
{
	if (!begin->passive || begin->retransmitted || !begin->stamped)
		return false;
	return begin->known ? begin->cookie : !begin->measured && !begin->mptcp;
}

enum skstat_open skstat_begin_name(const struct skstat_begin *begin)
{
	if (begin->repair)
		return SKSTAT_OPEN_REPAIR;
	if (begin->syn_data)
		return SKSTAT_OPEN_FAST_OPEN;
	if (begin->simultaneous)
		return SKSTAT_OPEN_SIMULTANEOUS;
	return begin_from_cookie(begin) ? SKSTAT_OPEN_SYNCOOKIE : SKSTAT_OPEN_HANDSHAKE;
}

/* tcp_write_err(): with the error that an ICMP has left behind, if there is one. */
static bool end_timed_out(const struct skstat_end *end)
{
	return end->err == ETIMEDOUT || (end->err && end->soft);
}

static enum skstat_fail fail_passive(const struct skstat_end *end)
{
	/* tcp_v4_syn_recv_sock() gives up a child that it has just made: no memory, no route. */
	if (end->dead)
		return SKSTAT_FAIL_OTHER;
	/* What follows has the SYN taken already: Fast Open. */
	if (end->err && !end->task)
		return SKSTAT_FAIL_UNREACHABLE;
	return end->task ? SKSTAT_FAIL_ABANDONED : SKSTAT_FAIL_OTHER;
}

static enum skstat_fail fail_active(const struct skstat_end *end)
{
	if (end->err && end->soft)
		return SKSTAT_FAIL_UNREACHABLE;
	/* connect() itself gives up when there is no port or no memory left: before the SYN. */
	if (end->task)
		return end->sent && end->err != EBADMSG ? SKSTAT_FAIL_ABANDONED : SKSTAT_FAIL_OTHER;
	if (end->err == EBADMSG)
		return SKSTAT_FAIL_OTHER; /* MPTCP */
	if (end->err)
		return SKSTAT_FAIL_UNREACHABLE;
	/*
	 * 5.10 tells the application before the state changes, and SO_ERROR clears the error. The timer has unset
	 * itself before it gives up, an ICMP leaves it running.
	 */
	return end->timer ? SKSTAT_FAIL_TIMED_OUT : SKSTAT_FAIL_UNREACHABLE;
}

enum skstat_fail skstat_end_fail(const struct skstat_end *end)
{
	if (end->rst_in)
		return end->state == TCP_SYN_SENT ? SKSTAT_FAIL_REFUSED : SKSTAT_FAIL_RESET;
	if (end->err == ECONNABORTED) /* tcp_abort(): ss -K */
		return SKSTAT_FAIL_ABANDONED;
	if (end->err == ETIMEDOUT)
		return SKSTAT_FAIL_TIMED_OUT;
	return end->passive ? fail_passive(end) : fail_active(end);
}

/* Both FINs were sent, ours was acknowledged: whose came last, the state tells. */
static bool end_in_order(const struct skstat_end *end)
{
	if (end->rst_in || end->rst_out)
		return false;
	return end->acked && (end->state == TCP_LAST_ACK || end->state == TCP_CLOSING);
}

/*
 * tcp_time_wait(). From FIN_WAIT2 it follows on the peer's FIN; or at once when close() or the ACK of our FIN finds
 * an orphan, or later by timer. Of the other ways out of FIN_WAIT2, those that send a RST first are known by it: so
 * do tcp_abort() and the timers. Others are TCP_LINGER2 < 0, data after close(), and an orphan that close() finds no
 * memory for: only where FIN_WAIT2 is long, because else it is over by then.
 */
bool skstat_end_time_wait(const struct skstat_end *end)
{
	if (end->rst_in || end->rst_out)
		return false;
	if (end->state == TCP_CLOSING)
		return end->acked;
	if (end->state != TCP_FIN_WAIT2)
		return false;
	if (end->fin_in)
		return true;
	return end->dead && !end->linger_never && !end->late_data && !(end->task && end->linger_long);
}

/* tcp_need_reset() */
static bool needs_reset(u8 state)
{
	return (1 << state) & (TCPF_ESTABLISHED | TCPF_CLOSE_WAIT | TCPF_FIN_WAIT1 | TCPF_FIN_WAIT2 | TCPF_SYN_RECV);
}

/*
 * close() with unread data, with TCP_LINGER2 < 0 or without memory for an orphan sets CLOSE and sends its RST then; so
 * does tcp_disconnect(), which forgets all counters after. tcp_abort() and the timers send theirs before: rst_out.
 */
bool skstat_end_waits(const struct skstat_end *end)
{
	if (end->rst_in || end->rst_out || end_in_order(end) || skstat_end_time_wait(end) || end_timed_out(end))
		return false;
	if (end->repair || end->err == ECONNABORTED)
		return false;
	if (end->err == EBADMSG) /* MPTCP resets a subflow, in any context */
		return true;
	if (!end->task)
		return false;
	/* An orphan is destroyed at once. tcp_disconnect() from CLOSING and LAST_ACK wants what was not sent. */
	return end->dead || needs_reset(end->state) || end->unsent || end->unread;
}

static enum skstat_close close_task(const struct skstat_end *end)
{
	if (end->repair)
		return SKSTAT_CLOSE_REPAIR;
	/* Orphans without memory are the kernel's own decision; those without FIN_WAIT2 the application's. */
	if (end->err == EBADMSG || (end->dead && !end->linger_never))
		return SKSTAT_CLOSE_RESET_SENT;
	return SKSTAT_CLOSE_ABORT;
}

static enum skstat_close close_softirq(const struct skstat_end *end)
{
	if (end->rst_out || end->err == EBADMSG)
		return SKSTAT_CLOSE_RESET_SENT;
	if (end->state == TCP_FIN_WAIT2 && end->dead && end->linger_never)
		return SKSTAT_CLOSE_ABORT;
	/* tcp_rcv_state_process() finds data with the ACK of our FIN: the RST that follows is nobody's. */
	if (end->late_data)
		return SKSTAT_CLOSE_RESET_SENT;
	return SKSTAT_CLOSE_TIMEOUT; /* SO_ERROR has cleared the error: 5.10 */
}

enum skstat_close skstat_end_close(const struct skstat_end *end)
{
	/* The kernel resets itself when data comes after close(), and says that a RST was received. */
	if (end->rst_in)
		return end->late_data ? SKSTAT_CLOSE_RESET_SENT : SKSTAT_CLOSE_RESET_RECEIVED;
	if (end_in_order(end))
		return end->state == TCP_LAST_ACK ? SKSTAT_CLOSE_FIN_REMOTE : SKSTAT_CLOSE_FIN_BOTH;
	if (skstat_end_time_wait(end))
		return SKSTAT_CLOSE_FIN_LOCAL;
	if (end_timed_out(end))
		return SKSTAT_CLOSE_TIMEOUT;
	if (end->err == ECONNABORTED) /* tcp_abort(): ss -K */
		return SKSTAT_CLOSE_ABORT;
	return end->task ? close_task(end) : close_softirq(end);
}
