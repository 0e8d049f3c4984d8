// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include <linux/genetlink.h>

#include "attr.h"
#include "cursor.h"
#include "message.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define FILL(attr, rows, into) skstat_attr_fill((attr)->data, (attr)->length, rows, LENGTH(rows), into)

/*
 * One message on its way in. LOST holds for the message as a whole. Of one that ends half-way, what was lost shows in
 * the numbers of the events that came: so these are followed, too.
 */
struct intake {
	skstat_sample_fn fn;
	void *arg;
	struct skstat_journal_totals *totals;
	struct skstat_cursor_place *place; /* NULL: the message did not name its CPU yet */
	bool begun;			   /* `at` holds */
	uint64_t at;			   /* the number that the next event has unless some were lost */
	uint64_t gaps;			   /* lost so far */
	uint64_t next, lost;		   /* what the message says of itself */
};

static int cursor_parse(const struct skstat_attr *attr, struct skstat_cursor *cursor, struct intake *intake)
{
	struct head {
		uint32_t cpu;
		uint64_t next, lost;
	} head = { 0 };
	static const struct skstat_attr_row rows[] = {
		{ SKSTAT_CURSOR_CPU, SKSTAT_ATTR_U32, offsetof(struct head, cpu) },
		{ SKSTAT_CURSOR_NEXT, SKSTAT_ATTR_U64, offsetof(struct head, next) },
		{ SKSTAT_CURSOR_LOST, SKSTAT_ATTR_U64, offsetof(struct head, lost) },
	};

	if (intake->place || FILL(attr, rows, &head))
		return -EBADMSG;
	intake->next = head.next;
	intake->lost = head.lost;
	intake->place = skstat_cursor_find(cursor, head.cpu);
	intake->begun = intake->place;
	/* Nothing is known of where a CPU that comes now begins: with its first event, if it brings one. */
	if (!intake->place)
		intake->place = skstat_cursor_add(cursor, head.cpu, head.next);
	if (!intake->place)
		return -ENOMEM;
	intake->at = intake->place->next;
	return intake->at > intake->next ? -EBADMSG : 0;
}

static int event_take(const struct skstat_sample *sample, struct intake *intake)
{
	uint64_t number = sample->event.event_sequence;

	if (!intake->begun)
		intake->at = number;
	intake->begun = true;
	if (number < intake->at || number >= intake->next)
		return -EBADMSG;
	intake->gaps += number - intake->at;
	intake->at = number + 1;
	intake->totals->events++;
	return intake->fn && intake->fn(sample, intake->arg) ? 1 : 0;
}

static int run_parse(const struct skstat_attr *attr, struct intake *intake)
{
	const struct skstat_sample *sample;
	struct skstat_run_reader run;
	int err;

	if (!intake->place || skstat_run_open(&run, attr->data, attr->length))
		return -EBADMSG;
	if (intake->begun && run.skipped > intake->next - intake->at)
		return -EBADMSG;
	intake->totals->skipped += run.skipped;
	if (intake->begun)
		intake->at += run.skipped;
	if (run.count && !skstat_kind_is_event(run.sample.kind))
		return -EBADMSG;
	while ((sample = skstat_run_next(&run))) {
		err = event_take(sample, intake);
		if (err)
			return err;
	}
	return 0;
}

static int totals_parse(const struct skstat_attr *attr, struct skstat_journal_totals *totals)
{
	static const struct skstat_attr_row rows[] = {
		{ SKSTAT_JOURNAL_TOTALS_EVENTS, SKSTAT_ATTR_U64, offsetof(struct skstat_journal_totals, sent) },
		{ SKSTAT_JOURNAL_TOTALS_LOST, SKSTAT_ATTR_U64, offsetof(struct skstat_journal_totals, sent_lost) },
		{ SKSTAT_JOURNAL_TOTALS_NS, SKSTAT_ATTR_U64, offsetof(struct skstat_journal_totals, ns) },
		{ SKSTAT_JOURNAL_TOTALS_INSTANCE, SKSTAT_ATTR_U64, offsetof(struct skstat_journal_totals, instance) },
	};

	if (totals->complete)
		return -EBADMSG;
	totals->complete = true;
	return FILL(attr, rows, totals);
}

static int attrs_parse(struct skstat_attr_reader *reader, struct skstat_cursor *cursor, struct intake *intake)
{
	struct skstat_attr attr;
	int err;

	while ((err = skstat_attr_next(reader, &attr)) > 0) {
		if (attr.type == SKSTAT_JOURNAL_CURSOR)
			err = cursor_parse(&attr, cursor, intake);
		else if (attr.type == SKSTAT_JOURNAL_RUN)
			err = run_parse(&attr, intake);
		else if (attr.type == SKSTAT_JOURNAL_TOTALS)
			err = totals_parse(&attr, intake->totals);
		else
			continue;
		if (err)
			return err;
	}
	return err;
}

int skstat_journal_parse(const struct nlmsghdr *message, struct skstat_cursor *cursor, skstat_sample_fn fn, void *arg,
			 struct skstat_journal_totals *totals)
{
	struct intake intake = { .fn = fn, .arg = arg, .totals = totals };
	struct skstat_attr_reader reader;
	int err;

	if (skstat_message_attrs(message, &reader))
		return -EBADMSG;
	err = attrs_parse(&reader, cursor, &intake);
	if (!intake.place)
		return err;
	totals->lost += err ? intake.gaps : intake.lost;
	intake.place->next = err ? intake.at : intake.next;
	/* It was added by this message, and is the last: let its CPU come again as if it never had. */
	if (err && !intake.begun)
		cursor->places--;
	return err;
}

int skstat_doorbell_parse(const struct nlmsghdr *message, uint64_t *instance)
{
	static const struct skstat_attr_row rows[] = { { SKSTAT_DOORBELL_INSTANCE, SKSTAT_ATTR_U64, 0 } };
	struct skstat_attr_reader reader;
	struct genlmsghdr genl;

	*instance = 0;
	if (skstat_message_attrs(message, &reader))
		return -EBADMSG;
	memcpy(&genl, NLMSG_DATA(message), sizeof(genl));
	if (genl.cmd != SKSTAT_CMD_DOORBELL)
		return -EBADMSG;
	return skstat_attr_fill(reader.next, reader.left, rows, LENGTH(rows), instance);
}
