// SPDX-License-Identifier: GPL-2.0
/* Log lines, as they arrive on standard error. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "log/limit.h"
#include "log/line.h"
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

#define SECOND UINT64_C(1000000000)

/* Of one kind 20 at once, and one every 3 s; other kinds have their own. */
static void limits(void **state)
{
	static struct skstat_log_limit limit;
	static const char one, other;
	const struct skstat_log_kind *late;
	uint64_t now = 1000 * SECOND, left_out;

	(void)state;
	for (int i = 0; i < SKSTAT_LOG_BURST; i++)
		assert_true(skstat_log_limit_take(&limit, &one, now, SKSTAT_LOG_WARN, "x", &left_out) && !left_out);
	for (int i = 0; i < 5; i++)
		assert_false(skstat_log_limit_take(&limit, &one, now, SKSTAT_LOG_WARN, "x", &left_out));
	assert_true(skstat_log_limit_take(&limit, &other, now, SKSTAT_LOG_INFO, "y", &left_out) && !left_out);
	assert_null(skstat_log_limit_late(&limit, now, &left_out));

	/* The next one that may go says how many there were, once. */
	now += 3 * SECOND;
	assert_true(skstat_log_limit_take(&limit, &one, now, SKSTAT_LOG_WARN, "x", &left_out));
	assert_true(left_out == 5);
	assert_false(skstat_log_limit_take(&limit, &one, now, SKSTAT_LOG_WARN, "x", &left_out));
	assert_false(skstat_log_limit_take(&limit, &one, now, SKSTAT_LOG_ERROR, "the last", &left_out));

	/* If none comes, the last of those that were left out does. */
	assert_null(skstat_log_limit_late(&limit, now + 2 * SECOND, &left_out));
	late = skstat_log_limit_late(&limit, now + 3 * SECOND, &left_out);
	assert_non_null(late);
	assert_string_equal(late->late, "the last");
	assert_int_equal(late->level, SKSTAT_LOG_ERROR);
	assert_true(left_out == 1);
	assert_null(skstat_log_limit_late(&limit, now + 100 * SECOND, &left_out));

	/* After a minute all is made up for. */
	now += 100 * SECOND;
	for (int i = 0; i < SKSTAT_LOG_BURST; i++)
		assert_true(skstat_log_limit_take(&limit, &one, now, SKSTAT_LOG_WARN, "x", &left_out) && !left_out);
	assert_false(skstat_log_limit_take(&limit, &one, now, SKSTAT_LOG_WARN, "x", &left_out));
}

/* More kinds than there is room for share the last place; none writes beyond it. */
static void many_kinds(void **state)
{
	static struct skstat_log_limit limit;
	static const char kind[2 * SKSTAT_LOG_KINDS];
	uint64_t left_out;
	int gone = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(kind); i++)
		gone += skstat_log_limit_take(&limit, &kind[i], SECOND, SKSTAT_LOG_INFO, "x", &left_out);
	assert_int_equal(gone, SKSTAT_LOG_KINDS - 1 + SKSTAT_LOG_BURST);
}

/* What was left out and what nobody took goes with a line; all of them are well-formed, however long the text. */
static void counts_in_lines(void **state)
{
	char text[3000], bytes[SKSTAT_LOG_LINE + 1];
	struct skstat_log_line line = { .level = SKSTAT_LOG_WARN, .text = "x", .left_out = 7, .unwritten = 9 };
	json_t *object;

	(void)state;
	bytes[skstat_log_line_make(&line, SKSTAT_LOG_LOGFMT, bytes)] = '\0';
	assert_string_equal(bytes, "ts=1970-01-01T00:00:00.000Z level=warn msg=\"x\" left_out=7 unwritten=9\n");
	memset(text, '"', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	line.text = text;
	line.left_out = line.unwritten = UINT64_MAX;
	bytes[skstat_log_line_make(&line, SKSTAT_LOG_JSON, bytes)] = '\0';
	assert_true(strlen(bytes) <= SKSTAT_LOG_LINE && bytes[strlen(bytes) - 1] == '\n');
	line.left_out = 12;
	line.unwritten = 0;
	bytes[skstat_log_line_make(&line, SKSTAT_LOG_JSON, bytes)] = '\0';
	object = json_loads(bytes, 0, NULL);
	assert_non_null(object);
	assert_int_equal(json_integer_value(json_object_get(object, "left_out")), 12);
	assert_null(json_object_get(object, "unwritten"));
	json_decref(object);
}

/* A flood of one message: 20 lines come of it, and the rest is counted. */
static void flood(void **state)
{
	static struct skstat_self self;
	int lines = 0;

	(void)state;
	skstat_log_init(SKSTAT_LOG_INFO, SKSTAT_LOG_LOGFMT, &self);
	for (int i = 0; i < 100; i++)
		lines += *logged(SKSTAT_LOG_WARN, "again") != '\0';
	assert_int_equal(lines, SKSTAT_LOG_BURST);
	assert_int_equal(skstat_self_get(&self, log_warnings), SKSTAT_LOG_BURST);
	assert_int_equal(skstat_self_get(&self, log_left_out), 100 - SKSTAT_LOG_BURST);
	/* Who asks for these wants them all. */
	skstat_log_init(SKSTAT_LOG_DEBUG, SKSTAT_LOG_LOGFMT, &self);
	for (int i = 0; i < 50; i++)
		assert_true(*logged(SKSTAT_LOG_DEBUG, "again"));
	assert_int_equal(skstat_self_get(&self, log_debugs), 50);
}

/* Standard error is that descriptor until give_back(). */
static int take_over(int fd)
{
	int saved = dup(STDERR_FILENO);

	assert_true(saved >= 0);
	fflush(stderr);
	dup2(fd, STDERR_FILENO);
	close(fd);
	return saved;
}

static void give_back(int saved)
{
	dup2(saved, STDERR_FILENO);
	close(saved);
}

/* Of so many lines; more than any descriptor holds. */
static void fill(void)
{
	for (int i = 0; i < 20000; i++)
		skstat_log(SKSTAT_LOG_DEBUG, "%0100d", i);
}

/* The reader has stopped: nobody waits for it, all is counted, and when it reads again it hears of it. */
static void stopped_reader(int ends[2])
{
	static struct skstat_self self;
	static char bytes[1 << 20];
	const char *lost;
	char wanted[40];
	ssize_t length;
	int saved;

	memset(&self, 0, sizeof(self));
	skstat_log_init(SKSTAT_LOG_DEBUG, SKSTAT_LOG_LOGFMT, &self);
	saved = take_over(ends[1]);
	alarm(60);
	fill();
	alarm(0);
	while ((length = read(ends[0], bytes, sizeof(bytes))) == sizeof(bytes))
		;
	skstat_log(SKSTAT_LOG_INFO, "back");
	give_back(saved);
	assert_true(skstat_self_get(&self, log_unwritten) > 0 && skstat_self_get(&self, log_debugs) > 0);
	assert_int_equal(skstat_self_get(&self, log_unwritten) + skstat_self_get(&self, log_debugs), 20000);
	/* To the end, which is where it closes. */
	for (size_t used = 0; (length = read(ends[0], bytes + used, sizeof(bytes) - used - 1)) > 0;)
		bytes[used += (size_t)length] = '\0';
	snprintf(wanted, sizeof(wanted), "msg=\"back\" unwritten=%d\n", (int)skstat_self_get(&self, log_unwritten));
	lost = strstr(bytes, wanted);
	assert_non_null(lost);
	assert_string_equal(lost, wanted);
	close(ends[0]);
	skstat_log_init(SKSTAT_LOG_INFO, SKSTAT_LOG_LOGFMT, NULL);
}

static void stopped_pipe(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	stopped_reader(ends);
}

/* As the service manager's journal is one. */
static void stopped_socket(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	stopped_reader(ends);
}

/* Nobody is there any more: it is counted, and that is all. */
static void no_reader(void **state)
{
	static struct skstat_self self;
	int ends[2], saved;

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	skstat_log_init(SKSTAT_LOG_INFO, SKSTAT_LOG_LOGFMT, &self);
	assert_int_equal(pipe(ends), 0);
	close(ends[0]);
	saved = take_over(ends[1]);
	skstat_log(SKSTAT_LOG_ERROR, "x");
	give_back(saved);
	assert_int_equal(skstat_self_get(&self, log_unwritten), 1);
	assert_int_equal(skstat_self_get(&self, log_errors), 0);
	skstat_log_init(SKSTAT_LOG_INFO, SKSTAT_LOG_LOGFMT, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(logfmt),     cmocka_unit_test(json),		   cmocka_unit_test(not_text),
		cmocka_unit_test(long_lines), cmocka_unit_test(levels_and_counts),
		cmocka_unit_test(limits),     cmocka_unit_test(many_kinds),	   cmocka_unit_test(counts_in_lines),
		cmocka_unit_test(flood),      cmocka_unit_test(stopped_pipe),	   cmocka_unit_test(stopped_socket),
		cmocka_unit_test(no_reader),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
