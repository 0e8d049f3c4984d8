// SPDX-License-Identifier: GPL-2.0
/* Sets of families: what is put in is found, and running out of memory at any place is survived. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static size_t allocations_left = SIZE_MAX;

static void *scarce_calloc(size_t count, size_t size)
{
	if (!allocations_left)
		return NULL;
	allocations_left--;
	return calloc(count, size);
}

static void *scarce_malloc(size_t size)
{
	void *memory;

	if (!allocations_left)
		return NULL;
	allocations_left--;
	memory = malloc(size);
	/* Not zeros, which fresh memory is by chance. */
	return memory ? memset(memory, 0xa5, size) : NULL;
}

/* The object itself, with memory that can end. */
#define calloc scarce_calloc
#define malloc scarce_malloc
#include "../../exporter/model/family.c"
#undef malloc
#undef calloc

/* A histogram and `counters` counters of `series` series each. False: memory ran out on the way. */
static bool fill(struct skstat_families *set, size_t counters, size_t series)
{
	static const struct skstat_label shared[] = { { "a", "b" }, { "c", "d" } };
	static const double edges[] = { 1, 2 };
	static const uint64_t copied[] = { 3, 4, 5 };
	const struct skstat_labels *list, *none;
	struct skstat_series *histogram;
	struct skstat_family *family;
	uint64_t *count;

	for (size_t f = 0; f < counters; f++) {
		char name[32];

		snprintf(name, sizeof(name), "family_%zu", f);
		family = skstat_family_add(set, SKSTAT_METRIC_COUNTER, skstat_families_text(set, name), "", "Help");
		for (size_t s = 0; s < series; s++) {
			char value[32];
			struct skstat_label label[2] = { { .name = "a", .value = "b" }, { .name = "number" } };

			snprintf(value, sizeof(value), "%zu", s);
			label[1].value = skstat_families_text(set, value);
			skstat_series_add(set, family, label, 2)->value = (double)(f * series + s);
		}
	}
	histogram = skstat_series_add(set, skstat_family_add(set, SKSTAT_METRIC_HISTOGRAM, "h", "", "Help"), NULL, 0);
	count = skstat_families_alloc(set, 3 * sizeof(*count));
	count[2] = 7;
	histogram->distribution = (struct skstat_distribution){ .edge = edges, .edges = 2, .count = count };
	memset(skstat_families_alloc(set, SKSTAT_FAMILIES_PIECE), 0xff, SKSTAT_FAMILIES_PIECE);

	none = skstat_labels_add(set, NULL, 0);
	list = skstat_labels_add(set, shared, 2);
	family = skstat_family_add(set, SKSTAT_METRIC_GAUGE, "shared", "", "Help");
	skstat_family_reserve(set, family, series);
	for (size_t s = 0; s < series; s++) {
		const struct skstat_label last = { "last", s % 2 ? "odd" : "even" };

		skstat_series_add_shared(set, family, list, s % 3 ? &last : NULL)->value = (double)s;
	}
	skstat_series_add_shared(set, family, none, &shared[1])->value = 1;
	skstat_series_add_shared(set, family, none, NULL)->value = 2;
	family = skstat_family_add(set, SKSTAT_METRIC_HISTOGRAM, "copied", "", "Help");
	skstat_series_add(set, family, NULL, 0)->distribution = (struct skstat_distribution){
		.edge = edges, .edges = 2, .count = skstat_families_copy(set, copied, sizeof(copied)),
	};
	return !set->failed;
}

static void check_filled(const struct skstat_families *set, size_t counters, size_t series)
{
	const struct skstat_family *found = skstat_family_find(set, "shared");

	assert_int_equal(set->count, counters + 3);
	assert_int_equal(found->count, series + 2);
	for (size_t s = 0; s < series; s++) {
		assert_int_equal(found->series[s].labels, s % 3 ? 3 : 2);
		assert_string_equal(found->series[s].label[1].value, "d");
		if (s % 3)
			assert_string_equal(found->series[s].label[2].value, s % 2 ? "odd" : "even");
		assert_ptr_equal(found->series[s].shared, found->series[0].shared);
		assert_int_equal(found->series[s].shared->count, 2);
		assert_true(found->series[s].value == (double)s);
	}
	assert_int_equal(found->series[series].labels, 1);
	assert_string_equal(found->series[series].label[0].name, "c");
	assert_int_equal(found->series[series + 1].labels, 0);
	assert_int_equal(set->lists, 2);
	assert_int_equal(skstat_family_find(set, "copied")->series[0].distribution.count[2], 5);
	for (size_t f = 0; f < counters; f++) {
		const struct skstat_family *family = &set->family[f];
		char text[32];

		snprintf(text, sizeof(text), "family_%zu", f);
		assert_string_equal(family->name, text);
		assert_ptr_equal(skstat_family_find(set, text), family);
		assert_int_equal(family->count, series);
		for (size_t s = 0; s < series; s++) {
			snprintf(text, sizeof(text), "%zu", s);
			assert_int_equal(family->series[s].labels, 2);
			assert_string_equal(family->series[s].label[0].value, "b");
			assert_string_equal(family->series[s].label[1].name, "number");
			assert_string_equal(family->series[s].label[1].value, text);
			assert_true(family->series[s].value == (double)(f * series + s));
		}
	}
	assert_null(skstat_family_find(set, "no such family"));
	assert_int_equal(skstat_family_find(set, "h")->type, SKSTAT_METRIC_HISTOGRAM);
	assert_int_equal(skstat_family_find(set, "h")->series[0].distribution.count[0], 0);
	assert_int_equal(skstat_family_find(set, "h")->series[0].distribution.count[2], 7);
}

static void what_is_added_is_there(void **state)
{
	static const size_t shapes[][2] = { { 0, 0 }, { 1, 0 }, { 3, 1 }, { 200, 3 }, { 3, 5000 } };

	(void)state;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		struct skstat_families *set = skstat_families_new();

		assert_non_null(set);
		assert_true(fill(set, shapes[i][0], shapes[i][1]));
		check_filled(set, shapes[i][0], shapes[i][1]);
		skstat_families_free(set);
	}
	skstat_families_free(NULL);
}

static void pieces_are_aligned_zeroed_and_apart(void **state)
{
	struct skstat_families *set = skstat_families_new();
	unsigned char *piece[2000];

	(void)state;
	for (size_t i = 0; i < 2000; i++) {
		size_t size = i * 7 % (SKSTAT_FAMILIES_PIECE + 1);

		piece[i] = skstat_families_alloc(set, size);
		assert_int_equal((uintptr_t)piece[i] % _Alignof(max_align_t), 0);
		for (size_t b = 0; b < size; b++)
			assert_int_equal(piece[i][b], 0);
		memset(piece[i], (int)(i % 255 + 1), size);
	}
	for (size_t i = 0; i < 2000; i++)
		for (size_t b = 0; b < i * 7 % (SKSTAT_FAMILIES_PIECE + 1); b++)
			assert_int_equal(piece[i][b], i % 255 + 1);
	assert_false(set->failed);
	skstat_families_free(set);
}

/* Memory ends at each place in turn; the sanitizer sees writes to where nothing is. */
static void no_memory(void **state)
{
	bool whole = false;
	size_t broken = 0;

	(void)state;
	for (size_t allowed = 0; !whole; allowed++) {
		struct skstat_families *set;

		allocations_left = allowed;
		set = skstat_families_new();
		if (set) {
			whole = fill(set, 20, 300);
			assert_int_equal(set->failed, !whole);
			broken += !whole;
			/* Once failed, always so: nobody must take the rest for the whole. */
			allocations_left = SIZE_MAX;
			if (!whole)
				assert_false(fill(set, 1, 1));
		}
		skstat_families_free(set);
	}
	assert_true(broken > 5);
	allocations_left = SIZE_MAX;
}

static void sizes_that_cannot_be(void **state)
{
	struct skstat_families *set = skstat_families_new();
	struct skstat_family *family = skstat_family_add(set, SKSTAT_METRIC_GAUGE, "g", "", "Help");
	const struct skstat_label label = { "a", "b" };

	(void)state;
	assert_int_equal(skstat_series_add(set, family, &label, SIZE_MAX / 4)->labels, 0);
	assert_true(set->failed);
	assert_int_equal(family->count, 0);
	skstat_families_free(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_added_is_there),
		cmocka_unit_test(pieces_are_aligned_zeroed_and_apart),
		cmocka_unit_test(no_memory),
		cmocka_unit_test(sizes_that_cannot_be),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("family", tests, NULL, NULL);
}
