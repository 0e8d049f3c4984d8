// SPDX-License-Identifier: GPL-2.0
/* Which files end the exporter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "collect/killswitch.h"

static char path[] = "/tmp/skstat-killswitch-XXXXXX";

static void files(void **state)
{
	static const struct {
		const char *text;
		bool set;
	} cases[] = {
		{ "", true },	   { "1", true },   { "1\n", true },	{ "0", false },	  { "0\n", false },
		{ " \t0 x", false }, { "00", true }, { "0x", true },	{ "off", true },  { "\n\n0\n", false },
	};
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		FILE *file = fopen(path, "we");

		assert_non_null(file);
		fputs(cases[i].text, file);
		assert_int_equal(fclose(file), 0);
		assert_int_equal(skstat_killswitch_set(path), cases[i].set);
	}
	assert_false(skstat_killswitch_set(""));
	assert_false(skstat_killswitch_set(NULL));
	assert_true(skstat_killswitch_set("/")); /* there, and not to be read */
	assert_false(skstat_killswitch_set("/dev/null/file"));

	assert_int_equal(unlink(path), 0);
	assert_false(skstat_killswitch_set(path));
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_true(skstat_killswitch_set(path)); /* and does not wait for a writer */
	assert_int_equal(unlink(path), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("killswitch", tests, NULL, NULL);
}
