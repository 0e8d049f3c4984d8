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
 * Runs of one message, which has one for each kind: their events are taken in the order of their numbers, across runs.
 * Rising they are in each run.
 */
#define RUNS 8

struct runs {
	unsigned int count;
	struct open_run {
		struct skstat_run_reader reader;
		const struct skstat_sample *event; /* its next one */
	} run[RUNS];
};

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
	uint64_t gaps;			   /* lost so far, and of kinds that are not known */
	uint64_t skipped;		   /* of kinds that are not known: their numbers are not either */
	struct runs runs;
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

static unsigned int earliest(const struct runs *runs)
{
	unsigned int first = 0;

	for (unsigned int i = 1; i < runs->count; i++)
		if (runs->run[i].event->event.event_sequence < runs->run[first].event->event.event_sequence)
			first = i;
	return first;
}

/* Takes the event that comes next, of the runs that are open. 0 if there was one, or what is wrong. */
static int runs_step(struct intake *intake)
{
	struct runs *runs = &intake->runs;
	struct open_run *run = &runs->run[earliest(runs)];
	uint64_t number = run->event->event.event_sequence;
	int err = event_take(run->event, intake);

	if (err)
		return err;
	run->event = skstat_run_next(&run->reader);
	if (run->event)
		return run->event->event.event_sequence > number ? 0 : -EBADMSG;
	/* The order of runs is nothing: each has a kind of its own, and the last one may take this one's place. */
	runs->count--;
	if (run != &runs->run[runs->count]) {
		memcpy(run, &runs->run[runs->count], sizeof(*run));
		run->event = &run->reader.sample;
	}
	return 0;
}

/* All that the runs have, or as far as they are to be read: then they are done with. */
static int runs_take(struct intake *intake)
{
	int err = 0;

	while (!err && intake->runs.count)
		err = runs_step(intake);
	intake->runs.count = 0;
	return err;
}

static int run_parse(const struct skstat_attr *attr, struct intake *intake)
{
	struct runs *runs = &intake->runs;
	struct skstat_run_reader *reader;
	struct open_run *run;
	int err = 0;

	if (!intake->place)
		return -EBADMSG;
	if (runs->count == RUNS)
		err = runs_take(intake);
	if (err)
		return err;
	run = &runs->run[runs->count];
	reader = &run->reader;
	if (skstat_run_open(reader, attr->data, attr->length))
		return -EBADMSG;
	if (intake->begun && reader->skipped > intake->next - intake->at)
		return -EBADMSG;
	intake->skipped += reader->skipped;
	if (reader->count && !skstat_kind_is_event(reader->sample.kind))
		return -EBADMSG;
	run->event = skstat_run_next(reader);
	runs->count += run->event != NULL;
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

static int attr_parse(const struct skstat_attr *attr, struct skstat_cursor *cursor, struct intake *intake)
{
	int err;

	if (attr->type == SKSTAT_JOURNAL_RUN)
		return run_parse(attr, intake);
	if (attr->type != SKSTAT_JOURNAL_CURSOR && attr->type != SKSTAT_JOURNAL_TOTALS)
		return 0;
	err = runs_take(intake);
	if (err)
		return err;
	if (attr->type == SKSTAT_JOURNAL_CURSOR)
		return cursor_parse(attr, cursor, intake);
	return totals_parse(attr, intake->totals);
}

/* Also where a message does not hold together, what came before is taken. */
static int attrs_parse(struct skstat_attr_reader *reader, struct skstat_cursor *cursor, struct intake *intake)
{
	struct skstat_attr attr;
	int err, taken;

	while ((err = skstat_attr_next(reader, &attr)) > 0) {
		err = attr_parse(&attr, cursor, intake);
		if (err)
			break;
	}
	taken = runs_take(intake);
	return err ? err : taken;
}

/*
 * A whole message says what was lost. Of one that broke off, what has no event up to where it did was lost, but for as
 * many as are of kinds that are not known; those beyond come again.
 */
static void numbers_add(const struct intake *intake, int err, struct skstat_journal_totals *totals)
{
	uint64_t skipped = err && intake->skipped > intake->gaps ? intake->gaps : intake->skipped;

	totals->skipped += skipped;
	totals->lost += err ? intake->gaps - skipped : intake->lost;
}

int skstat_journal_parse(const struct nlmsghdr *message, struct skstat_cursor *cursor, skstat_sample_fn fn, void *arg,
			 struct skstat_journal_totals *totals)
{
	struct skstat_attr_reader reader;
	struct intake intake;
	int err;

	/* Not the runs, which are as long as a page. */
	memset(&intake, 0, offsetof(struct intake, runs));
	intake.runs.count = 0;
	intake.fn = fn;
	intake.arg = arg;
	intake.totals = totals;
	if (skstat_message_attrs(message, &reader))
		return -EBADMSG;
	err = attrs_parse(&reader, cursor, &intake);
	if (!intake.place)
		return err;
	numbers_add(&intake, err, totals);
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
