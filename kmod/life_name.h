/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the beginning or the end of a connection is called: decided by what can be seen of it at that moment, and by
 * nothing else. Pure: no socket, no clock, no globals. life_look.c looks.
 */
#ifndef SKSTAT_LIFE_NAME_H
#define SKSTAT_LIFE_NAME_H

#include <linux/errno.h>
#include <linux/types.h>
#include <net/tcp_states.h>

#include "skstat/record.h"

/* As a socket leaves SYN_SENT or SYN_RECV for a state that is not CLOSE. */
struct skstat_begin {
	bool passive;	   /* the peer's SYN began it */
	bool repair;	   /* TCP_REPAIR is on */
	bool simultaneous; /* ours crossed the peer's */
	bool syn_data;	   /* data in the SYN was taken: by us, or by the peer that has acknowledged it */
	bool cookie;	   /* a SYN cookie was taken just before it came */
	bool stamped;	   /* its round-trip time, if there is one, is not from the clock but from timestamps */
	bool measured;	   /* there is a round-trip time */
	bool known;	   /* the above is: it was seen as it came */
	bool retransmitted; /* SYN or SYN-ACK was */
	bool mptcp;
};

/* As a socket goes to CLOSE, from a state that is not LISTEN. */
struct skstat_end {
	u8 state;	  /* before: TCP_* */
	u16 err;	  /* sk_err: the reason, or an old one that nobody has asked for */
	bool soft;	  /* err is the soft error that a timeout takes over */
	bool passive;	  /* the peer's SYN began it */
	bool task;	  /* process context: a system call, or the segments and timers that it held up */
	bool timer;	  /* the retransmit timer is not set: it may be what runs */
	bool dead;	  /* an orphan: close() is over */
	bool repair;	  /* TCP_REPAIR is on */
	bool sent;	  /* a segment was */
	bool acked;	  /* all that was written is acknowledged, our FIN included if it was sent */
	bool unsent;	  /* something was written and not sent */
	bool unread;	  /* data was thrown away that nobody had read: close() does */
	bool fin_in;	  /* the peer's FIN came */
	bool late_data;	  /* data came after close() */
	bool linger_never; /* TCP_LINGER2 is below 0: no FIN_WAIT2 without an owner */
	bool linger_long; /* FIN_WAIT2 is to last longer than TIME_WAIT does */
	bool rst_in;	  /* tcp_reset() ran */
	bool rst_out;	  /* the socket sent a RST */
};

/*
 * Read from the sources of 5.10, 6.1, 6.12 and 7.2: net/ipv4/tcp.c, tcp_input.c, tcp_timer.c, tcp_minisocks.c,
 * tcp_fastopen.c, inet_connection_sock.c and net/mptcp. They agree but where a comment says so.
 *
 * In a header, so that of what can be seen only that is looked at which a decision comes down to.
 */

/*
 * A request measures the time from its first SYN-ACK by the clock, unless that was retransmitted; then the child has
 * inherited the count. A request that was made up from a cookie knows neither: it is measured by timestamps, in whole
 * milliseconds, or not at all. So is a subflow that joins an MPTCP connection: which it is, is told by the cookie
 * that was taken. If nobody looked for one, joins are many, and cookies for MPTCP few.
 */
static inline bool skstat_begin_from_cookie(const struct skstat_begin *begin)
{
	if (!begin->passive || begin->retransmitted || !begin->stamped)
		return false;
	return begin->known ? begin->cookie : !begin->measured && !begin->mptcp;
}

static inline enum skstat_open skstat_begin_name(const struct skstat_begin *begin)
{
	if (begin->repair)
		return SKSTAT_OPEN_REPAIR;
	if (begin->syn_data)
		return SKSTAT_OPEN_FAST_OPEN;
	if (begin->simultaneous)
		return SKSTAT_OPEN_SIMULTANEOUS;
	return skstat_begin_from_cookie(begin) ? SKSTAT_OPEN_SYNCOOKIE : SKSTAT_OPEN_HANDSHAKE;
}

/* tcp_write_err(): with the error that an ICMP has left behind, if there is one. */
static inline bool skstat_end_timed_out(const struct skstat_end *end)
{
	return end->err == ETIMEDOUT || (end->err && end->soft);
}

static inline enum skstat_fail skstat_fail_passive(const struct skstat_end *end)
{
	/* tcp_v4_syn_recv_sock() gives up a child that it has just made: no memory, no route. */
	if (end->dead)
		return SKSTAT_FAIL_OTHER;
	/* What follows has the SYN taken already: Fast Open. */
	if (end->err && !end->task)
		return SKSTAT_FAIL_UNREACHABLE;
	return end->task ? SKSTAT_FAIL_ABANDONED : SKSTAT_FAIL_OTHER;
}

static inline enum skstat_fail skstat_fail_active(const struct skstat_end *end)
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

/* From SYN_SENT or SYN_RECV. */
static inline enum skstat_fail skstat_end_fail(const struct skstat_end *end)
{
	if (end->rst_in)
		return end->state == TCP_SYN_SENT ? SKSTAT_FAIL_REFUSED : SKSTAT_FAIL_RESET;
	if (end->err == ECONNABORTED) /* tcp_abort(): ss -K */
		return SKSTAT_FAIL_ABANDONED;
	if (end->err == ETIMEDOUT)
		return SKSTAT_FAIL_TIMED_OUT;
	return end->passive ? skstat_fail_passive(end) : skstat_fail_active(end);
}

/* Both FINs were sent, ours was acknowledged: whose came last, the state tells. */
static inline bool skstat_end_in_order(const struct skstat_end *end)
{
	if (end->rst_in || end->rst_out)
		return false;
	return end->acked && (end->state == TCP_LAST_ACK || end->state == TCP_CLOSING);
}

/*
 * TIME_WAIT, or what stands in for FIN_WAIT2, goes on in the socket's place: tcp_time_wait(). From FIN_WAIT2 it follows on the peer's FIN; or at once when close() or the ACK of our FIN finds
 * an orphan, or later by timer. Of the other ways out of FIN_WAIT2, those that send a RST first are known by it: so
 * do tcp_abort() and the timers. Others are TCP_LINGER2 < 0, data after close(), and an orphan that close() finds no
 * memory for: only where FIN_WAIT2 is long, because else it is over by then.
 */
static inline bool skstat_end_time_wait(const struct skstat_end *end)
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
static inline bool skstat_needs_reset(u8 state)
{
	return (1 << state) & (TCPF_ESTABLISHED | TCPF_CLOSE_WAIT | TCPF_FIN_WAIT1 | TCPF_FIN_WAIT2 | TCPF_SYN_RECV);
}

/*
 * Right after this, in the same call, the socket sends a RST or is destroyed; and what it has counted may be set to 0
 * once the RST is out. What is to be said of it is complete then, not now.
 *
 * close() with unread data, with TCP_LINGER2 < 0 or without memory for an orphan sets CLOSE and sends its RST then; so
 * does tcp_disconnect(), which forgets all counters after. tcp_abort() and the timers send theirs before: rst_out.
 */
static inline bool skstat_end_waits(const struct skstat_end *end)
{
	if (end->rst_in || end->rst_out)
		return false;
	if (skstat_end_in_order(end) || skstat_end_time_wait(end) || skstat_end_timed_out(end))
		return false;
	if (end->repair || end->err == ECONNABORTED)
		return false;
	if (end->err == EBADMSG) /* MPTCP resets a subflow, in any context */
		return true;
	if (!end->task)
		return false;
	/* An orphan is destroyed at once. tcp_disconnect() from CLOSING and LAST_ACK wants what was not sent. */
	return end->dead || skstat_needs_reset(end->state) || end->unsent || end->unread;
}

static inline enum skstat_close skstat_close_task(const struct skstat_end *end)
{
	if (end->repair)
		return SKSTAT_CLOSE_REPAIR;
	/* Orphans without memory are the kernel's own decision; those without FIN_WAIT2 the application's. */
	if (end->err == EBADMSG || (end->dead && !end->linger_never))
		return SKSTAT_CLOSE_RESET_SENT;
	return SKSTAT_CLOSE_ABORT;
}

static inline enum skstat_close skstat_close_softirq(const struct skstat_end *end)
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

/* From any other state. */
static inline enum skstat_close skstat_end_close(const struct skstat_end *end)
{
	/* The kernel resets itself when data comes after close(), and says that a RST was received. */
	if (end->rst_in)
		return end->late_data ? SKSTAT_CLOSE_RESET_SENT : SKSTAT_CLOSE_RESET_RECEIVED;
	if (skstat_end_in_order(end))
		return end->state == TCP_LAST_ACK ? SKSTAT_CLOSE_FIN_REMOTE : SKSTAT_CLOSE_FIN_BOTH;
	if (skstat_end_time_wait(end))
		return SKSTAT_CLOSE_FIN_LOCAL;
	if (skstat_end_timed_out(end))
		return SKSTAT_CLOSE_TIMEOUT;
	if (end->err == ECONNABORTED) /* tcp_abort(): ss -K */
		return SKSTAT_CLOSE_ABORT;
	return end->task ? skstat_close_task(end) : skstat_close_softirq(end);
}

#endif
