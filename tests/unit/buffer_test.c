// SPDX-License-Identifier: GPL-2.0
/* Text that grows, and above all the numbers in it. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool memory_ended;
static const char *decimal_point = ".";

static void *scarce_realloc(void *old, size_t size)
{
	return memory_ended ? NULL : realloc(old, size);
}

/* printf and strtod as they are in a locale whose decimal point is another. */
static int local_snprintf(char *text, size_t size, const char *format, int digits, double value)
{
	char plain[36], *point;

	assert_string_equal(format, "%.*g");
	snprintf(plain, sizeof(plain), "%.*g", digits, value);
	point = strchr(plain, '.');
	if (!point)
		return snprintf(text, size, "%s", plain);
	return snprintf(text, size, "%.*s%s%s", (int)(point - plain), plain, decimal_point, point + 1);
}

static double local_strtod(const char *text, char **end)
{
	const char *point = strstr(text, decimal_point);
	char plain[36];

	assert_null(end);
	if (!point)
		return strtod(text, NULL);
	snprintf(plain, sizeof(plain), "%.*s.%s", (int)(point - text), text, point + strlen(decimal_point));
	return strtod(plain, NULL);
}

/* The object itself, with memory that can end and a locale. */
#define realloc scarce_realloc
#define snprintf(text, size, format, digits, value) local_snprintf(text, size, format, digits, value)
#define strtod local_strtod
#include "../../exporter/render/buffer.c"
#undef realloc
#undef snprintf
#undef strtod

/* The number as text, in a place that the next call takes again. */
static const char *number(double value)
{
	static char text[64];
	struct skstat_buffer buffer = { 0 };

	skstat_buffer_number(&buffer, value);
	assert_false(buffer.failed);
	assert_in_range(buffer.length, 1, sizeof(text) - 1);
	memcpy(text, buffer.data, buffer.length);
	text[buffer.length] = '\0';
	skstat_buffer_free(&buffer);
	return text;
}

static const struct {
	double value;
	const char *text;
} known[] = {
	{ 0, "0" },
	{ -0.0, "0" },
	{ 1, "1" },
	{ -1, "-1" },
	{ 10, "10" },
	{ 1000000, "1000000" },
	{ 1e15, "1000000000000000" },
	{ 9007199254740991, "9007199254740991" },
	{ 9007199254740992, "9007199254740992" },
	{ -9007199254740992, "-9007199254740992" },
	{ 9007199254740994, "9007199254740994" },
	{ 18446744073709551616.0, "1.8446744073709552e+19" },
	{ 1e300, "1e+300" },
	{ 0.5, "0.5" },
	{ -0.25, "-0.25" },
	{ 0.1, "0.1" },
	{ 0.3, "0.3" },
	{ 0.1 + 0.2, "0.30000000000000004" },
	{ 1.0 / 3, "0.3333333333333333" },
	{ 0.0001, "0.0001" },
	{ 0.00001, "1e-05" },
	{ 1.25e-7, "1.25e-07" },
	{ 123456.789, "123456.789" },
	{ DBL_MAX, "1.7976931348623157e+308" },
	{ DBL_MIN, "2.2250738585072014e-308" },
	{ DBL_TRUE_MIN, "5e-324" },
	{ INFINITY, "+Inf" },
	{ -INFINITY, "-Inf" },
	{ NAN, "NaN" },
	{ -NAN, "NaN" },
};

static void numbers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		assert_string_equal(number(known[i].value), known[i].text);
}

static void numbers_in_other_locales(void **state)
{
	static const char *const points[] = { ",", "\u066b" };

	(void)state;
	for (size_t p = 0; p < 2; p++) {
		decimal_point = points[p];
		numbers(state);
	}
	decimal_point = ".";
}

/* Decimals of few places, which are what figures are, and their neighbours: as the C library writes them. */
static void decimals(void **state)
{
	uint64_t random = 0x2545f4914f6cdd1d;

	(void)state;
	for (size_t i = 0; i < 400000; i++) {
		char expected[40];
		int digits = DBL_DIG;
		double value;

		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		value = (double)(random >> (random % 50 + 14)) / pow(10, (double)(random >> 5 & 15));
		if (random & 1)
			value = -value;
		if (i % 4 == 1)
			value = nextafter(value, random & 2 ? INFINITY : 0);
		if (i % 4 == 2)
			value *= 1e-9;
		if (fabs(value) < DBL_MIN)
			continue;
		do
			snprintf(expected, sizeof(expected), "%.*g", digits, value);
		while (digits++ < DBL_DECIMAL_DIG && strtod(expected, NULL) != value);
		/* Whole numbers have no exponent. */
		if (value == trunc(value) && fabs(value) <= 9007199254740992.0)
			snprintf(expected, sizeof(expected), "%.0f", value == 0 ? 0 : value);
		assert_string_equal(number(value), expected);
	}
}

/* Any bits that are a number read back as the same, and no shorter %g does. */
static void random_numbers_read_back(void **state)
{
	uint64_t random = 0x9e3779b97f4a7c15;

	(void)state;
	for (size_t i = 0; i < 200000; i++) {
		const char *text;
		char shorter[64];
		double value;
		size_t digits = 0;

		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		/* All of them, and those of usual size. */
		if (i % 2)
			memcpy(&value, &random, sizeof(value));
		else
			value = (double)(int64_t)random / (double)(1ull << (random % 64));
		if (isnan(value) || isinf(value))
			continue;
		text = number(value);
		assert_true(strtod(text, NULL) == value);
		if (strchr(text, '.') && fabs(value) >= DBL_MIN) {
			for (const char *c = text; *c && *c != 'e'; c++)
				digits += *c >= (digits ? '0' : '1') && *c <= '9';
			snprintf(shorter, sizeof(shorter), "%.*g", (int)digits - 1, value);
			assert_true(strtod(shorter, NULL) != value);
		}
	}
}

static void text_grows(void **state)
{
	struct skstat_buffer buffer = { 0 };
	char long_text[3000];

	(void)state;
	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	for (size_t i = 0; i < 1000; i++) {
		skstat_buffer_put(&buffer, "a\0b", 3);
		skstat_buffer_put(&buffer, NULL, 0);
		skstat_buffer_text(&buffer, "text");
		skstat_buffer_printf(&buffer, "%zu;", i);
		skstat_buffer_printf(&buffer, "%s", long_text);
	}
	assert_false(buffer.failed);
	assert_int_equal(buffer.length, 1000 * (3 + 4 + 2999) + 10 * 2 + 90 * 3 + 900 * 4);
	assert_memory_equal(buffer.data, "a\0btext0;xxx", 12);
	assert_memory_equal(buffer.data + buffer.length - 3, "xxx", 3);

	skstat_buffer_clear(&buffer);
	assert_int_equal(buffer.length, 0);
	assert_true(buffer.room > 0);
	skstat_buffer_free(&buffer);
	assert_null(buffer.data);
	assert_int_equal(buffer.room, 0);
}

static void no_memory(void **state)
{
	struct skstat_buffer buffer = { 0 };
	char long_text[3000];

	(void)state;
	memset(long_text, 'x', sizeof(long_text));
	skstat_buffer_text(&buffer, "kept");
	memory_ended = true;
	skstat_buffer_put(&buffer, long_text, sizeof(long_text));
	assert_true(buffer.failed);
	assert_int_equal(buffer.length, 4);
	memory_ended = false;
	/* What comes later would leave a gap that nobody sees. */
	skstat_buffer_text(&buffer, "dropped");
	skstat_buffer_number(&buffer, 1);
	skstat_buffer_printf(&buffer, "%s", "dropped");
	assert_int_equal(buffer.length, 4);
	skstat_buffer_clear(&buffer);
	skstat_buffer_text(&buffer, "again");
	assert_false(buffer.failed);
	assert_int_equal(buffer.length, 5);
	assert_null(buffer_extend(&buffer, SIZE_MAX / 2));
	assert_true(buffer.failed);
	skstat_buffer_free(&buffer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(numbers_in_other_locales),
		cmocka_unit_test(decimals),
		cmocka_unit_test(random_numbers_read_back),
		cmocka_unit_test(text_grows),
		cmocka_unit_test(no_memory),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("buffer", tests, NULL, NULL);
}
