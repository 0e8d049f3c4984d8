// SPDX-License-Identifier: GPL-2.0
/* JOURNAL's messages, made by hand: what is handed out, how the cursor moves, and that events + lost is the truth. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "made.h"
#include "source/cursor.h"

struct event {
	struct skstat_identity identity;
	struct skstat_event event;
};

/* A run of `count` events of that kind, with the sequence numbers from `first`, each `step` above the one before. */
static void put_run_by(struct made *made, uint16_t kind, uint64_t first, int step, uint32_t count)
{
	struct {
		struct skstat_run run;
		struct event event[8];
	} run = { .run = { .kind = kind,
			   .stride = sizeof(struct event),
			   .count = count,
			   .groups = 1u << SKSTAT_GROUP_IDENTITY | 1u << SKSTAT_GROUP_EVENT,
			   .size = { [SKSTAT_GROUP_IDENTITY] = sizeof(struct skstat_identity),
				     [SKSTAT_GROUP_EVENT] = sizeof(struct skstat_event) } } };

	assert_true(count <= 8);
	for (uint32_t i = 0; i < count; i++)
		run.event[i].event.event_sequence = first + (uint64_t)(int64_t)step * i;
	made_put(made, SKSTAT_JOURNAL_RUN, &run, sizeof(run.run) + count * sizeof(run.event[0]));
}

static void put_run(struct made *made, uint16_t kind, uint64_t first, uint32_t count)
{
	put_run_by(made, kind, first, 1, count);
}

static void put_cursor(struct made *made, uint32_t cpu, uint64_t next, uint64_t lost)
{
	size_t nest = made_nest_start(made, SKSTAT_JOURNAL_CURSOR);

	made_put_u32(made, SKSTAT_CURSOR_CPU, cpu);
	made_put(made, SKSTAT_CURSOR_PAD, NULL, 0);
	made_put_u64(made, SKSTAT_CURSOR_NEXT, next);
	made_put_u64(made, SKSTAT_CURSOR_LOST, lost);
	made_nest_end(made, nest);
}

static void put_totals(struct made *made, uint64_t sent, uint64_t lost)
{
	size_t nest = made_nest_start(made, SKSTAT_JOURNAL_TOTALS);

	made_put_u64(made, SKSTAT_JOURNAL_TOTALS_EVENTS, sent);
	made_put_u64(made, SKSTAT_JOURNAL_TOTALS_LOST, lost);
	made_put(made, SKSTAT_JOURNAL_TOTALS_PAD, NULL, 0);
	made_put_u64(made, SKSTAT_JOURNAL_TOTALS_NS, 77);
	made_put_u64(made, SKSTAT_JOURNAL_TOTALS_INSTANCE, 88);
	made_nest_end(made, nest);
}

/* A message about one CPU, to which runs are added. */
static void start(struct made *made, uint32_t cpu, uint64_t next, uint64_t lost)
{
	made_start_genl(made, SKSTAT_CMD_JOURNAL);
	put_cursor(made, cpu, next, lost);
}

/* A reader of all that. */
struct reader {
	struct skstat_cursor cursor;
	struct skstat_journal_totals totals;
	uint64_t number[32];
	enum skstat_kind kind[32];
	unsigned int count, stop; /* at this one, counted from 1 */
};

static int setup(void **state)
{
	*state = calloc(1, sizeof(struct reader));
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	struct reader *reader = *state;

	skstat_cursor_free(&reader->cursor);
	free(reader);
	return 0;
}

static int see(const struct skstat_sample *sample, void *arg)
{
	struct reader *reader = arg;

	assert_true(reader->count < 32);
	reader->kind[reader->count] = sample->kind;
	reader->number[reader->count++] = sample->event.event_sequence;
	return reader->count == reader->stop ? -7 : 0;
}

static int parse(struct reader *reader, const struct made *made)
{
	return skstat_journal_parse(&made->header, &reader->cursor, see, reader, &reader->totals);
}

static uint64_t next_of(const struct reader *reader, uint32_t cpu)
{
	const struct skstat_cursor_place *place = skstat_cursor_find(&reader->cursor, cpu);

	assert_non_null(place);
	return place->next;
}

static void events(void **state)
{
	struct reader *reader = *state;
	struct made made;

	start(&made, 3, 105, 0);
	put_run(&made, SKSTAT_KIND_OPENED, 100, 2);
	put_run(&made, SKSTAT_KIND_LISTEN_STOPPED, 102, 1);
	made_put(&made, SKSTAT_JOURNAL_PAD, NULL, 0);
	made_put(&made, 999, "from a newer module", 19);
	put_run(&made, SKSTAT_KIND_CLOSED, 103, 2);
	assert_int_equal(parse(reader, &made), 0);
	assert_int_equal(next_of(reader, 3), 105);

	/* The same CPU goes on, and another one has nothing to say. */
	start(&made, 3, 112, 5);
	put_run(&made, SKSTAT_KIND_FAILED, 110, 2);
	assert_int_equal(parse(reader, &made), 0);
	start(&made, 0, 0, 0);
	assert_int_equal(parse(reader, &made), 0);
	assert_false(reader->totals.complete);
	made_start_genl(&made, SKSTAT_CMD_JOURNAL);
	put_totals(&made, 7, 5);
	assert_int_equal(parse(reader, &made), 0);

	assert_int_equal(reader->count, 7);
	assert_int_equal(reader->kind[0], SKSTAT_KIND_OPENED);
	assert_int_equal(reader->kind[2], SKSTAT_KIND_LISTEN_STOPPED);
	assert_int_equal(reader->kind[6], SKSTAT_KIND_FAILED);
	for (uint32_t i = 0; i < 5; i++)
		assert_int_equal(reader->number[i], 100 + i);
	assert_int_equal(reader->number[5], 110);
	assert_int_equal(next_of(reader, 3), 112);
	assert_int_equal(next_of(reader, 0), 0);
	assert_int_equal(reader->cursor.places, 2);
	assert_int_equal(reader->totals.events, 7);
	assert_int_equal(reader->totals.lost, 5);
	assert_int_equal(reader->totals.skipped, 0);
	assert_int_equal(reader->totals.sent, 7);
	assert_int_equal(reader->totals.sent_lost, 5);
	assert_int_equal(reader->totals.ns, 77);
	assert_int_equal(reader->totals.instance, 88);
	assert_true(reader->totals.complete);

	/* They come once. */
	assert_int_equal(parse(reader, &made), -EBADMSG);
}

/* Nobody wants the events, but how many there were. */
static void counted_only(void **state)
{
	struct reader *reader = *state;
	struct made made;

	start(&made, 0, 8, 5);
	put_run(&made, SKSTAT_KIND_OPENED, 5, 3);
	assert_int_equal(skstat_journal_parse(&made.header, &reader->cursor, NULL, NULL, &reader->totals), 0);
	assert_int_equal(reader->totals.events, 3);
	assert_int_equal(reader->totals.lost, 5);
	assert_int_equal(next_of(reader, 0), 8);
}

/*
 * 100 to 119 are due; 100 to 104, 107 and 112 and up were overwritten. Whoever stops at any event has lost just what was
 * lost before it: the rest may yet be there for the next reading.
 */
static void stopped(void **state)
{
	static const uint64_t come[] = { 105, 106, 108, 109, 110, 111 };
	static const uint64_t lost_before[] = { 5, 5, 6, 6, 6, 6 };
	struct reader *reader = *state;
	struct made made;

	for (unsigned int i = 0; i < 6; i++) {
		skstat_cursor_free(&reader->cursor);
		memset(reader, 0, sizeof(*reader));
		skstat_cursor_add(&reader->cursor, 1, 100);
		reader->stop = i + 1;
		start(&made, 1, 120, 14);
		put_run(&made, SKSTAT_KIND_OPENED, 105, 2);
		put_run(&made, SKSTAT_KIND_CLOSED, 108, 1);
		put_run(&made, SKSTAT_KIND_OPENED, 109, 3);
		put_totals(&made, 6, 14);
		assert_int_equal(parse(reader, &made), 1);
		assert_int_equal(reader->number[i], come[i]);
		assert_int_equal(next_of(reader, 1), come[i] + 1);
		assert_int_equal(reader->totals.events, i + 1);
		assert_int_equal(reader->totals.lost, lost_before[i]);
		assert_int_equal(next_of(reader, 1) - 100, reader->totals.events + reader->totals.lost);
		assert_false(reader->totals.complete);
	}
}

/* Of a CPU that the cursor did not have, the first event that came is the oldest. */
static void stopped_at_a_new_cpu(void **state)
{
	struct reader *reader = *state;
	struct made made;

	reader->stop = 2;
	start(&made, 1, 60, 3);
	put_run(&made, SKSTAT_KIND_OPENED, 53, 1);
	put_run(&made, SKSTAT_KIND_CLOSED, 55, 2);
	assert_int_equal(parse(reader, &made), 1);
	assert_int_equal(next_of(reader, 1), 56);
	assert_int_equal(reader->totals.lost, 1);
}

/* A run of each kind, as the module puts them: whatever lies in between, events come by their numbers. */
static void by_kind(void **state)
{
	static const uint64_t come[] = { 50, 51, 52, 54, 55, 56, 57, 58 };
	struct reader *reader = *state;
	struct made made;

	for (unsigned int stop = 0; stop <= 8; stop++) {
		skstat_cursor_free(&reader->cursor);
		memset(reader, 0, sizeof(*reader));
		skstat_cursor_add(&reader->cursor, 1, 50);
		reader->stop = stop;
		start(&made, 1, 60, 2);
		put_run_by(&made, SKSTAT_KIND_OPENED, 50, 2, 4);
		put_run_by(&made, SKSTAT_KIND_CLOSED, 51, 4, 2);
		put_run_by(&made, SKSTAT_KIND_FAILED, 57, 0, 1);
		put_run_by(&made, SKSTAT_KIND_LISTEN_STARTED, 58, 0, 1);
		assert_int_equal(parse(reader, &made), stop ? 1 : 0);
		assert_int_equal(reader->count, stop ? stop : 8);
		for (unsigned int i = 0; i < reader->count; i++) {
			assert_int_equal(reader->number[i], come[i]);
			assert_int_equal(reader->kind[i], come[i] == 57 ? SKSTAT_KIND_FAILED :
				come[i] == 58 ? SKSTAT_KIND_LISTEN_STARTED :
				come[i] % 2 ? SKSTAT_KIND_CLOSED : SKSTAT_KIND_OPENED);
		}
		assert_int_equal(reader->totals.lost, stop ? stop > 3 : 2);
		assert_int_equal(next_of(reader, 1), stop ? come[stop - 1] + 1 : 60);
		assert_int_equal(next_of(reader, 1) - 50, reader->totals.events + reader->totals.lost);
	}
}

/* More runs than a message of this module has: an older one begins a run with each change of kinds. */
static void many_runs(void **state)
{
	struct reader *reader = *state;
	struct made made;

	skstat_cursor_add(&reader->cursor, 1, 0);
	start(&made, 1, 30, 0);
	for (unsigned int i = 0; i < 30; i++)
		put_run(&made, i % 2 ? SKSTAT_KIND_OPENED : SKSTAT_KIND_CLOSED, i, 1);
	assert_int_equal(parse(reader, &made), 0);
	assert_int_equal(reader->count, 30);
	for (unsigned int i = 0; i < 30; i++)
		assert_int_equal(reader->number[i], i);
	/* Within a run, numbers rise. */
	start(&made, 1, 40, 0);
	put_run_by(&made, SKSTAT_KIND_OPENED, 32, -1, 2);
	assert_int_equal(parse(reader, &made), -EBADMSG);
	assert_int_equal(next_of(reader, 1), 33);
}

/* Events of a newer module's kinds are counted, passed over, and not lost. */
static void unknown_kinds(void **state)
{
	struct reader *reader = *state;
	struct made made;

	skstat_cursor_add(&reader->cursor, 0, 10);
	start(&made, 0, 20, 2);
	put_run(&made, SKSTAT_KIND_OPENED, 12, 1);
	put_run(&made, __SKSTAT_KIND_MAX, 13, 3);
	put_run(&made, SKSTAT_KIND_CLOSED, 16, 4);
	assert_int_equal(parse(reader, &made), 0);
	assert_int_equal(reader->totals.events, 5);
	assert_int_equal(reader->totals.skipped, 3);
	assert_int_equal(reader->totals.lost, 2);

	reader->stop = reader->count + 1;
	start(&made, 0, 30, 0);
	put_run(&made, __SKSTAT_KIND_MAX, 20, 3);
	put_run(&made, SKSTAT_KIND_CLOSED, 23, 4);
	assert_int_equal(parse(reader, &made), 1);
	assert_int_equal(next_of(reader, 0), 24);
	assert_int_equal(reader->totals.skipped, 6);
	assert_int_equal(reader->totals.lost, 2);

	/* Of those behind the event that it stops at, nothing is counted: they come again. */
	reader->stop = reader->count + 1;
	start(&made, 0, 40, 0);
	put_run(&made, SKSTAT_KIND_CLOSED, 26, 4);
	put_run(&made, __SKSTAT_KIND_MAX, 30, 8);
	assert_int_equal(parse(reader, &made), 1);
	assert_int_equal(next_of(reader, 0), 27);
	assert_int_equal(reader->totals.skipped, 8);
	assert_int_equal(reader->totals.lost, 2);
}

/* Each of these is refused, and what came before it stays read. */
static void refused(struct reader *reader, const struct made *made, uint64_t next)
{
	assert_int_equal(parse(reader, made), -EBADMSG);
	assert_int_equal(next_of(reader, 0), next);
	assert_int_equal(reader->count, reader->totals.events);
}

static void does_not_hold_together(void **state)
{
	struct reader *reader = *state;
	struct made made;

	skstat_cursor_add(&reader->cursor, 0, 10);
	/* A run of no CPU. */
	made_start_genl(&made, SKSTAT_CMD_JOURNAL);
	put_run(&made, SKSTAT_KIND_OPENED, 10, 1);
	refused(reader, &made, 10);
	/* Two CPUs in one message. */
	start(&made, 0, 12, 0);
	put_run(&made, SKSTAT_KIND_OPENED, 10, 1);
	put_cursor(&made, 1, 5, 0);
	refused(reader, &made, 11);
	/* Numbers that were there already, or are beyond what the message says. */
	start(&made, 0, 13, 0);
	put_run(&made, SKSTAT_KIND_OPENED, 11, 1);
	put_run(&made, SKSTAT_KIND_OPENED, 11, 1);
	refused(reader, &made, 12);
	start(&made, 0, 13, 0);
	put_run(&made, SKSTAT_KIND_OPENED, 12, 2);
	refused(reader, &made, 13);
	/* Backwards. */
	start(&made, 0, 12, 0);
	refused(reader, &made, 13);
	start(&made, 0, 14, 0);
	put_run(&made, __SKSTAT_KIND_MAX, 13, 2);
	refused(reader, &made, 13);
	assert_int_equal(reader->totals.skipped, 0);
	/* No event, but a socket. */
	start(&made, 0, 14, 0);
	put_run(&made, SKSTAT_KIND_FULL, 13, 1);
	refused(reader, &made, 13);
	/* A cursor of the wrong size. */
	made_start_genl(&made, SKSTAT_CMD_JOURNAL);
	made_put_u64(&made, SKSTAT_JOURNAL_CURSOR, 0);
	refused(reader, &made, 13);
	assert_int_equal(reader->totals.lost, 0);
}

/* An event that has no number cannot be put anywhere. */
static void event_without_its_group(void **state)
{
	const struct {
		struct skstat_run run;
		struct skstat_identity identity;
	} run = { .run = { .kind = SKSTAT_KIND_OPENED,
			   .stride = sizeof(struct skstat_identity),
			   .count = 1,
			   .groups = 1u << SKSTAT_GROUP_IDENTITY,
			   .size = { [SKSTAT_GROUP_IDENTITY] = sizeof(struct skstat_identity) } } };
	struct reader *reader = *state;
	struct made made;

	start(&made, 0, 1, 0);
	made_put(&made, SKSTAT_JOURNAL_RUN, &run, sizeof(run));
	assert_int_equal(parse(reader, &made), -EBADMSG);
	/* It never came: its CPU begins with the oldest event next time. */
	assert_int_equal(reader->cursor.places, 0);
	start(&made, 0, 1, 0);
	put_run(&made, SKSTAT_KIND_OPENED, 0, 1);
	assert_int_equal(parse(reader, &made), 0);
	assert_int_equal(reader->totals.events, 1);
}

/* Cut at any byte, and with any bit set wrong: taken or refused, and the numbers still add up. */
static void damaged(void **state)
{
	struct reader *reader = *state;
	struct made made;
	size_t whole;

	start(&made, 0, 13, 0);
	put_run(&made, SKSTAT_KIND_OPENED, 10, 1);
	put_run(&made, SKSTAT_KIND_CLOSED, 11, 2);
	put_totals(&made, 3, 0);
	whole = made.header.nlmsg_len;
	for (size_t length = NLMSG_HDRLEN; length < whole; length++) {
		struct nlmsghdr *cut = made_exact(&made, length);
		struct skstat_journal_totals totals = { 0 };
		struct skstat_cursor cursor = { 0 };
		int err;

		skstat_cursor_add(&cursor, 0, 10);
		err = skstat_journal_parse(cut, &cursor, NULL, NULL, &totals);
		assert_true(err == 0 || err == -EBADMSG);
		assert_false(err == 0 && totals.complete);
		if (err)
			assert_int_equal(cursor.place[0].next, 10 + totals.events);
		skstat_cursor_free(&cursor);
		free(cut);
	}
	for (size_t at = NLMSG_HDRLEN; at < whole; at++)
		for (unsigned int bit = 0; bit < 8; bit++) {
			struct nlmsghdr *bent = made_exact(&made, whole);
			int err;

			((unsigned char *)bent)[at] ^= (unsigned char)(1u << bit);
			skstat_cursor_free(&reader->cursor);
			memset(reader, 0, sizeof(*reader));
			err = skstat_journal_parse(bent, &reader->cursor, see, reader, &reader->totals);
			assert_true(err == 0 || err == -EBADMSG);
			assert_int_equal(reader->count, reader->totals.events);
			free(bent);
		}
}

static void doorbell(void **state)
{
	struct made made;
	uint64_t instance;

	(void)state;
	made_start_genl(&made, SKSTAT_CMD_DOORBELL);
	made_put(&made, SKSTAT_DOORBELL_PAD, NULL, 0);
	made_put_u64(&made, SKSTAT_DOORBELL_INSTANCE, 5);
	assert_int_equal(skstat_doorbell_parse(&made.header, &instance), 0);
	assert_int_equal(instance, 5);
	made_start_genl(&made, SKSTAT_CMD_DOORBELL);
	assert_int_equal(skstat_doorbell_parse(&made.header, &instance), 0);
	assert_int_equal(instance, 0);
	made_put_u32(&made, SKSTAT_DOORBELL_INSTANCE, 5);
	assert_int_equal(skstat_doorbell_parse(&made.header, &instance), -EBADMSG);
	made_start_genl(&made, SKSTAT_CMD_INFO);
	assert_int_equal(skstat_doorbell_parse(&made.header, &instance), -EBADMSG);
	made_start(&made, 30, 0);
	assert_int_equal(skstat_doorbell_parse(&made.header, &instance), -EBADMSG);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(events),	     TEST(counted_only),	   TEST(stopped),
		TEST(unknown_kinds), TEST(stopped_at_a_new_cpu),   TEST(does_not_hold_together),
		TEST(damaged),	     TEST(event_without_its_group), TEST(doorbell),
		TEST(by_kind),	     TEST(many_runs),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("journal message", tests, NULL, NULL);
}
