// SPDX-License-Identifier: GPL-2.0
/* COUNTER's messages, made by hand: what is handed out, what is passed over, and what is refused. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "made.h"
#include "source/counter_message.h"

/* All that one dump brought. */
struct caught {
	struct skstat_cell cell[16];
	struct skstat_counter_name name[16];
	size_t cells, names;
	size_t stop_cells, stop_names; /* at this one, counted from 1 */
	struct skstat_counter_totals totals;
};

static int cell_catch(const struct skstat_cell *cell, void *arg)
{
	struct caught *caught = arg;

	assert_true(caught->cells < 16);
	caught->cell[caught->cells++] = *cell;
	return caught->cells == caught->stop_cells ? -7 : 0;
}

static int name_catch(const struct skstat_counter_name *name, void *arg)
{
	struct caught *caught = arg;

	assert_true(caught->names < 16);
	caught->name[caught->names++] = *name;
	return caught->names == caught->stop_names ? -7 : 0;
}

static int parse_bytes(struct caught *caught, const struct nlmsghdr *message)
{
	const struct skstat_counter_reader reader = { cell_catch, name_catch, caught };

	return skstat_counter_parse(message, &reader, &caught->totals);
}

static int parse(struct caught *caught, const struct made *made)
{
	return parse_bytes(caught, &made->header);
}

static void put_name(struct made *made, uint32_t column, uint32_t id, const char *name, uint64_t netns)
{
	size_t nest = made_nest_start(made, SKSTAT_COUNTER_NAME);

	made_put_u32(made, SKSTAT_NAME_COLUMN, column);
	made_put_u32(made, SKSTAT_NAME_ID, id);
	if (name)
		made_put(made, SKSTAT_NAME_NAME, name, strlen(name) + 1);
	if (netns)
		made_put_u64(made, SKSTAT_NAME_NETNS, netns);
	made_nest_end(made, nest);
}

static void put_totals(struct made *made)
{
	size_t nest = made_nest_start(made, SKSTAT_COUNTER_TOTALS);

	made_put(made, SKSTAT_COUNTER_TOTALS_PAD, NULL, 0);
	made_put_u64(made, SKSTAT_COUNTER_TOTALS_PLACES, 4096);
	made_put_u64(made, SKSTAT_COUNTER_TOTALS_USED, 3);
	made_put_u64(made, SKSTAT_COUNTER_TOTALS_MEMORY, 65536);
	made_put_u64(made, SKSTAT_COUNTER_TOTALS_NS, 77);
	made_put_u64(made, SKSTAT_COUNTER_TOTALS_INSTANCE, 88);
	made_nest_end(made, nest);
}

static const struct skstat_cell cells[] = {
	{ SKSTAT_TABLE_DROP, { 3, 1, 2, 0x800, 80 }, 11 },
	{ SKSTAT_TABLE_CHECKSUM, { 2, 10 }, 12 },
	{ SKSTAT_TABLE_UDP,
	  { SKSTAT_KEY_OTHER, SKSTAT_KEY_OTHER, SKSTAT_KEY_OTHER, SKSTAT_KEY_OTHER, SKSTAT_KEY_OTHER },
	  UINT64_MAX },
};

static void put_all(struct made *made)
{
	made_start_genl(made, SKSTAT_CMD_COUNTER);
	made_put(made, SKSTAT_COUNTER_CELLS, cells, sizeof(cells));
	put_name(made, SKSTAT_COLUMN_REASON, 3, "NO_SOCKET", 0);
	put_name(made, SKSTAT_COLUMN_DEVICE, 2, "eth0", 5);
	put_totals(made);
}

static void takes(void **state)
{
	struct caught caught = { 0 };
	struct made made;

	(void)state;
	put_all(&made);
	assert_int_equal(parse(&caught, &made), 0);
	assert_int_equal(caught.cells, 3);
	assert_memory_equal(caught.cell, cells, sizeof(cells));
	assert_int_equal(caught.names, 2);
	assert_int_equal(caught.name[0].column, SKSTAT_COLUMN_REASON);
	assert_int_equal(caught.name[0].id, 3);
	assert_int_equal(caught.name[0].netns, 0);
	assert_string_equal(caught.name[0].name, "NO_SOCKET");
	assert_int_equal(caught.name[1].column, SKSTAT_COLUMN_DEVICE);
	assert_int_equal(caught.name[1].netns, 5);
	assert_string_equal(caught.name[1].name, "eth0");
	assert_true(caught.totals.complete);
	assert_int_equal(caught.totals.places, 4096);
	assert_int_equal(caught.totals.used, 3);
	assert_int_equal(caught.totals.memory, 65536);
	assert_int_equal(caught.totals.ns, 77);
	assert_int_equal(caught.totals.instance, 88);
	assert_int_equal(caught.totals.cells, 3);
	assert_int_equal(caught.totals.skipped, 0);

	/* Totals come once in a dump. */
	assert_int_equal(parse(&caught, &made), -EBADMSG);
}

/* Several messages, and several runs in one; of names and cells any may come first, and neither has to. */
static void goes_on(void **state)
{
	struct caught caught = { 0 };
	struct made made;

	(void)state;
	made_start_genl(&made, SKSTAT_CMD_COUNTER);
	put_name(&made, SKSTAT_COLUMN_FUNCTION, 1, "tcp_v4_rcv", 0);
	made_put(&made, SKSTAT_COUNTER_CELLS, cells, sizeof(cells[0]));
	made_put(&made, SKSTAT_COUNTER_PAD, NULL, 0);
	made_put(&made, SKSTAT_COUNTER_CELLS, cells + 1, sizeof(cells[0]));
	made_put(&made, SKSTAT_COUNTER_CELLS, NULL, 0);
	assert_int_equal(parse(&caught, &made), 0);
	assert_int_equal(caught.cells, 2);
	assert_false(caught.totals.complete);
	made_start_genl(&made, SKSTAT_CMD_COUNTER);
	assert_int_equal(parse(&caught, &made), 0);
	assert_int_equal(caught.names, 1);
}

/* Nobody wants them, but how many there were. */
static void counted_only(void **state)
{
	static const struct skstat_counter_reader nobody;
	struct skstat_counter_totals totals = { 0 };
	struct made made;

	(void)state;
	put_all(&made);
	assert_int_equal(skstat_counter_parse(&made.header, &nobody, &totals), 0);
	assert_int_equal(totals.cells, 3);
	assert_true(totals.complete);
}

static void stops(void **state)
{
	struct caught caught = { .stop_cells = 2 };
	struct made made;

	(void)state;
	put_all(&made);
	assert_int_equal(parse(&caught, &made), 1);
	assert_int_equal(caught.cells, 2);
	assert_int_equal(caught.names, 0);
	assert_false(caught.totals.complete);

	memset(&caught, 0, sizeof(caught));
	caught.stop_names = 1;
	assert_int_equal(parse(&caught, &made), 1);
	assert_int_equal(caught.cells, 3);
	assert_int_equal(caught.names, 1);
}

/* Of a newer module. */
static void not_known(void **state)
{
	const struct skstat_cell strange[] = {
		{ SKSTAT_TABLE_UNSPEC, { 1 }, 1 },
		cells[0],
		{ __SKSTAT_TABLE_MAX, { 1 }, 1 },
		{ UINT32_MAX, { 1 }, 1 },
	};
	struct caught caught = { 0 };
	struct made made;

	(void)state;
	made_start_genl(&made, SKSTAT_CMD_COUNTER);
	made_put(&made, SKSTAT_COUNTER_CELLS, strange, sizeof(strange));
	made_put(&made, 99, "new", 3);
	put_name(&made, SKSTAT_COLUMN_PORT, 80, "http", 0);
	put_name(&made, UINT32_MAX, 80, "http", 0);
	/* What is none has no name, whatever the kernel calls it. */
	put_name(&made, SKSTAT_COLUMN_REASON, 0, "NOT_SPECIFIED", 0);
	put_name(&made, SKSTAT_COLUMN_REASON, SKSTAT_KEY_OTHER, "OTHER", 0);
	put_name(&made, SKSTAT_COLUMN_REASON, 1, "", 0);
	put_name(&made, SKSTAT_COLUMN_REASON, 1, NULL, 0);
	assert_int_equal(parse(&caught, &made), 0);
	assert_int_equal(caught.cells, 1);
	assert_memory_equal(caught.cell, cells, sizeof(cells[0]));
	assert_int_equal(caught.totals.cells, 1);
	assert_int_equal(caught.totals.skipped, 3);
	assert_int_equal(caught.names, 0);
}

/* A name without its end, one that is all there is room for, and one that is too long. */
static void lengths(void **state)
{
	char name[SKSTAT_COUNTER_NAME_SIZE + 100];
	struct caught caught = { 0 };
	struct made made;
	size_t nest;

	(void)state;
	made_start_genl(&made, SKSTAT_CMD_COUNTER);
	memset(name, 'f', sizeof(name));
	nest = made_nest_start(&made, SKSTAT_COUNTER_NAME);
	made_put_u32(&made, SKSTAT_NAME_COLUMN, SKSTAT_COLUMN_FUNCTION);
	made_put_u32(&made, SKSTAT_NAME_ID, 1);
	made_put(&made, SKSTAT_NAME_NAME, "no end", 6);
	made_nest_end(&made, nest);
	name[SKSTAT_COUNTER_NAME_SIZE - 1] = '\0';
	put_name(&made, SKSTAT_COLUMN_FUNCTION, 2, name, 0);
	name[SKSTAT_COUNTER_NAME_SIZE - 1] = 'f';
	name[sizeof(name) - 1] = '\0';
	put_name(&made, SKSTAT_COLUMN_FUNCTION, 3, name, 0);
	assert_int_equal(parse(&caught, &made), 0);
	assert_string_equal(caught.name[0].name, "no end");
	assert_int_equal(strlen(caught.name[1].name), SKSTAT_COUNTER_NAME_SIZE - 1);
	assert_string_equal(caught.name[1].name, caught.name[2].name);
}

/* Names of devices are anybody's: what could not be told apart on /metrics is not told apart here. */
static void spellings(void **state)
{
	struct caught caught = { 0 };
	struct made made;

	(void)state;
	made_start_genl(&made, SKSTAT_CMD_COUNTER);
	put_name(&made, SKSTAT_COLUMN_DEVICE, 1, "a\xff\n\"b", 1);
	put_name(&made, SKSTAT_COLUMN_DEVICE, 2, "a\xfe\x7f\"b", 1);
	put_name(&made, SKSTAT_COLUMN_DEVICE, 3, "gr\xc3\xbcn", 1);
	assert_int_equal(parse(&caught, &made), 0);
	assert_string_equal(caught.name[0].name, "a??\"b");
	assert_string_equal(caught.name[1].name, "a??\"b");
	assert_string_equal(caught.name[2].name, "gr\xc3\xbcn");
}

static void refuse(const struct made *made)
{
	struct caught caught = { 0 };

	assert_int_equal(parse(&caught, made), -EBADMSG);
}

static void refuses(void **state)
{
	struct made made;
	size_t nest;

	(void)state;
	made_start(&made, 30, 0);
	refuse(&made);
	/* Half a cell. */
	made_start_genl(&made, SKSTAT_CMD_COUNTER);
	made_put(&made, SKSTAT_COUNTER_CELLS, cells, sizeof(cells) - 4);
	refuse(&made);
	/* Numbers of the wrong size, in a name and in the totals; a nest that is none. */
	made_start_genl(&made, SKSTAT_CMD_COUNTER);
	nest = made_nest_start(&made, SKSTAT_COUNTER_NAME);
	made_put_u64(&made, SKSTAT_NAME_ID, 1);
	made_nest_end(&made, nest);
	refuse(&made);
	made_start_genl(&made, SKSTAT_CMD_COUNTER);
	made_put(&made, SKSTAT_COUNTER_NAME, "\3\0\1", 3);
	refuse(&made);
	made_start_genl(&made, SKSTAT_CMD_COUNTER);
	nest = made_nest_start(&made, SKSTAT_COUNTER_TOTALS);
	made_put_u32(&made, SKSTAT_COUNTER_TOTALS_USED, 1);
	made_nest_end(&made, nest);
	refuse(&made);
}

/* Cut at any byte, or with any bit set wrong: taken or refused, and nothing is read that is not there. */
static void damaged(void **state)
{
	struct made made;
	size_t whole;

	(void)state;
	put_all(&made);
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
		cmocka_unit_test(takes),     cmocka_unit_test(goes_on), cmocka_unit_test(counted_only),
		cmocka_unit_test(stops),     cmocka_unit_test(not_known), cmocka_unit_test(lengths),
		cmocka_unit_test(refuses),   cmocka_unit_test(damaged),
		cmocka_unit_test(spellings),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("counter message", tests, NULL, NULL);
}
