// SPDX-License-Identifier: GPL-2.0
/* A cursor by itself, and as it goes into a request. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <skstat/netlink.h>

#include "source/cursor.h"

/* CPUs come in any order, some never: each is found, and keeps its place's number. */
static void grows(void **state)
{
	struct skstat_cursor cursor = { 0 };

	(void)state;
	assert_null(skstat_cursor_find(&cursor, 0));
	for (uint32_t i = 0; i < 300; i++) {
		uint32_t cpu = 7 * i % 300 * 2;

		assert_null(skstat_cursor_find(&cursor, cpu));
		assert_non_null(skstat_cursor_add(&cursor, cpu, 1000 + cpu));
		assert_int_equal(cursor.places, i + 1);
	}
	for (uint32_t cpu = 0; cpu < 600; cpu++) {
		const struct skstat_cursor_place *place = skstat_cursor_find(&cursor, cpu);

		assert_true((place != NULL) == (cpu % 2 == 0));
		if (place)
			assert_int_equal(place->next, 1000 + cpu);
	}
	assert_null(skstat_cursor_find(&cursor, UINT32_MAX));
	cursor.instance = 5;
	skstat_cursor_free(&cursor);
	assert_int_equal(cursor.places, 0);
	assert_int_equal(cursor.instance, 0);
	skstat_cursor_free(&cursor);
}

static struct nl_msg *request(size_t room)
{
	struct nl_msg *message = nlmsg_alloc_size(NLMSG_HDRLEN + room);

	assert_non_null(message);
	assert_non_null(nlmsg_put(message, 0, 0, 0, 0, 0));
	return message;
}

static void into_a_request(void **state)
{
	struct nlattr *attr, *part[SKSTAT_CURSOR_MAX + 1];
	struct skstat_cursor cursor = { 0 };
	struct nl_msg *message;
	uint32_t seen = 0;
	int left;

	(void)state;
	cursor.instance = 0xfedcba9876543210;
	for (uint32_t cpu = 0; cpu < 100; cpu++)
		assert_non_null(skstat_cursor_add(&cursor, 2 * cpu, UINT64_MAX - cpu));
	/* The room that it asks for is enough. */
	message = request(skstat_cursor_size(&cursor));
	assert_int_equal(skstat_cursor_put(message, &cursor), 0);
	nlmsg_for_each_attr(attr, nlmsg_hdr(message), 0, left) {
		if (nla_type(attr) == SKSTAT_JOURNAL_INSTANCE) {
			assert_int_equal(seen, 0);
			assert_true(nla_get_u64(attr) == cursor.instance);
			continue;
		}
		assert_int_equal(nla_type(attr), SKSTAT_JOURNAL_CURSOR);
		assert_true(attr->nla_type & NLA_F_NESTED);
		assert_int_equal(nla_parse_nested(part, SKSTAT_CURSOR_MAX, attr, NULL), 0);
		assert_int_equal(nla_get_u32(part[SKSTAT_CURSOR_CPU]), 2 * seen);
		assert_true(nla_get_u64(part[SKSTAT_CURSOR_NEXT]) == UINT64_MAX - seen);
		assert_null(part[SKSTAT_CURSOR_LOST]);
		seen++;
	}
	assert_int_equal(seen, 100);
	nlmsg_free(message);

	/* Half of it is not. */
	message = request(skstat_cursor_size(&cursor) / 2);
	assert_int_equal(skstat_cursor_put(message, &cursor), -EMSGSIZE);
	nlmsg_free(message);
	skstat_cursor_free(&cursor);
}

/* One that was never used asks for the oldest events of whatever module. */
static void empty(void **state)
{
	struct skstat_cursor cursor = { 0 };
	struct nl_msg *message = request(skstat_cursor_size(&cursor));

	(void)state;
	assert_int_equal(skstat_cursor_put(message, &cursor), 0);
	assert_int_equal(nlmsg_datalen(nlmsg_hdr(message)), 0);
	nlmsg_free(message);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows),
		cmocka_unit_test(into_a_request),
		cmocka_unit_test(empty),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("cursor", tests, NULL, NULL);
}
