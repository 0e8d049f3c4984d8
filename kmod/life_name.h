/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the beginning or the end of a connection is called: decided by what can be seen of it at that moment, and by
 * nothing else. Pure: no socket, no clock, no globals. life_look.c looks.
 */
#ifndef SKSTAT_LIFE_NAME_H
#define SKSTAT_LIFE_NAME_H

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

enum skstat_open skstat_begin_name(const struct skstat_begin *begin);

/* From SYN_SENT or SYN_RECV. */
enum skstat_fail skstat_end_fail(const struct skstat_end *end);

/* From any other state. */
enum skstat_close skstat_end_close(const struct skstat_end *end);

/* TIME_WAIT, or what stands in for FIN_WAIT2, goes on in the socket's place. */
bool skstat_end_time_wait(const struct skstat_end *end);

/*
 * Right after this, in the same call, the socket sends a RST or is destroyed; and what it has counted may be set to 0
 * once the RST is out. What is to be said of it is complete then, not now.
 */
bool skstat_end_waits(const struct skstat_end *end);

#endif
