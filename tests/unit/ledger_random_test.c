// SPDX-License-Identifier: GPL-2.0
/* A kernel that counts as net/ipv4 does, driven at random: the ledger has to find every segment of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <netinet/tcp.h>

#include "chance.h"
#include "ledger_kit.h"

static uint64_t seed;

static uint64_t chance(uint64_t limit)
{
	return chance_of(&seed, limit);
}

#define SOCKETS 200
#define EVENTS	4000

enum phase { FREE, REQUEST, COOKIE, CONNECTING, OPEN };

/* A request, the connection that comes of it, and what is counted of that. */
struct socket {
	enum phase phase;
	uint8_t kind, direction;
	uint32_t synacks; /* retransmits of it */
	uint32_t segs_out, total_retrans, delivered;
	uint32_t counted[3];
};

struct machine {
	struct counts mib;
	struct socket socket[SOCKETS];
	struct skstat_sample event[EVENTS];
	struct socket final[EVENTS]; /* of CLOSED and FAILED */
	size_t events;
	uint64_t nobodys; /* SYN-ACKs of requests that ran out of time */
	uint64_t fins;	  /* that are still to come to TIME_WAIT */
};

static void happens(struct machine *m, struct skstat_sample sample, const struct socket *s)
{
	assert_true(m->events < EVENTS);
	sample.event.synack_retrans = s->direction == SKSTAT_EVENT_IN ? s->synacks : 0;
	m->event[m->events] = sample;
	m->final[m->events++] = *s;
}

static void opens(struct machine *m, struct socket *s)
{
	s->phase = OPEN;
	happens(m, event(SKSTAT_KIND_OPENED, s->kind, s->direction, 0), s);
}

/* tcp_create_openreq_child(), tcp_rcv_state_process() */
static void child(struct machine *m, struct socket *s, enum skstat_open kind)
{
	m->mib.PASSIVE_OPENS++;
	s->kind = kind;
	s->total_retrans = s->synacks;
	s->delivered++;
	opens(m, s);
}

/* __tcp_transmit_skb() */
static void sends(struct machine *m, struct socket *s, uint32_t count, bool fresh)
{
	s->segs_out += count;
	if (fresh)
		m->mib.OUT_SEGS += count;
}

/* __tcp_retransmit_skb() */
static void resends(struct machine *m, struct socket *s, uint32_t count)
{
	s->total_retrans += count;
	m->mib.RETRANS_SEGS += count;
	sends(m, s, count, false);
}

static void arrives(struct machine *m, struct socket *s, uint32_t count)
{
	s->delivered += count;
	m->mib.DELIVERED += count;
}

static void begins(struct machine *m, struct socket *s)
{
	memset(s, 0, sizeof(*s));
	m->mib.OUT_SEGS++;
	switch (chance(4)) {
	case 0:
		s->phase = COOKIE;
		m->mib.COOKIES_SENT++;
		s->direction = SKSTAT_EVENT_IN;
		break;
	case 1:
		s->phase = REQUEST;
		s->direction = SKSTAT_EVENT_IN;
		break;
	default:
		s->phase = CONNECTING;
		s->direction = SKSTAT_EVENT_OUT;
		s->segs_out = 1;
	}
}

static void request_goes_on(struct machine *m, struct socket *s)
{
	switch (chance(8)) {
	case 0: /* tcp_rtx_synack() */
	case 1:
	case 2:
		m->mib.OUT_SEGS++;
		m->mib.RETRANS_SEGS++;
		m->mib.SYNACK_RETRANS++;
		s->synacks++;
		break;
	case 3:
		m->mib.EMBRYONIC_RSTS++;
		s->phase = FREE;
		break;
	case 4:
		m->nobodys++;
		s->phase = FREE;
		break;
	default:
		child(m, s, SKSTAT_OPEN_HANDSHAKE);
	}
}

static void cookie_goes_on(struct machine *m, struct socket *s)
{
	switch (chance(3)) {
	case 0:
		s->phase = FREE;
		break;
	default:
		m->mib.COOKIES_RECV++;
		child(m, s, SKSTAT_OPEN_SYNCOOKIE);
	}
}

static void connect_goes_on(struct machine *m, struct socket *s)
{
	switch (chance(8)) {
	case 0:
	case 1:
		resends(m, s, 1);
		break;
	case 2:
		s->phase = FREE;
		happens(m, event(SKSTAT_KIND_FAILED, SKSTAT_FAIL_REFUSED, s->direction, 0), s);
		break;
	case 3:
		arrives(m, s, 2);
		s->delivered--;
		s->kind = SKSTAT_OPEN_FAST_OPEN;
		opens(m, s);
		break;
	case 4: /* tcp_send_synack() */
		sends(m, s, 1, false);
		arrives(m, s, 1);
		s->delivered++;
		s->kind = SKSTAT_OPEN_SIMULTANEOUS;
		opens(m, s);
		break;
	default:
		arrives(m, s, 1);
		sends(m, s, 1, true);
		s->kind = SKSTAT_OPEN_HANDSHAKE;
		opens(m, s);
	}
}

static void open_goes_on(struct machine *m, struct socket *s)
{
	uint32_t segments = (uint32_t)chance(40);

	switch (chance(6)) {
	case 0: /* tcp_send_active_reset() */
		m->mib.OUT_RSTS++;
		sends(m, s, 1, true);
		s->phase = FREE;
		happens(m, event(SKSTAT_KIND_CLOSED, SKSTAT_CLOSE_ABORT, s->direction, SKSTAT_EVENT_RST_COUNTED), s);
		break;
	case 1: /* the peer's FIN comes when there is nobody any more who would count its ACK */
		sends(m, s, 2, true);
		arrives(m, s, 1);
		s->phase = FREE;
		m->fins++;
		happens(m, event(SKSTAT_KIND_CLOSED, SKSTAT_CLOSE_FIN_LOCAL, s->direction,
				 SKSTAT_EVENT_TIME_WAIT | SKSTAT_EVENT_FIN_PENDING), s);
		break;
	case 2:
		resends(m, s, 1 + segments / 8);
		break;
	default:
		sends(m, s, segments, true);
		arrives(m, s, segments);
	}
}

static void machine_runs(struct machine *m, int steps)
{
	for (; steps; steps--) {
		struct socket *s = &m->socket[chance(SOCKETS)];

		switch (s->phase) {
		case FREE:
			begins(m, s);
			break;
		case REQUEST:
			request_goes_on(m, s);
			break;
		case COOKIE:
			cookie_goes_on(m, s);
			break;
		case CONNECTING:
			connect_goes_on(m, s);
			break;
		case OPEN:
			open_goes_on(m, s);
			break;
		}
		/* tcp_v4_send_reset(), tcp_v4_send_ack() */
		if (!chance(10)) {
			m->mib.OUT_RSTS++;
			m->mib.OUT_SEGS++;
		}
		if (m->fins && !chance(4)) {
			m->fins--;
			m->mib.OUT_SEGS++;
		}
	}
}

/* What it has gained since it was counted last. */
static void socket_count(struct skstat_book *book, struct socket *s, const struct socket *now)
{
	book_count(book, now->segs_out - s->counted[0], now->total_retrans - s->counted[1], now->delivered - s->counted[2]);
	s->counted[0] = now->segs_out;
	s->counted[1] = now->total_retrans;
	s->counted[2] = now->delivered;
}

static void events_read(struct skstat_book *book, struct machine *m)
{
	for (size_t i = 0; i < m->events; i++) {
		if (m->event[i].kind != SKSTAT_KIND_OPENED)
			socket_count(book, &m->final[i], &m->final[i]);
		book_tell(book, m->event[i]);
	}
	m->events = 0;
}

/* A walk sees some of them; then what is over since is in the journal with what it had when it was counted last. */
static void machine_poll(struct machine *m, struct skstat_book *book, const struct skstat_ledger *ledger, int busy)
{
	for (size_t i = 0; i < SOCKETS; i++) {
		struct socket *s = &m->socket[i];

		if (busy && !chance(10))
			machine_runs(m, busy / 20);
		/* what happened before was told by events */
		if (s->phase == OPEN || s->phase == CONNECTING)
			socket_count(book, s, s);
	}
	events_read(book, m);
	machine_runs(m, busy);
	book_see(book, ledger, &m->mib);
}

static void grows(const struct skstat_ledger_line *before, const struct skstat_ledger_line *line)
{
	assert_true(line->known);
	assert_true(line->kernel >= before->kernel);
	assert_true(line->attributed >= before->attributed);
	for (size_t i = 0; i < SKSTAT_LEDGER_REASONS; i++)
		assert_true(line->unattributed[i] >= before->unattributed[i]);
}

static uint64_t waiting(const struct machine *m, enum phase phase)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < SOCKETS; i++)
		sum += m->socket[i].phase == phase;
	return sum;
}

/*
 * After every few polls all is at rest, and then nothing must be left but what cannot be known: the first SYN-ACK of
 * requests that wait or ran out of time; and ACKs to FINs that have not come.
 */
static void every_segment_of_a_kernel(void **state)
{
	struct skstat_ledger ledger = ledger_new(true);
	struct machine *m = calloc(1, sizeof(*m));
	struct skstat_book book = { 0 };

	(void)state;
	assert_non_null(m);
	seed = 20261121;
	for (int poll = 0; poll < 600; poll++) {
		struct skstat_ledger_line before[SKSTAT_LEDGER_COUNTERS];

		memcpy(before, book.line, sizeof(before));
		machine_poll(m, &book, &ledger, poll % 10 < 6 ? (int)chance(600) : 0);
		for (size_t i = 0; poll && i < SKSTAT_LEDGER_COUNTERS; i++)
			grows(&before[i], &book.line[i]);
		if (poll % 10 != 9)
			continue;
		assert_int_equal(book.line[SKSTAT_LEDGER_DELIVERED].kernel, m->mib.DELIVERED);
		assert_int_equal(book.line[SKSTAT_LEDGER_RETRANSMITTED].kernel, m->mib.RETRANS_SEGS);
		assert_int_equal(book.line[SKSTAT_LEDGER_SENT].kernel, m->mib.OUT_SEGS);
		assert_int_equal(skstat_ledger_residual(&book.line[SKSTAT_LEDGER_DELIVERED]), 0);
		assert_int_equal(skstat_ledger_residual(&book.line[SKSTAT_LEDGER_RETRANSMITTED]), 0);
		assert_int_equal(skstat_ledger_residual(&book.line[SKSTAT_LEDGER_SENT]),
				 (int64_t)(m->nobodys + waiting(m, REQUEST)) - (int64_t)m->fins);
	}
	/* It was a real one. */
	assert_true(m->mib.OUT_RSTS > 1000 && m->mib.PASSIVE_OPENS > 1000 && m->mib.COOKIES_RECV > 1000);
	free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_segment_of_a_kernel),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("ledger_random", tests, NULL, NULL);
}
