// SPDX-License-Identifier: GPL-2.0
/* What must hold of the table in include/skstat/fields.h, whatever is added to it. Run from the top of the source. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "source/field.h"

#define FIRST_TEST_ID 9000 /* SKSTAT_TEST_TAIL */

/* The number behind "Next free id:" in the comment of fields.h. */
static uint32_t next_free_id(void)
{
	FILE *file = fopen("include/skstat/fields.h", "r");
	unsigned int id = 0;
	char line[512];

	assert_non_null(file);
	while (!id && fgets(line, sizeof(line), file))
		if (sscanf(line, " * Next free id: %u", &id) == 1)
			break;
	fclose(file);
	assert_true(id > 0);
	return id;
}

static void ids_are_unique_and_taken_in_turn(void **state)
{
	uint32_t next = next_free_id(), highest = 0;

	(void)state;
	for (size_t i = 0; i < SKSTAT_FIELDS_COUNT; i++) {
		uint32_t id = skstat_fields[i].id;

		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(skstat_fields[j].id, id);
		assert_true(id > 0);
		if (id >= FIRST_TEST_ID)
			continue;
		assert_true(id < next);
		highest = id > highest ? id : highest;
	}
	assert_int_equal(highest + 1, next);
}

/* What stands here was published: a later figure must not take its id, nor move it. */
static void ids_stay(void **state)
{
	static const struct {
		uint32_t id;
		const char *name;
	} kept[] = {
		{ 1, "cookie" },   { 11, "flags" },	      { 14, "timer_reserved" },	     { 24, "bytes_sent" },
		{ 53, "rtt" },	   { 75, "total_rto" },	      { 98, "tcp_reserved" },	     { 107, "drops" },
		{ 111, "uid" },	   { 116, "owner_reserved" }, { 136, "tls_txconf" },	     { 149, "closing" },
		{ 150, "total_lost" }, { 151, "congestion_reserved" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		assert_non_null(skstat_field_by_id(kept[i].id));
		assert_string_equal(skstat_field_by_id(kept[i].id)->name, kept[i].name);
	}
}

static void names_are_unique_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < SKSTAT_FIELDS_COUNT; i++) {
		const char *name = skstat_fields[i].name;

		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(skstat_fields[j].name, name);
		for (const char *c = name; *c; c++)
			assert_true(islower((unsigned char)*c) || isdigit((unsigned char)*c) || *c == '_');
		assert_true(strlen(name) > 0 && strlen(name) < 32);
		assert_true(strlen(skstat_fields[i].help) > 0);
		assert_ptr_equal(skstat_field_by_name(name), &skstat_fields[i]);
		assert_ptr_equal(skstat_field_by_id(skstat_fields[i].id), &skstat_fields[i]);
	}
	assert_null(skstat_field_by_name("no such field"));
	assert_null(skstat_field_by_id(0));
}

/* A hole would hold the kernel's memory. */
static void groups_are_dense(void **state)
{
	uint32_t end[__SKSTAT_GROUP_MAX] = { 0 };

	(void)state;
	for (size_t i = 0; i < SKSTAT_FIELDS_COUNT; i++) {
		const struct skstat_field *field = &skstat_fields[i];

		assert_true(field->group < __SKSTAT_GROUP_MAX);
		assert_int_equal(field->offset, end[field->group]);
		assert_true(field->size > 0);
		end[field->group] += field->size;
	}
	for (size_t g = 0; g < __SKSTAT_GROUP_MAX; g++) {
		assert_int_equal(end[g], skstat_groups[g].size);
		assert_int_equal(end[g] % 8, 0);
		assert_true(skstat_groups[g].kinds > 0);
		assert_int_equal(skstat_group_by_name(skstat_groups[g].name), g);
	}
	assert_int_equal(skstat_group_by_name("no such group"), -1);
	assert_int_equal(skstat_group_by_name("listen"), SKSTAT_GROUP_LISTEN);
	assert_int_equal(skstat_field_by_name("closing")->group, SKSTAT_GROUP_NETNS);
	assert_int_equal(skstat_field_by_name("bytes_retrans")->offset, 8);
}

static void found_by_name_at_compile_time(void **state)
{
	size_t rows = 0;

	(void)state;
#define ROW(id, field, ...) assert_string_equal(skstat_fields[SKSTAT_AT_##field].name, #field); rows++;
#define GROUP(GROUP, group, kinds) SKSTAT_FIELDS_##GROUP(ROW)
	SKSTAT_GROUPS(GROUP)
#undef GROUP
#undef ROW
	assert_int_equal(rows, SKSTAT_FIELDS_COUNT);
}

/* What the model reads of a connection's last record, and of a poll's. */
static void brief_has_what_is_counted(void **state)
{
	const size_t brief[__SKSTAT_GROUP_MAX] = {
		[SKSTAT_GROUP_TCP] = SKSTAT_TCP_BRIEF,
		[SKSTAT_GROUP_MEMORY] = SKSTAT_MEMORY_BRIEF,
	};
	size_t left_out[__SKSTAT_GROUP_MAX] = { 0 };

	(void)state;
	for (size_t i = 0; i < SKSTAT_FIELDS_COUNT; i++) {
		const struct skstat_field *field = &skstat_fields[i];

		if (!brief[field->group])
			continue;
		/* none is cut through */
		assert_true(field->offset >= brief[field->group] || field->offset + field->size <= brief[field->group]);
		if (field->shown || strcmp(field->name, "fin_received") == 0)
			assert_true(field->offset < brief[field->group]);
		left_out[field->group] += field->offset >= brief[field->group];
	}
	assert_true(left_out[SKSTAT_GROUP_TCP] > 0 && left_out[SKSTAT_GROUP_MEMORY] > 0);
}

static void metrics_have_a_noun(void **state)
{
	(void)state;
	for (size_t i = 0; i < SKSTAT_FIELDS_COUNT; i++) {
		const struct skstat_field *field = &skstat_fields[i];

		if (field->aggregate != SKSTAT_AGGREGATE_NONE)
			assert_true(field->noun[0] != '\0');
		if (field->kind == SKSTAT_FIELD_INFO)
			assert_int_equal(field->aggregate, SKSTAT_AGGREGATE_NONE);
		if (field->kind == SKSTAT_FIELD_COUNTER)
			assert_int_not_equal(field->unit, SKSTAT_UNIT_NONE);
	}
}

static void reserved_rows(void **state)
{
	(void)state;
	assert_true(skstat_field_reserved(skstat_field_by_name("tcp_reserved")));
	assert_true(skstat_field_reserved(skstat_field_by_name("congestion_reserved")));
	assert_false(skstat_field_reserved(skstat_field_by_name("rtt")));
	for (size_t i = 0; i < SKSTAT_FIELDS_COUNT; i++)
		if (strcmp(skstat_fields[i].help, "Reserved") == 0)
			assert_true(skstat_field_reserved(&skstat_fields[i]));
}

static void every_number_has_a_word(void **state)
{
	(void)state;
	for (size_t i = 0; i < SKSTAT_FIELDS_COUNT; i++) {
		const struct skstat_field *field = &skstat_fields[i];

		assert_non_null(skstat_type_name(field->type));
		assert_non_null(skstat_field_kind_name(field->kind));
		if (field->unit != SKSTAT_UNIT_NONE)
			assert_true(skstat_unit_name(field->unit)[0] != '\0');
	}
	for (uint32_t kind = SKSTAT_KIND_FULL; kind < __SKSTAT_KIND_MAX; kind++)
		assert_non_null(skstat_kind_name(kind));
	assert_null(skstat_kind_name(0));
	assert_null(skstat_kind_name(__SKSTAT_KIND_MAX));
	assert_null(skstat_type_name(1000));
	assert_null(skstat_field_kind_name(1000));
	assert_string_equal(skstat_unit_name(1000), "");
	assert_string_equal(skstat_unit_base(SKSTAT_UNIT_MICROSECONDS_8), "seconds");
	assert_true(skstat_unit_scale(SKSTAT_UNIT_JIFFIES, 0) == 0);
	assert_true(skstat_unit_scale(SKSTAT_UNIT_JIFFIES, 1000) == 0.001);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_are_unique_and_taken_in_turn),
		cmocka_unit_test(ids_stay),
		cmocka_unit_test(names_are_unique_words),
		cmocka_unit_test(groups_are_dense),
		cmocka_unit_test(found_by_name_at_compile_time),
		cmocka_unit_test(brief_has_what_is_counted),
		cmocka_unit_test(metrics_have_a_noun),
		cmocka_unit_test(reserved_rows),
		cmocka_unit_test(every_number_has_a_word),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("field", tests, NULL, NULL);
}
