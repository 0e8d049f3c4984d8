// SPDX-License-Identifier: GPL-2.0
/* HIST's messages, made by hand: what is handed out, what is passed over, and what is refused. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "made.h"
#include "source/hist_message.h"

#define BUCKETS SKSTAT_HISTOGRAM_BUCKETS

/* All that one dump brought. */
struct caught {
	struct skstat_hist hist[4];
	struct skstat_counter_name name;
	size_t hists, names;
	size_t stop; /* at this histogram, counted from 1 */
	struct skstat_counter_totals totals;
};

static int hist_catch(const struct skstat_hist *hist, void *arg)
{
	struct caught *caught = arg;

	assert_true(caught->hists < 4);
	caught->hist[caught->hists++] = *hist;
	return caught->hists == caught->stop ? -7 : 0;
}

static int name_catch(const struct skstat_counter_name *name, void *arg)
{
	struct caught *caught = arg;

	caught->name = *name;
	caught->names++;
	return 0;
}

static int parse_bytes(struct caught *caught, const struct nlmsghdr *message)
{
	const struct skstat_hist_reader reader = { hist_catch, name_catch, caught };

	return skstat_hist_parse(message, &reader, &caught->totals);
}

static int parse(struct caught *caught, const struct made *made)
{
	return parse_bytes(caught, &made->header);
}

/* A histogram with buckets 1, 2, 3 and so on: so many as `count` says, but for the bytes that are left away. */
static void put_hist(struct made *made, const struct skstat_histogram_cell *cell, size_t left_away)
{
	uint64_t words[sizeof(*cell) / sizeof(uint64_t) + BUCKETS + 2] = { 0 };
	size_t head = sizeof(*cell) / sizeof(uint64_t);

	assert_true(cell->count <= BUCKETS + 2);
	memcpy(words, cell, sizeof(*cell));
	for (size_t i = 0; i < cell->count; i++)
		words[head + i] = i + 1;
	made_put(made, SKSTAT_HIST_CELL, words, sizeof(*cell) + cell->count * sizeof(uint64_t) - left_away);
}

static void put_end(struct made *made)
{
	size_t nest = made_nest_start(made, SKSTAT_HIST_NAME);

	made_put_u32(made, SKSTAT_NAME_COLUMN, SKSTAT_COLUMN_QDISC);
	made_put_u32(made, SKSTAT_NAME_ID, 1);
	made_put(made, SKSTAT_NAME_NAME, "tbf", 4);
	made_nest_end(made, nest);
	nest = made_nest_start(made, SKSTAT_HIST_TOTALS);
	made_put_u64(made, SKSTAT_COUNTER_TOTALS_PLACES, 128);
	made_put_u64(made, SKSTAT_COUNTER_TOTALS_USED, 2);
	made_put_u64(made, SKSTAT_COUNTER_TOTALS_INSTANCE, 88);
	made_nest_end(made, nest);
}

static const struct skstat_histogram_cell delays = {
	.histogram = SKSTAT_HISTOGRAM_QDISC, .key = { 2, 1 }, .skipped = 100, .count = 3, .low = 7, .high = 8, .sum = 9,
	.squares = { 10, 11 },
};

static void put_all(struct made *made)
{
	const struct skstat_histogram_cell whole = {
		.histogram = SKSTAT_HISTOGRAM_STATE, .key = { 1 }, .count = BUCKETS,
	};

	made_start_genl(made, SKSTAT_CMD_HIST);
	put_hist(made, &delays, 0);
	put_hist(made, &whole, 0);
	put_end(made);
}

static void takes(void **state)
{
	struct caught caught = { 0 };
	struct made made;

	(void)state;
	put_all(&made);
	assert_int_equal(parse(&caught, &made), 0);
	assert_int_equal(caught.hists, 2);
	assert_memory_equal(&caught.hist[0].cell, &delays, sizeof(delays));
	for (size_t i = 0; i < BUCKETS; i++) {
		assert_int_equal(caught.hist[0].bucket[i], i >= 100 && i < 103 ? i - 99 : 0);
		assert_int_equal(caught.hist[1].bucket[i], i + 1);
	}
	assert_int_equal(caught.names, 1);
	assert_int_equal(caught.name.column, SKSTAT_COLUMN_QDISC);
	assert_string_equal(caught.name.name, "tbf");
	assert_true(caught.totals.complete);
	assert_int_equal(caught.totals.places, 128);
	assert_int_equal(caught.totals.instance, 88);
	assert_int_equal(caught.totals.cells, 2);
	assert_int_equal(caught.totals.skipped, 0);

	/* Totals come once in a dump. */
	assert_int_equal(parse(&caught, &made), -EBADMSG);
}

/* No bucket at all; the last one alone; and nobody who wants it. */
static void edges(void **state)
{
	static const struct skstat_hist_reader nobody;
	struct skstat_histogram_cell cell = { .histogram = SKSTAT_HISTOGRAM_SIZE, .low = 4 };
	struct caught caught = { 0 };
	struct made made;

	(void)state;
	made_start_genl(&made, SKSTAT_CMD_HIST);
	put_hist(&made, &cell, 0);
	cell.skipped = BUCKETS;
	put_hist(&made, &cell, 0);
	cell.skipped = BUCKETS - 1;
	cell.count = 1;
	put_hist(&made, &cell, 0);
	assert_int_equal(parse(&caught, &made), 0);
	assert_int_equal(caught.hists, 3);
	assert_int_equal(caught.hist[0].cell.low, 4);
	assert_int_equal(caught.hist[2].bucket[BUCKETS - 1], 1);
	assert_int_equal(caught.hist[2].bucket[BUCKETS - 2], 0);
	assert_int_equal(skstat_hist_parse(&made.header, &nobody, &caught.totals), 0);
	assert_int_equal(caught.totals.cells, 6);
}

static void stops(void **state)
{
	struct caught caught = { .stop = 1 };
	struct made made;

	(void)state;
	put_all(&made);
	assert_int_equal(parse(&caught, &made), 1);
	assert_int_equal(caught.hists, 1);
	assert_false(caught.totals.complete);
}

/* Of a newer module: whatever it has behind its head. */
static void not_known(void **state)
{
	struct skstat_histogram_cell cell = delays;
	struct caught caught = { 0 };
	struct made made;

	(void)state;
	made_start_genl(&made, SKSTAT_CMD_HIST);
	cell.histogram = SKSTAT_HISTOGRAM_UNSPEC;
	put_hist(&made, &cell, 0);
	cell.histogram = __SKSTAT_HISTOGRAM_MAX;
	put_hist(&made, &cell, 8);
	made_put(&made, 99, "new", 3);
	put_hist(&made, &delays, 0);
	assert_int_equal(parse(&caught, &made), 0);
	assert_int_equal(caught.hists, 1);
	assert_int_equal(caught.totals.cells, 1);
	assert_int_equal(caught.totals.skipped, 2);
}

static void refuse(struct skstat_histogram_cell cell, size_t left_away)
{
	struct caught caught = { 0 };
	struct made made;

	made_start_genl(&made, SKSTAT_CMD_HIST);
	put_hist(&made, &cell, left_away);
	assert_int_equal(parse(&caught, &made), -EBADMSG);
	assert_int_equal(caught.hists, 0);
}

static void refuses(void **state)
{
	struct skstat_histogram_cell cell = delays;
	struct caught caught = { 0 };
	struct made made;

	(void)state;
	/* Fewer bytes than it says, half a bucket, not even a head. */
	refuse(cell, 8);
	refuse(cell, 4);
	refuse(cell, 3 * 8 + 4);
	/* More buckets than there are, by the one number or the other. */
	cell.skipped = BUCKETS - 2;
	refuse(cell, 0);
	cell.skipped = UINT16_MAX;
	refuse(cell, 0);
	cell.skipped = 0;
	cell.count = BUCKETS + 1;
	refuse(cell, 0);
	made_start(&made, 30, 0);
	assert_int_equal(parse(&caught, &made), -EBADMSG);
}

/* Cut at any byte, or with any bit set wrong: taken or refused, and nothing is read that is not there. */
static void damaged(void **state)
{
	struct made made;
	size_t whole;

	(void)state;
	made_start_genl(&made, SKSTAT_CMD_HIST);
	put_hist(&made, &delays, 0);
	put_end(&made);
	whole = made.header.nlmsg_len;
	for (size_t length = NLMSG_HDRLEN; length < whole; length++) {
		struct nlmsghdr *cut = made_exact(&made, length);
		struct caught caught = { 0 };
		int err = parse_bytes(&caught, cut);

		assert_true(err == 0 || err == -EBADMSG);
		assert_false(err == 0 && caught.totals.complete);
		free(cut);
	}
	for (size_t at = NLMSG_HDRLEN; at < whole; at++)
		for (unsigned int bit = 0; bit < 8; bit++) {
			struct nlmsghdr *bent = made_exact(&made, whole);
			struct caught caught = { 0 };
			int err;

			((unsigned char *)bent)[at] ^= (unsigned char)(1u << bit);
			err = parse_bytes(&caught, bent);
			assert_true(err == 0 || err == -EBADMSG);
			free(bent);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes),   cmocka_unit_test(edges),   cmocka_unit_test(stops),
		cmocka_unit_test(refuses), cmocka_unit_test(not_known), cmocka_unit_test(damaged),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("hist message", tests, NULL, NULL);
}
