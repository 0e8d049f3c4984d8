// SPDX-License-Identifier: GPL-2.0
/*
 * Records of another version. This program reads the module whose groups all have one field more; built with
 * -DSKSTAT_TEST_TAIL it is itself the one that knows more, and reads the module as it is.
 */
#include <string.h>

#include "../lib/dump.h"
#include "../lib/inetdiag.h"
#include "../lib/match.h"
#include "../lib/module.h"
#include "../lib/must.h"
#include "../lib/population.h"
#include "suite.h"

#ifdef SKSTAT_TEST_TAIL
#define MODULE module_path()
#define TAIL_OF_MODULE 0
#define TAIL_OF_READER 8
#else
#define MODULE "/lib/skstat/tail/skstat.ko"
#define TAIL_OF_MODULE 8
#define TAIL_OF_READER 0
#endif

static struct population population;
static struct skstat_netlink *netlink;
static struct skstat_schema schema;
static struct skstat_info info;

static int setup(void **state)
{
	struct skstat_error error;

	(void)state;
	pair_many_files();
	module_replace(MODULE);
	netlink = dump_connect();
	assert_int_equal(skstat_netlink_schema(netlink, &schema, &error), 0);
	assert_int_equal(skstat_netlink_info(netlink, &info, &error), 0);
	population_pairs(&population, PAIR_V4, pair_scaled(200));
	population_pairs(&population, PAIR_V6, pair_scaled(100));
	population_listeners(&population, PAIR_V4, 3, 2);
	population_time_wait(&population, PAIR_V4, 20);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	population_free(&population);
	skstat_schema_free(&schema);
	skstat_netlink_close(netlink);
	return 0;
}

/* Else this suite would prove nothing: both sides must differ, by one row in each group. */
static void versions_differ(void **state)
{
	(void)state;
	assert_int_equal(schema.groups, __SKSTAT_GROUP_MAX);
	for (size_t i = 0; i < schema.groups; i++)
		assert_int_equal(schema.group[i].size - TAIL_OF_MODULE,
				 skstat_groups[schema.group[i].id].size - TAIL_OF_READER);
}

/* What both know has its value: the same as inet_diag's, in every group, behind whatever tail. */
static void common_fields_are_right(void **state)
{
	struct diag_table before = { 0 }, after = { 0 };
	size_t compared[SKSTAT_FIELDS_COUNT] = { 0 }, sockets = 0, kinds[__SKSTAT_KIND_MAX] = { 0 };
	struct dump dump;
	char why[256];

	(void)state;
	diag_read(&before);
	dump_take(&dump, netlink, NULL);
	diag_read(&after);
	for (size_t i = 0; i < dump.count; i++) {
		const struct skstat_identity *identity = &dump.sample[i].identity;
		const struct diag *first = diag_find(&before, identity->cookie, identity->state);
		const struct diag *second = diag_find(&after, identity->cookie, identity->state);

		kinds[dump.sample[i].kind]++;
		if (!first || !second)
			continue;
		if (!match(first, second, &dump.sample[i], info.hz, schema.available, compared, why, sizeof(why)))
			fail_msg("%s", why);
		sockets++;
	}
	assert_true(sockets >= population.count);
	assert_true(kinds[SKSTAT_KIND_FULL] && kinds[SKSTAT_KIND_LISTEN] && kinds[SKSTAT_KIND_TIMEWAIT]);
	diag_free(&before);
	diag_free(&after);
	dump_free(&dump);
}

#ifdef SKSTAT_TEST_TAIL
/* A tail that the module does not send is absent, not 0. */
static void tails(void **state)
{
	size_t absent = 0;
	struct dump dump;

	(void)state;
	dump_take(&dump, netlink, NULL);
	assert_true(dump.count > 0);
	for (size_t f = 0; f < SKSTAT_FIELDS_COUNT; f++) {
		bool tail = strstr(skstat_fields[f].name, "_tail") != NULL;

		for (size_t i = 0; i < dump.count; i++) {
			if (!(skstat_groups[skstat_fields[f].group].kinds & 1u << dump.sample[i].kind))
				continue;
			if (tail || !dump_may_lack(&skstat_fields[f]))
				assert_int_equal(skstat_sample_has(&dump.sample[i], &skstat_fields[f]), !tail);
		}
		assert_true(!tail || !schema.available[f]);
		absent += tail;
	}
	assert_int_equal(absent, __SKSTAT_GROUP_MAX);
	dump_free(&dump);
}
#else
/* A tail that this program does not know is in SCHEMA, for those who read by it, and does no harm. */
static void tails(void **state)
{
	size_t found = 0;

	(void)state;
	for (size_t i = 0; i < schema.fields; i++) {
		if (!strstr(schema.field[i].name, "_tail"))
			continue;
		assert_null(skstat_field_by_id(schema.field[i].id));
		assert_int_equal(schema.field[i].size, TAIL_OF_MODULE);
		found++;
	}
	assert_int_equal(found, __SKSTAT_GROUP_MAX);
}
#endif

int suite_growth(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions_differ),
		cmocka_unit_test(common_fields_are_right),
		cmocka_unit_test(tails),
	};
	int failed;

	(void)argc;
	(void)argv;
	failed = cmocka_run_group_tests_name("growth", tests, setup, teardown);
	/* For the suites behind this one. */
	module_replace(module_path());
	return failed;
}
