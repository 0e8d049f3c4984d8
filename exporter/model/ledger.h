/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The ledger: what the kernel has counted in a network namespace, held against what was found on connections. Pure.
 *
 *	kernel = attributed + unattributed, by reason + residual
 *
 * for three of the kernel's counters. All begin at 0 at the end of the first complete full walk, and all but the
 * residual only grow. What each figure is was read in net/ipv4 and net/ipv6 of 5.10, 6.1, 6.12 and 7.2; there is no
 * other place in them that counts one of the two sides:
 *
 * delivered: segments known to have arrived.
 *   kernel        TcpExt TCPDelivered: tcp_newly_delivered(), by how much tcp_ack() moved tp->delivered.
 *   attributed    the connections' `delivered`, and
 *                 - 1 for each open from SYN_RECV: tcp_rcv_state_process() counts the SYN-ACK on the connection alone
 *                 + 1 for each connect() whose SYN brought data that was taken: tcp_rcv_fastopen_synack() takes 1 off
 *                   the connection alone
 *
 * retransmitted: attempts, also those that failed.
 *   kernel        Tcp RetransSegs: __tcp_retransmit_skb(), and tcp_rtx_synack() for SYN-ACKs
 *   attributed    the connections' `total_retrans`, but for what they took over from their requests
 *   {synack}      SynAckRetrans, which the module counts: a SYN-ACK is a request's, whether or not a connection came
 *                 of it, so that nothing moves from one side to the other later on. Where nobody counts it: what
 *                 connections took over.
 *
 * sent: segments, but for retransmits.
 *   kernel        Tcp OutSegs: __tcp_transmit_skb() of what is new or empty; tcp_make_synack(), retransmits too;
 *                 tcp_v4_send_reset(), tcp_v4_send_ack(), tcp_v6_send_response()
 *   attributed    the connections' `segs_out` - own retransmits (see above): __tcp_transmit_skb() of whatever, less
 *                 what is sent again; and - 1 for each SYN that crossed the peer's: tcp_send_synack() sends it a
 *                 second time, and the kernel counts that nowhere. What is given back for retransmits that came from
 *                 a request is, one reading late: its OPENED may come before the record that they are taken off of.
 *   {synack}      SynAckRetrans and the first ones: PassiveOpens - SyncookiesRecv + SyncookiesSent + EmbryonicRsts
 *                 (requests that a RST ended)
 *   {reset}       OutRsts - what tcp_send_active_reset() sent, which is in the socket's `segs_out`: RSTs to segments
 *                 of no connection. One reading late: a RST that connections may yet claim is not taken for nobody's.
 *   {time_wait}   one ACK for each peer's FIN that had not come when our side went to TIME_WAIT. Should it never
 *                 come, since the peer sent data, and got a RST, the residual is below zero by it.
 *
 * The residual is what is left: nothing when all is at rest, all was read and nothing lost, but for what no counter
 * tells. Those are, of `sent`, SYN-ACKs to peers that never answered, or whose retransmit failed locally, or for whose
 * cookies the accept queue had no room; ACKs to what else came in TIME_WAIT or for a request; and retransmits for which
 * no memory was left (below zero). While segments flow, it has those between the reading of a connection and that of
 * the kernel's counters.
 */
#ifndef SKSTAT_MODEL_LEDGER_H
#define SKSTAT_MODEL_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "difference.h"
#include "source/message.h"

enum skstat_ledger_counter {
	SKSTAT_LEDGER_DELIVERED,
	SKSTAT_LEDGER_RETRANSMITTED,
	SKSTAT_LEDGER_SENT,
	SKSTAT_LEDGER_COUNTERS,
};

enum skstat_ledger_reason {
	SKSTAT_LEDGER_SYNACK,
	SKSTAT_LEDGER_RESET,
	SKSTAT_LEDGER_TIME_WAIT,
	SKSTAT_LEDGER_REASONS,
};

/* M(ROW, table, name): the SNMP counters that it needs. Those of the kernel's side first, by counter. */
#define SKSTAT_LEDGER_ROWS(M)                  \
	M(DELIVERED, TCPEXT, "TCPDelivered")   \
	M(RETRANS_SEGS, TCP, "RetransSegs")    \
	M(OUT_SEGS, TCP, "OutSegs")            \
	M(OUT_RSTS, TCP, "OutRsts")            \
	M(PASSIVE_OPENS, TCP, "PassiveOpens")  \
	M(EMBRYONIC_RSTS, TCPEXT, "EmbryonicRsts") \
	M(COOKIES_SENT, TCPEXT, "SyncookiesSent") \
	M(COOKIES_RECV, TCPEXT, "SyncookiesRecv") \
	M(SYNACK_RETRANS, OWN, "SynAckRetrans")

enum {
#define SKSTAT_LEDGER_ROW(ROW, ...) SKSTAT_LEDGER_##ROW##_ROW,
	SKSTAT_LEDGER_ROWS(SKSTAT_LEDGER_ROW)
#undef SKSTAT_LEDGER_ROW
	SKSTAT_LEDGER_ROW_COUNT,
};

/* What holds for all namespaces. */
struct skstat_ledger {
	int32_t at[SKSTAT_LEDGER_ROW_COUNT];	   /* each row's place in its table; -1: this source does not have it */
	bool available[SKSTAT_LEDGER_COUNTERS]; /* connections have what is attributed */
	bool events;				   /* the journal tells what of a connection was sent by whom */
	bool on;				   /* the first complete full walk has been */
};

/* One reading of a namespace's counters against its connections. */
struct skstat_ledger_line {
	bool known; /* else there is no such line */
	uint64_t kernel, attributed;
	bool has[SKSTAT_LEDGER_REASONS]; /* else what is there of that reason is in the residual, as far as it is */
	uint64_t unattributed[SKSTAT_LEDGER_REASONS];
};

/* Of one namespace. All zeros is one that has begun now, with all its counters at 0. */
struct skstat_book {
	bool waiting; /* for its first reading, from which it counts: it was there before the ledger was on */
	/* What came from connections and events; deductions may come before that from which they are taken. */
	int64_t attributed[SKSTAT_LEDGER_COUNTERS];
	uint64_t inherited; /* retransmits that connections took over from their requests */
	/* Of these, what OPENED told of: in all, and up to the last reading. */
	uint64_t took_over, took_over_before;
	uint64_t resets;    /* RSTs in the `segs_out` of connections */
	uint64_t pending;   /* FINs that the peers of connections in TIME_WAIT had still to send */
	/* What came from the kernel, by row: the last value, what was gained, and what had been at the reading before. */
	uint64_t last[SKSTAT_LEDGER_ROW_COUNT];
	uint64_t gained[SKSTAT_LEDGER_ROW_COUNT];
	uint64_t before[SKSTAT_LEDGER_ROW_COUNT];
	uint16_t seen; /* 1 << row: it had a value once */
	uint16_t has;  /* 1 << row: it had one in the last reading */
	/* As of the last reading. */
	struct skstat_ledger_line line[SKSTAT_LEDGER_COUNTERS];
};

/* Where the rows stand. NULL has none. */
void skstat_ledger_index(struct skstat_ledger *ledger, const struct skstat_schema *schema);

/* What connections have, for the coming poll; `journal`: it is read. NULL has nothing. */
void skstat_ledger_fit(struct skstat_ledger *ledger, const struct skstat_schema *schema, bool journal);

/* What a connection gained. */
static inline void skstat_book_add(struct skstat_book *book, uint64_t delivered, uint64_t retransmitted,
				   uint64_t segs_out)
{
	if (book->waiting)
		return;
	book->attributed[SKSTAT_LEDGER_DELIVERED] += (int64_t)delivered;
	book->attributed[SKSTAT_LEDGER_RETRANSMITTED] += (int64_t)retransmitted;
	book->attributed[SKSTAT_LEDGER_SENT] += (int64_t)(segs_out - retransmitted);
}

static inline void skstat_book_count(struct skstat_book *book, const struct skstat_difference *difference)
{
	const uint64_t *delta = difference->delta;

	skstat_book_add(book, delta[SKSTAT_COUNTER_delivered], delta[SKSTAT_COUNTER_total_retrans],
			delta[SKSTAT_COUNTER_segs_out]);
}

/*
 * A connection whose values count from 0 was opened: `in` by its peer, from a request whose SYN-ACK was retransmitted
 * `inherited` times.
 */
void skstat_book_open(struct skstat_book *book, enum skstat_open kind, bool in, uint32_t inherited);

/* An event of the journal. What the connection gained by it is for skstat_book_count(). */
void skstat_book_event(struct skstat_book *book, const struct skstat_sample *sample);

/* The kernel's counters, read after what connections gained and events told: makes the lines. */
void skstat_book_read(struct skstat_book *book, const struct skstat_ledger *ledger, const struct skstat_mib *mib);

/* It has not been read for a while, or not yet: it goes on from its next reading, as if nothing had been between. */
void skstat_book_wait(struct skstat_book *book);

/* The module was loaded anew: what it counts itself starts again. */
void skstat_book_reload(struct skstat_book *book);

/* What `part` got from connections and events is of the same namespace as `book`; it was not read yet. */
void skstat_book_join(struct skstat_book *book, const struct skstat_book *part);

/* Adds `line` to `sum`. */
void skstat_ledger_line_add(struct skstat_ledger_line *sum, const struct skstat_ledger_line *line);

/* kernel - attributed - unattributed */
int64_t skstat_ledger_residual(const struct skstat_ledger_line *line);

/* (attributed + unattributed) / kernel, at most 1; of a line whose `kernel` is 0 there is none, and this is 1. */
double skstat_ledger_coverage(const struct skstat_ledger_line *line);

#endif
