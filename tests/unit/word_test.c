// SPDX-License-Identifier: GPL-2.0
/* Lines, words and numbers of /proc's texts. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "source/word.h"

static struct skstat_word word_of(const char *text)
{
	return (struct skstat_word){ text, strlen(text) };
}

static void lines_and_words(void **state)
{
	static const char text[] = "Tcp: a\tbc  \n\n  last";
	const char *line = text, *rest = text;
	struct skstat_word word = skstat_word_next(&rest);

	(void)state;
	assert_true(skstat_word_is(&word, "Tcp:"));
	assert_false(skstat_word_is(&word, "Tcp"));
	assert_false(skstat_word_is(&word, "Tcp::"));
	word = skstat_word_next(&rest);
	assert_true(skstat_word_is(&word, "a"));
	word = skstat_word_next(&rest);
	assert_true(skstat_word_is(&word, "bc"));
	/* A line has an end, however often it is asked. */
	for (int i = 0; i < 2; i++) {
		word = skstat_word_next(&rest);
		assert_null(word.at);
		assert_false(skstat_word_is(&word, ""));
	}
	line = skstat_line_next(line);
	assert_int_equal(*line, '\n');
	line = skstat_line_next(line);
	word = skstat_word_next(&line);
	assert_true(skstat_word_is(&word, "last"));
	assert_null(skstat_line_next(line));
	assert_string_equal(skstat_line_next("x\n"), "");
}

static void numbers(void **state)
{
	static const struct {
		const char *text;
		int base;
		uint64_t number;
	} good[] = {
		{ "0", 10, 0 }, { "007", 10, 7 }, { "18446744073709551615", 10, UINT64_MAX },
		{ "0", 16, 0 }, { "000d47e2", 16, 0xd47e2 }, { "FFFFFFFFFFFFFFFF", 16, UINT64_MAX },
	};
	static const struct {
		const char *text;
		int base;
	} wrong[] = {
		{ "", 10 }, { "-1", 10 }, { "+1", 10 }, { " 1", 10 }, { "1x", 10 }, { "0x1", 10 }, { "f", 10 },
		{ "18446744073709551616", 10 }, { "99999999999999999999999", 10 }, { "", 16 }, { "-1", 16 },
		{ "0x1", 16 }, { "g", 16 }, { "10000000000000000", 16 },
	};
	const struct skstat_word none = { 0 };
	uint64_t number;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		const struct skstat_word word = word_of(good[i].text);

		assert_int_equal(skstat_word_number(&word, good[i].base, &number), 0);
		assert_true(number == good[i].number);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		const struct skstat_word word = word_of(wrong[i].text);

		if (skstat_word_number(&word, wrong[i].base, &number) != -EBADMSG)
			fail_msg("\"%s\" is a number", wrong[i].text);
	}
	assert_int_equal(skstat_word_number(&none, 10, &number), -EBADMSG);
}

static void rows_of_numbers(void **state)
{
	static const char *const wrong[] = { "",	    "1 2",    "1 2 3 4",   "1 2 3\n4",
					     "1 2 3\n\n", "1 2 3 ", "1\n2\n3\n", "1 2 x" };
	uint64_t number[3];

	(void)state;
	assert_int_equal(skstat_numbers_parse("1\t2\t3\n", number, 3), 0);
	assert_true(number[0] == 1 && number[1] == 2 && number[2] == 3);
	assert_int_equal(skstat_numbers_parse("4", number, 1), 0);
	assert_true(number[0] == 4);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (skstat_numbers_parse(wrong[i], number, 3) != -EBADMSG)
			fail_msg("\"%s\" is taken", wrong[i]);
}

/* What may be a part of a metric's name, and fits. */
static void copies(void **state)
{
	static const char *const wrong[] = { "", "abcdefgh", "a-b", "a b", "a:", "\xc3\xa9", "a{" };
	struct skstat_word word = word_of("Tcp_6aZ");
	char text[8];

	(void)state;
	assert_int_equal(skstat_word_copy(&word, text, sizeof(text)), 0);
	assert_string_equal(text, "Tcp_6aZ");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		word = word_of(wrong[i]);
		assert_int_equal(skstat_word_copy(&word, text, sizeof(text)), -EBADMSG);
	}
	word = (struct skstat_word){ 0 };
	assert_int_equal(skstat_word_copy(&word, text, sizeof(text)), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_and_words),
		cmocka_unit_test(numbers),
		cmocka_unit_test(rows_of_numbers),
		cmocka_unit_test(copies),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("word", tests, NULL, NULL);
}
