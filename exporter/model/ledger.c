// SPDX-License-Identifier: GPL-2.0
#include <netinet/tcp.h>

#include "ledger.h"
#include "mib.h"

#define BIT(row) (1u << (row))

_Static_assert((int)SKSTAT_LEDGER_DELIVERED_ROW == (int)SKSTAT_LEDGER_DELIVERED &&
		       (int)SKSTAT_LEDGER_RETRANS_SEGS_ROW == (int)SKSTAT_LEDGER_RETRANSMITTED &&
		       (int)SKSTAT_LEDGER_OUT_SEGS_ROW == (int)SKSTAT_LEDGER_SENT,
	       "the rows of the kernel's side are in the order of the counters");

static const uint32_t row_table[SKSTAT_LEDGER_ROW_COUNT] = {
#define ROW(ROW, TABLE, NAME) [SKSTAT_LEDGER_##ROW##_ROW] = SKSTAT_MIB_##TABLE,
	SKSTAT_LEDGER_ROWS(ROW)
#undef ROW
};

void skstat_ledger_index(struct skstat_ledger *ledger, const struct skstat_schema *schema)
{
#define ROW(ROW, TABLE, NAME) \
	ledger->at[SKSTAT_LEDGER_##ROW##_ROW] = skstat_mib_find(schema, SKSTAT_MIB_##TABLE, NAME);
	SKSTAT_LEDGER_ROWS(ROW)
#undef ROW
}

static bool has_field(const struct skstat_schema *schema, size_t field)
{
	return schema && schema->available[field];
}

void skstat_ledger_fit(struct skstat_ledger *ledger, const struct skstat_schema *schema, bool journal)
{
	bool retransmits = has_field(schema, SKSTAT_AT_total_retrans);

	ledger->available[SKSTAT_LEDGER_DELIVERED] = has_field(schema, SKSTAT_AT_delivered);
	ledger->available[SKSTAT_LEDGER_RETRANSMITTED] = retransmits;
	ledger->available[SKSTAT_LEDGER_SENT] = retransmits && has_field(schema, SKSTAT_AT_segs_out);
	ledger->events = journal && has_field(schema, SKSTAT_AT_synack_retrans);
}

void skstat_book_open(struct skstat_book *book, enum skstat_open kind, bool in, uint32_t inherited)
{
	if (book->waiting)
		return;
	/* It went through SYN_RECV. */
	if (in || kind == SKSTAT_OPEN_SIMULTANEOUS)
		book->attributed[SKSTAT_LEDGER_DELIVERED]--;
	if (kind == SKSTAT_OPEN_SIMULTANEOUS)
		book->attributed[SKSTAT_LEDGER_SENT]--;
	if (!in && kind == SKSTAT_OPEN_FAST_OPEN)
		book->attributed[SKSTAT_LEDGER_DELIVERED]++;
	book->inherited += inherited;
	book->took_over += inherited;
	book->attributed[SKSTAT_LEDGER_RETRANSMITTED] -= inherited;
}

/*
 * A connection that never was has sent SYNs, or, by Fast Open, data. Where its record does not say so, nothing of it
 * was counted.
 */
static void fail(struct skstat_book *book, const struct skstat_sample *sample)
{
	const struct skstat_event *event = &sample->event;

	if (!sample->size[SKSTAT_GROUP_TRAFFIC])
		return;
	if (sample->identity.state == TCP_SYN_RECV && event->event_direction == SKSTAT_EVENT_OUT)
		book->attributed[SKSTAT_LEDGER_SENT]--;
	book->inherited += event->synack_retrans;
	book->attributed[SKSTAT_LEDGER_RETRANSMITTED] -= event->synack_retrans;
	book->attributed[SKSTAT_LEDGER_SENT] += event->synack_retrans;
	book->resets += !!(event->event_flags & SKSTAT_EVENT_RST_COUNTED);
}

void skstat_book_event(struct skstat_book *book, const struct skstat_sample *sample)
{
	const struct skstat_event *event = &sample->event;

	if (book->waiting)
		return;
	if (sample->kind == SKSTAT_KIND_OPENED) {
		skstat_book_open(book, event->event_kind, event->event_direction == SKSTAT_EVENT_IN,
				 event->synack_retrans);
	} else if (sample->kind == SKSTAT_KIND_FAILED) {
		fail(book, sample);
	} else if (sample->kind == SKSTAT_KIND_CLOSED) {
		book->resets += !!(event->event_flags & SKSTAT_EVENT_RST_COUNTED);
		book->pending += !!(event->event_flags & SKSTAT_EVENT_FIN_PENDING);
	}
}

/* The kernel's counters never go back; what does is the module's own, or those of another namespace by that inode. */
static void row_gain(struct skstat_book *book, uint32_t row, uint64_t value)
{
	/* What this module did not count when the others were read first may have been counted before that. */
	bool first = !(book->seen & BIT(row)) && book->seen;

	book->before[row] = book->gained[row];
	if (!book->waiting && !first)
		book->gained[row] += value >= book->last[row] ? value - book->last[row] : value;
	book->last[row] = value;
}

static void rows_read(struct skstat_book *book, const struct skstat_ledger *ledger, const struct skstat_mib *mib)
{
	uint16_t has = 0;

	for (uint32_t row = 0; row < SKSTAT_LEDGER_ROW_COUNT; row++) {
		int32_t at = ledger->at[row];

		if (at < 0 || (size_t)at >= mib->count[row_table[row]])
			continue;
		row_gain(book, row, skstat_mib_value(mib, row_table[row], (size_t)at));
		has |= BIT(row);
	}
	book->has = has;
	book->seen |= has;
	book->waiting = false;
}

/* By how much the one is more, if it is. */
static uint64_t more(uint64_t value, uint64_t than)
{
	return value > than ? value - than : 0;
}

/*
 * SYN-ACKs that were the first of their connection or cookie. An ACK whose cookie is good and that finds the accept queue
 * full comes again: then it is taken for one connection more, and this for too little.
 */
static uint64_t first_synacks(const struct skstat_book *book)
{
	const uint64_t *gained = book->gained;

	return more(gained[SKSTAT_LEDGER_PASSIVE_OPENS_ROW], gained[SKSTAT_LEDGER_COOKIES_RECV_ROW]) +
	       gained[SKSTAT_LEDGER_COOKIES_SENT_ROW] + gained[SKSTAT_LEDGER_EMBRYONIC_RSTS_ROW];
}

static void reason_set(struct skstat_ledger_line *line, enum skstat_ledger_reason reason, uint64_t count)
{
	line->has[reason] = true;
	if (count > line->unattributed[reason])
		line->unattributed[reason] = count;
}

static void reasons_make(struct skstat_book *book, const struct skstat_ledger *ledger)
{
	struct skstat_ledger_line *retransmitted = &book->line[SKSTAT_LEDGER_RETRANSMITTED];
	struct skstat_ledger_line *sent = &book->line[SKSTAT_LEDGER_SENT];
	bool counted = book->has & BIT(SKSTAT_LEDGER_SYNACK_RETRANS_ROW);
	uint64_t again = counted ? book->gained[SKSTAT_LEDGER_SYNACK_RETRANS_ROW] : book->inherited;

	if (counted || ledger->events)
		reason_set(retransmitted, SKSTAT_LEDGER_SYNACK, again);
	if (book->has & BIT(SKSTAT_LEDGER_PASSIVE_OPENS_ROW))
		reason_set(sent, SKSTAT_LEDGER_SYNACK, first_synacks(book) + again);
	if (ledger->events) {
		if (book->has & BIT(SKSTAT_LEDGER_OUT_RSTS_ROW))
			reason_set(sent, SKSTAT_LEDGER_RESET,
				   more(book->before[SKSTAT_LEDGER_OUT_RSTS_ROW], book->resets));
		reason_set(sent, SKSTAT_LEDGER_TIME_WAIT, book->pending);
	}
}

/* A deduction that came first shows when it is made up for; nothing is added before what it is taken off again. */
static void line_attribute(struct skstat_ledger_line *line, int64_t attributed)
{
	if (attributed > 0 && (uint64_t)attributed > line->attributed)
		line->attributed = (uint64_t)attributed;
}

void skstat_book_read(struct skstat_book *book, const struct skstat_ledger *ledger, const struct skstat_mib *mib)
{
	int64_t late = (int64_t)book->took_over_before;

	rows_read(book, ledger, mib);
	reasons_make(book, ledger);
	for (uint32_t i = 0; i < SKSTAT_LEDGER_COUNTERS; i++) {
		struct skstat_ledger_line *line = &book->line[i];

		line->known = ledger->available[i] && book->has & BIT(i);
		line->kernel = book->gained[i];
		line_attribute(line, book->attributed[i] + (i == SKSTAT_LEDGER_SENT ? late : 0));
	}
	book->took_over_before = book->took_over;
}

void skstat_book_wait(struct skstat_book *book)
{
	book->waiting = true;
}

void skstat_book_reload(struct skstat_book *book)
{
	book->last[SKSTAT_LEDGER_SYNACK_RETRANS_ROW] = 0;
}

void skstat_book_join(struct skstat_book *book, const struct skstat_book *part)
{
	if (book->waiting)
		return;
	for (size_t i = 0; i < SKSTAT_LEDGER_COUNTERS; i++)
		book->attributed[i] += part->attributed[i];
	book->inherited += part->inherited;
	book->took_over += part->took_over;
	book->resets += part->resets;
	book->pending += part->pending;
}

void skstat_ledger_line_add(struct skstat_ledger_line *sum, const struct skstat_ledger_line *line)
{
	if (!line->known)
		return;
	sum->known = true;
	sum->kernel += line->kernel;
	sum->attributed += line->attributed;
	for (size_t i = 0; i < SKSTAT_LEDGER_REASONS; i++) {
		sum->has[i] |= line->has[i];
		sum->unattributed[i] += line->unattributed[i];
	}
}

static uint64_t accounted(const struct skstat_ledger_line *line)
{
	uint64_t sum = line->attributed;

	for (size_t i = 0; i < SKSTAT_LEDGER_REASONS; i++)
		sum += line->unattributed[i];
	return sum;
}

int64_t skstat_ledger_residual(const struct skstat_ledger_line *line)
{
	return (int64_t)(line->kernel - accounted(line));
}

double skstat_ledger_coverage(const struct skstat_ledger_line *line)
{
	uint64_t sum = accounted(line);

	return sum < line->kernel ? (double)sum / (double)line->kernel : 1;
}
