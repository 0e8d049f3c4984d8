// SPDX-License-Identifier: GPL-2.0
/* Books of the ledger of which every figure was worked out by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <netinet/tcp.h>

#include "ledger_kit.h"

static void line_is(const struct skstat_book *book, enum skstat_ledger_counter counter, uint64_t kernel,
		    uint64_t attributed, uint64_t synack, int64_t residual)
{
	const struct skstat_ledger_line *line = &book->line[counter];

	assert_true(line->known);
	assert_int_equal(line->kernel, kernel);
	assert_int_equal(line->attributed, attributed);
	assert_int_equal(line->unattributed[SKSTAT_LEDGER_SYNACK], synack);
	assert_int_equal(skstat_ledger_residual(line), residual);
}

/* connect(), 3 segments of data, one sent twice, FIN; the peer's side of it, whose SYN-ACK was sent three times. */
static void both_ends_of_a_connection(void **state)
{
	struct skstat_ledger ledger = ledger_new(true);
	struct skstat_book client = { 0 }, server = { 0 };
	struct skstat_sample opened = event(SKSTAT_KIND_OPENED, SKSTAT_OPEN_HANDSHAKE, SKSTAT_EVENT_IN, 0);
	struct counts counts = { 0 };

	(void)state;
	/* SYN, ACK, 3 data, 1 again, FIN, ACK of the peer's FIN: in TIME_WAIT */
	book_tell(&client, event(SKSTAT_KIND_OPENED, SKSTAT_OPEN_HANDSHAKE, SKSTAT_EVENT_OUT, 0));
	book_count(&client, 7, 1, 5);
	book_tell(&client, event(SKSTAT_KIND_CLOSED, SKSTAT_CLOSE_FIN_LOCAL, SKSTAT_EVENT_OUT,
			    SKSTAT_EVENT_TIME_WAIT | SKSTAT_EVENT_FIN_PENDING));
	counts.OUT_SEGS = 7;
	counts.RETRANS_SEGS = 1;
	counts.DELIVERED = 5;
	book_see(&client, &ledger, &counts);
	line_is(&client, SKSTAT_LEDGER_DELIVERED, 5, 5, 0, 0);
	line_is(&client, SKSTAT_LEDGER_RETRANSMITTED, 1, 1, 0, 0);
	line_is(&client, SKSTAT_LEDGER_SENT, 7, 6, 0, 0);
	assert_int_equal(client.line[SKSTAT_LEDGER_SENT].unattributed[SKSTAT_LEDGER_TIME_WAIT], 1);

	/* 3 SYN-ACKs; then 2 ACKs and a FIN, of which SYN-ACK and FIN arrived */
	opened.event.synack_retrans = 2;
	book_tell(&server, opened);
	book_count(&server, 3, 2, 2);
	book_tell(&server, event(SKSTAT_KIND_CLOSED, SKSTAT_CLOSE_FIN_REMOTE, SKSTAT_EVENT_IN, 0));
	counts = (struct counts){ 0 };
	counts.OUT_SEGS = 6;
	counts.RETRANS_SEGS = 2;
	counts.DELIVERED = 1;
	counts.PASSIVE_OPENS = 1;
	counts.SYNACK_RETRANS = 2;
	book_see(&server, &ledger, &counts);
	line_is(&server, SKSTAT_LEDGER_DELIVERED, 1, 1, 0, 0);
	line_is(&server, SKSTAT_LEDGER_RETRANSMITTED, 2, 0, 2, 0);
	book_see(&server, &ledger, &counts);
	line_is(&server, SKSTAT_LEDGER_SENT, 6, 3, 3, 0);
}

/* A connection that opened behind the walk's back: nothing of it is known yet but what it took over. */
static void opened_before_it_is_seen(void **state)
{
	struct skstat_ledger ledger = ledger_new(true);
	struct skstat_book book = { 0 };
	struct skstat_sample opened = event(SKSTAT_KIND_OPENED, SKSTAT_OPEN_HANDSHAKE, SKSTAT_EVENT_IN, 0);
	struct counts counts = { .OUT_SEGS = 3, .RETRANS_SEGS = 2, .PASSIVE_OPENS = 1, .SYNACK_RETRANS = 2 };

	(void)state;
	opened.event.synack_retrans = 2;
	book_tell(&book, opened);
	book_see(&book, &ledger, &counts);
	line_is(&book, SKSTAT_LEDGER_SENT, 3, 0, 3, 0);
	/* an ACK, and it is over */
	counts.OUT_SEGS++;
	book_count(&book, 1, 2, 0);
	book_tell(&book, event(SKSTAT_KIND_CLOSED, SKSTAT_CLOSE_RESET_RECEIVED, SKSTAT_EVENT_IN, 0));
	book_see(&book, &ledger, &counts);
	line_is(&book, SKSTAT_LEDGER_SENT, 4, 1, 3, 0);
	line_is(&book, SKSTAT_LEDGER_RETRANSMITTED, 2, 0, 2, 0);
	book_see(&book, &ledger, &counts);
	line_is(&book, SKSTAT_LEDGER_SENT, 4, 1, 3, 0);
}

static void opens_of_every_kind(void **state)
{
	struct skstat_ledger ledger = ledger_new(true);
	struct skstat_book book = { 0 };
	struct counts counts = { 0 };

	(void)state;
	/* by cookie; and a second cookie never came back */
	counts.COOKIES_SENT += 2;
	counts.COOKIES_RECV++;
	counts.PASSIVE_OPENS++;
	counts.OUT_SEGS += 2;
	book_tell(&book, event(SKSTAT_KIND_OPENED, SKSTAT_OPEN_SYNCOOKIE, SKSTAT_EVENT_IN, 0));
	book_count(&book, 0, 0, 1);
	book_see(&book, &ledger, &counts);
	line_is(&book, SKSTAT_LEDGER_SENT, 2, 0, 2, 0);
	line_is(&book, SKSTAT_LEDGER_DELIVERED, 0, 0, 0, 0);
	/* a plain one */
	counts.PASSIVE_OPENS++;
	counts.OUT_SEGS++;
	book_tell(&book, event(SKSTAT_KIND_OPENED, SKSTAT_OPEN_HANDSHAKE, SKSTAT_EVENT_IN, 0));
	book_count(&book, 0, 0, 1);
	book_see(&book, &ledger, &counts);
	line_is(&book, SKSTAT_LEDGER_SENT, 3, 0, 3, 0);

	/* connect() with data in the SYN: 2 delivered, the connection says 1 */
	counts.OUT_SEGS++;
	counts.DELIVERED += 2;
	book_tell(&book, event(SKSTAT_KIND_OPENED, SKSTAT_OPEN_FAST_OPEN, SKSTAT_EVENT_OUT, 0));
	book_count(&book, 1, 0, 1);
	/* and accepted: SYN-ACK, and what arrived of it */
	counts.OUT_SEGS++;
	counts.PASSIVE_OPENS++;
	book_tell(&book, event(SKSTAT_KIND_OPENED, SKSTAT_OPEN_FAST_OPEN, SKSTAT_EVENT_IN, 0));
	book_count(&book, 0, 0, 1);
	/* SYNs crossed: ours was sent twice and is counted once; its arrival is counted twice on the socket */
	counts.OUT_SEGS++;
	counts.DELIVERED++;
	book_tell(&book, event(SKSTAT_KIND_OPENED, SKSTAT_OPEN_SIMULTANEOUS, SKSTAT_EVENT_OUT, 0));
	book_count(&book, 2, 0, 2);
	/* no handshake at all */
	book_tell(&book, event(SKSTAT_KIND_OPENED, SKSTAT_OPEN_REPAIR, SKSTAT_EVENT_OUT, 0));
	/* a request that the peer reset */
	counts.OUT_SEGS++;
	counts.EMBRYONIC_RSTS++;
	book_see(&book, &ledger, &counts);
	book_see(&book, &ledger, &counts);
	line_is(&book, SKSTAT_LEDGER_SENT, 7, 2, 5, 0);
	line_is(&book, SKSTAT_LEDGER_DELIVERED, 3, 3, 0, 0);
	/* a cookie whose ACK came three times before there was room: too little is known to be of none, never too much */
	counts.COOKIES_SENT++;
	counts.COOKIES_RECV += 3;
	counts.PASSIVE_OPENS++;
	counts.OUT_SEGS++;
	book_see(&book, &ledger, &counts);
	line_is(&book, SKSTAT_LEDGER_SENT, 8, 2, 5, 1);
}

static void attempts_that_failed(void **state)
{
	struct skstat_ledger ledger = ledger_new(true);
	struct skstat_sample crossed = event(SKSTAT_KIND_FAILED, SKSTAT_FAIL_RESET, SKSTAT_EVENT_OUT, 0);
	struct skstat_sample child = event(SKSTAT_KIND_FAILED, SKSTAT_FAIL_TIMED_OUT, SKSTAT_EVENT_IN, 0);
	struct skstat_sample silent = crossed;
	struct skstat_book book = { 0 };
	struct counts counts = { 0 };

	(void)state;
	/* 3 SYNs and no answer */
	book_count(&book, 3, 2, 0);
	book_tell(&book, event(SKSTAT_KIND_FAILED, SKSTAT_FAIL_TIMED_OUT, SKSTAT_EVENT_OUT, 0));
	counts.OUT_SEGS = 1;
	counts.RETRANS_SEGS = 2;
	/* one that crossed the peer's, and a RST from here */
	crossed.identity.state = TCP_SYN_RECV;
	crossed.event.event_flags = SKSTAT_EVENT_RST_COUNTED;
	book_count(&book, 3, 0, 0);
	book_tell(&book, crossed);
	counts.OUT_SEGS += 2;
	counts.OUT_RSTS = 1;
	/* a child by Fast Open whose SYN-ACK, sent twice, was never answered; 4 segments of data were */
	child.event.synack_retrans = 1;
	book_count(&book, 4, 1, 4);
	book_tell(&book, child);
	counts.OUT_SEGS += 2 + 4;
	counts.RETRANS_SEGS++;
	counts.SYNACK_RETRANS++;
	counts.PASSIVE_OPENS++;
	counts.DELIVERED += 4;
	/* of which nobody knows what it sent: then nothing is taken off for it either */
	silent.identity.state = TCP_SYN_RECV;
	silent.size[SKSTAT_GROUP_TRAFFIC] = 0;
	silent.event.synack_retrans = 7;
	silent.event.event_flags = SKSTAT_EVENT_RST_COUNTED;
	book_tell(&book, silent);
	book_see(&book, &ledger, &counts);
	book_see(&book, &ledger, &counts);
	line_is(&book, SKSTAT_LEDGER_SENT, 9, 7, 2, 0);
	line_is(&book, SKSTAT_LEDGER_RETRANSMITTED, 3, 2, 1, 0);
	line_is(&book, SKSTAT_LEDGER_DELIVERED, 4, 4, 0, 0);
	assert_int_equal(book.line[SKSTAT_LEDGER_SENT].unattributed[SKSTAT_LEDGER_RESET], 0);
}

/* A RST of a connection that no event told of yet is not nobody's. */
static void resets(void **state)
{
	struct skstat_ledger ledger = ledger_new(true);
	struct skstat_book book = { 0 };
	struct counts counts = { 0 };
	const uint64_t *reset = &book.line[SKSTAT_LEDGER_SENT].unattributed[SKSTAT_LEDGER_RESET];

	(void)state;
	counts.OUT_SEGS = counts.OUT_RSTS = 3;
	book_see(&book, &ledger, &counts);
	assert_int_equal(*reset, 0);
	/* two were a connection's */
	book_count(&book, 1, 0, 0);
	book_tell(&book, event(SKSTAT_KIND_CLOSED, SKSTAT_CLOSE_ABORT, SKSTAT_EVENT_OUT, SKSTAT_EVENT_RST_COUNTED));
	book_count(&book, 1, 0, 0);
	book_tell(&book, event(SKSTAT_KIND_CLOSED, SKSTAT_CLOSE_RESET_SENT, SKSTAT_EVENT_IN,
			  SKSTAT_EVENT_RST_COUNTED | SKSTAT_EVENT_ACTIVE_RST));
	book_see(&book, &ledger, &counts);
	assert_int_equal(*reset, 1);
	line_is(&book, SKSTAT_LEDGER_SENT, 3, 2, 0, 0);
	/* sent, and not in its segs_out */
	book_tell(&book, event(SKSTAT_KIND_CLOSED, SKSTAT_CLOSE_ABORT, SKSTAT_EVENT_OUT, SKSTAT_EVENT_ACTIVE_RST));
	counts.OUT_SEGS = counts.OUT_RSTS = 4;
	book_see(&book, &ledger, &counts);
	book_see(&book, &ledger, &counts);
	assert_int_equal(*reset, 2);
	line_is(&book, SKSTAT_LEDGER_SENT, 4, 2, 0, 0);
}

static void what_is_not_known_is_not_there(void **state)
{
	struct skstat_ledger ledger = ledger_new(false);
	struct skstat_book book = { 0 };
	struct counts counts = { 0 };
	struct skstat_mib mib = counts_mib(&counts, false);
	struct skstat_sample opened = event(SKSTAT_KIND_OPENED, SKSTAT_OPEN_HANDSHAKE, SKSTAT_EVENT_IN, 0);

	(void)state;
	opened.event.synack_retrans = 3;
	counts.OUT_SEGS = 10;
	counts.OUT_RSTS = 5;
	counts.PASSIVE_OPENS = 2;
	counts.RETRANS_SEGS = 4;
	skstat_book_read(&book, &ledger, &mib);
	assert_false(book.line[SKSTAT_LEDGER_RETRANSMITTED].has[SKSTAT_LEDGER_SYNACK]);
	assert_true(book.line[SKSTAT_LEDGER_SENT].has[SKSTAT_LEDGER_SYNACK]);
	assert_false(book.line[SKSTAT_LEDGER_SENT].has[SKSTAT_LEDGER_RESET]);
	assert_false(book.line[SKSTAT_LEDGER_SENT].has[SKSTAT_LEDGER_TIME_WAIT]);
	line_is(&book, SKSTAT_LEDGER_SENT, 10, 0, 2, 8);
	/* the journal without the probe that counts SYN-ACKs: what connections took over is one of them */
	ledger = ledger_new(true);
	book_tell(&book, opened);
	book_count(&book, 1, 3, 0);
	counts.OUT_SEGS += 4;
	skstat_book_read(&book, &ledger, &mib);
	line_is(&book, SKSTAT_LEDGER_RETRANSMITTED, 4, 0, 3, 1);
	assert_int_equal(book.line[SKSTAT_LEDGER_SENT].unattributed[SKSTAT_LEDGER_SYNACK], 5);
	/* now it is held: what it had counted for others before is not ours */
	counts.SYNACK_RETRANS = 100;
	mib = counts_mib(&counts, true);
	skstat_book_read(&book, &ledger, &mib);
	line_is(&book, SKSTAT_LEDGER_RETRANSMITTED, 4, 0, 3, 1);
	counts.SYNACK_RETRANS = 104;
	skstat_book_read(&book, &ledger, &mib);
	line_is(&book, SKSTAT_LEDGER_RETRANSMITTED, 4, 0, 4, 0);
	/* a new module counts from 0 */
	skstat_book_reload(&book);
	counts.SYNACK_RETRANS = 105;
	counts.RETRANS_SEGS += 105;
	skstat_book_read(&book, &ledger, &mib);
	line_is(&book, SKSTAT_LEDGER_RETRANSMITTED, 109, 0, 109, 0);
	/* the kernel's side is missing */
	ledger.at[SKSTAT_LEDGER_OUT_SEGS_ROW] = -1;
	skstat_book_read(&book, &ledger, &mib);
	assert_false(book.line[SKSTAT_LEDGER_SENT].known);
	assert_true(book.line[SKSTAT_LEDGER_DELIVERED].known);
	ledger.available[SKSTAT_LEDGER_DELIVERED] = false;
	skstat_book_read(&book, &ledger, &mib);
	assert_false(book.line[SKSTAT_LEDGER_DELIVERED].known);
}

/* An open that is told of late takes off what was already shown: that shows when it is made up for. */
static void nothing_goes_back(void **state)
{
	struct skstat_ledger ledger = ledger_new(true);
	struct skstat_book book = { 0 };
	struct counts counts = { 0 };

	(void)state;
	counts.DELIVERED = 4;
	book_count(&book, 0, 0, 5);
	book_see(&book, &ledger, &counts);
	line_is(&book, SKSTAT_LEDGER_DELIVERED, 4, 5, 0, -1);
	book_tell(&book, event(SKSTAT_KIND_OPENED, SKSTAT_OPEN_HANDSHAKE, SKSTAT_EVENT_IN, 0));
	book_see(&book, &ledger, &counts);
	line_is(&book, SKSTAT_LEDGER_DELIVERED, 4, 5, 0, -1);
	counts.DELIVERED = 6;
	book_count(&book, 0, 0, 2);
	book_see(&book, &ledger, &counts);
	line_is(&book, SKSTAT_LEDGER_DELIVERED, 6, 6, 0, 0);
	/* from below 0 */
	for (int i = 0; i < 9; i++)
		book_tell(&book, event(SKSTAT_KIND_OPENED, SKSTAT_OPEN_HANDSHAKE, SKSTAT_EVENT_IN, 0));
	book_see(&book, &ledger, &counts);
	line_is(&book, SKSTAT_LEDGER_DELIVERED, 6, 6, 0, 0);
}

static void coverage(void **state)
{
	struct skstat_ledger_line line = { .known = true, .kernel = 1000, .attributed = 500 };
	struct skstat_ledger_line sum = { 0 }, none = { .kernel = 77 };

	(void)state;
	line.unattributed[SKSTAT_LEDGER_RESET] = 250;
	line.has[SKSTAT_LEDGER_RESET] = true;
	assert_true(skstat_ledger_coverage(&line) == 0.75);
	assert_int_equal(skstat_ledger_residual(&line), 250);
	line.attributed = 800;
	assert_true(skstat_ledger_coverage(&line) == 1);
	assert_int_equal(skstat_ledger_residual(&line), -50);
	skstat_ledger_line_add(&sum, &line);
	skstat_ledger_line_add(&sum, &none);
	skstat_ledger_line_add(&sum, &line);
	assert_int_equal(sum.kernel, 2000);
	assert_int_equal(sum.attributed, 1600);
	assert_int_equal(sum.unattributed[SKSTAT_LEDGER_RESET], 500);
	assert_true(sum.has[SKSTAT_LEDGER_RESET] && !sum.has[SKSTAT_LEDGER_SYNACK]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ends_of_a_connection),
		cmocka_unit_test(opened_before_it_is_seen),
		cmocka_unit_test(opens_of_every_kind),
		cmocka_unit_test(attempts_that_failed),
		cmocka_unit_test(resets),
		cmocka_unit_test(what_is_not_known_is_not_there),
		cmocka_unit_test(nothing_goes_back),
		cmocka_unit_test(coverage),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}
