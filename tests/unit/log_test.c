// SPDX-License-Identifier: GPL-2.0
/* Log lines, as they arrive on standard error. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "log/log.h"

/* Logs one message and gives what came of it: one line, by one write(), or nothing. */
static const char *logged(enum skstat_log_level level, const char *message)
{
	static char line[8192];
	int pipes[2], saved = dup(STDERR_FILENO);
	ssize_t length;

	assert_true(saved >= 0);
	/* In packet mode a read gives what one write put in. */
	assert_int_equal(pipe2(pipes, O_DIRECT), 0);
	fflush(stderr);
	dup2(pipes[1], STDERR_FILENO);
	close(pipes[1]);
	errno = 1234;
	skstat_log(level, "%s", message);
	assert_int_equal(errno, 1234);
	dup2(saved, STDERR_FILENO);
	close(saved);
	length = read(pipes[0], line, sizeof(line) - 1);
	assert_true(length >= 0);
	line[length] = '\0';
	assert_int_equal(read(pipes[0], line + length, 1), 0);
	close(pipes[0]);
	return line;
}

/* "2026-11-21T10:00:00.123Z" */
static size_t stamp(const char *text)
{
	static const char form[] = "dddd-dd-ddTdd:dd:dd.dddZ";

	for (size_t i = 0; form[i]; i++)
		assert_true(form[i] == 'd' ? isdigit((unsigned char)text[i]) : text[i] == form[i]);
	return strlen(form);
}

static void logfmt(void **state)
{
	const char *line;

	(void)state;
	skstat_log_init(SKSTAT_LOG_INFO, SKSTAT_LOG_LOGFMT, NULL);
	line = logged(SKSTAT_LOG_INFO, "it is \"here\", C:\\ and\nthere\x01\x7f");
	assert_memory_equal(line, "ts=", 3);
	line += 3;
	line += stamp(line);
	assert_string_equal(line, " level=info msg=\"it is \\\"here\\\", C:\\\\ and\\nthere\\u0001\\u007f\"\n");
	assert_non_null(strstr(logged(SKSTAT_LOG_WARN, ""), " level=warn msg=\"\"\n"));
	assert_non_null(strstr(logged(SKSTAT_LOG_ERROR, "x"), " level=error msg=\"x\"\n"));
}

static void json(void **state)
{
	static const char *const messages[] = { "plain", "a \"b\" \\ \n \t \x1f",
					       "gr\xc3\xbc\xc3\x9f \xf0\x9f\x90\xa7" };

	(void)state;
	skstat_log_init(SKSTAT_LOG_INFO, SKSTAT_LOG_JSON, NULL);
	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		json_t *object = json_loads(logged(SKSTAT_LOG_WARN, messages[i]), 0, NULL);

		assert_non_null(object);
		stamp(json_string_value(json_object_get(object, "ts")));
		assert_string_equal(json_string_value(json_object_get(object, "level")), "warn");
		assert_string_equal(json_string_value(json_object_get(object, "msg")), messages[i]);
		json_decref(object);
	}
}

/* Whatever comes, the line stays UTF-8 and JSON. */
static void not_text(void **state)
{
	static const struct {
		const char *bytes, *text;
	} wrong[] = {
		{ "a\x80z", "a\xef\xbf\xbdz" },
		{ "\xc3", "\xef\xbf\xbd" },
		{ "\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xff\xfe", "\xef\xbf\xbd\xef\xbf\xbd" },
	};

	(void)state;
	skstat_log_init(SKSTAT_LOG_INFO, SKSTAT_LOG_JSON, NULL);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		json_t *object = json_loads(logged(SKSTAT_LOG_INFO, wrong[i].bytes), 0, NULL);

		assert_non_null(object);
		assert_string_equal(json_string_value(json_object_get(object, "msg")), wrong[i].text);
		json_decref(object);
	}
}

/* A message that is too long is cut, seen to be cut, and still one well-formed line. */
static void long_lines(void **state)
{
	static const char *const fill[] = { "x", "\x01", "\"", "\xc3\xbc", "\x80" };

	(void)state;
	skstat_log_init(SKSTAT_LOG_INFO, SKSTAT_LOG_JSON, NULL);
	for (size_t i = 0; i < sizeof(fill) / sizeof(fill[0]); i++) {
		char message[4000] = "";
		json_t *object;
		const char *msg;

		while (strlen(message) + strlen(fill[i]) < sizeof(message))
			strcat(message, fill[i]);
		object = json_loads(logged(SKSTAT_LOG_INFO, message), 0, NULL);
		assert_non_null(object);
		msg = json_string_value(json_object_get(object, "msg"));
		assert_true(strlen(msg) > 250);
		assert_string_equal(msg + strlen(msg) - 3, "...");
		json_decref(object);
	}
}

static void levels_and_counts(void **state)
{
	static struct skstat_self self;

	(void)state;
	skstat_log_init(SKSTAT_LOG_WARN, SKSTAT_LOG_LOGFMT, &self);
	assert_string_equal(logged(SKSTAT_LOG_DEBUG, "x"), "");
	assert_string_equal(logged(SKSTAT_LOG_INFO, "x"), "");
	assert_true(strlen(logged(SKSTAT_LOG_WARN, "x")) > 0);
	assert_true(strlen(logged(SKSTAT_LOG_ERROR, "x")) > 0);
	assert_true(strlen(logged(SKSTAT_LOG_ERROR, "x")) > 0);
	assert_int_equal(skstat_self_get(&self, log_infos), 0);
	assert_int_equal(skstat_self_get(&self, log_warnings), 1);
	assert_int_equal(skstat_self_get(&self, log_errors), 2);
	skstat_log_init(SKSTAT_LOG_DEBUG, SKSTAT_LOG_LOGFMT, &self);
	assert_non_null(strstr(logged(SKSTAT_LOG_DEBUG, "x"), "level=debug"));
	assert_true(strlen(logged(SKSTAT_LOG_INFO, "x")) > 0);
	assert_int_equal(skstat_self_get(&self, log_infos), 1);
	skstat_log_init(SKSTAT_LOG_INFO, SKSTAT_LOG_LOGFMT, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(logfmt),     cmocka_unit_test(json),		   cmocka_unit_test(not_text),
		cmocka_unit_test(long_lines), cmocka_unit_test(levels_and_counts),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
