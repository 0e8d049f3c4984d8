// SPDX-License-Identifier: GPL-2.0
/* Sockets as a service manager passes them on. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "serve/listen.h"
#include "serve/passed.h"

#define FIRST 60 /* where no other descriptor of the test is */
#define ROOM 4

static struct skstat_http_listener listener[ROOM];
static struct skstat_error error;
static char directory[32], path[64];

/* As systemd leaves it: blocking, and kept over exec. */
static void place(int fd, int at)
{
	assert_true(fd >= 0);
	assert_int_equal(dup2(fd, at), at);
	assert_int_equal(fcntl(at, F_SETFL, 0), 0);
	close(fd);
}

static void pass(const char *pid, const char *count)
{
	char own[24];

	snprintf(own, sizeof(own), "%d", (int)getpid());
	setenv("LISTEN_PID", pid ? pid : own, 1);
	setenv("LISTEN_FDS", count, 1);
	setenv("LISTEN_FDNAMES", "a:b", 1);
}

static int tear_down(void **state)
{
	(void)state;
	for (int i = 0; i < ROOM; i++)
		close(FIRST + i);
	unlink(path);
	rmdir(directory);
	return 0;
}

static void taken(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(strcpy(directory, "/tmp/skstat-passed-XXXXXX")));
	snprintf(path, sizeof(path), "%s/socket", directory);
	place(skstat_listen_tcp("127.0.0.1:0", &error), FIRST);
	place(skstat_listen_unix(path, NULL, &error), FIRST + 1);
	pass(NULL, "2");
	assert_int_equal(skstat_passed_take(FIRST, listener, ROOM, &error), 2);
	assert_true(listener[0].fd == FIRST && !listener[0].local);
	assert_true(listener[1].fd == FIRST + 1 && listener[1].local);
	for (int i = 0; i < 2; i++) {
		assert_true(fcntl(FIRST + i, F_GETFL) & O_NONBLOCK);
		assert_true(fcntl(FIRST + i, F_GETFD) & FD_CLOEXEC);
	}
	assert_true(!getenv("LISTEN_PID") && !getenv("LISTEN_FDS") && !getenv("LISTEN_FDNAMES"));
	/* And not once more. */
	assert_int_equal(skstat_passed_take(FIRST, listener, ROOM, &error), 0);
}

static void none(void **state)
{
	static const char *const no[] = { "", "0", "-1", "x", "1x", "99999999999999999999" };

	(void)state;
	assert_int_equal(skstat_passed_take(FIRST, listener, ROOM, &error), 0);
	/* Meant for the process that started this one. */
	pass("1", "2");
	assert_int_equal(skstat_passed_take(FIRST, listener, ROOM, &error), 0);
	assert_null(getenv("LISTEN_FDS"));
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
		pass(NULL, no[i]);
		assert_int_equal(skstat_passed_take(FIRST, listener, ROOM, &error), 0);
	}
}

static void refused(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int pair[2];

	(void)state;
	pass(NULL, "5");
	assert_int_equal(skstat_passed_take(FIRST, listener, ROOM, &error), -E2BIG);
	assert_non_null(strstr(error.text, "LISTEN_FDS has 5 sockets"));

	pass(NULL, "1"); /* closed */
	assert_int_equal(skstat_passed_take(FIRST, listener, ROOM, &error), -EINVAL);
	assert_non_null(strstr(error.text, "descriptor 60 of LISTEN_FDS"));

	place(open("/dev/null", O_RDONLY), FIRST);
	pass(NULL, "1");
	assert_int_equal(skstat_passed_take(FIRST, listener, ROOM, &error), -EINVAL);

	place(socket(AF_INET, SOCK_DGRAM, 0), FIRST);
	pass(NULL, "1");
	assert_int_equal(skstat_passed_take(FIRST, listener, ROOM, &error), -EINVAL);

	/* Connected: a socket unit with Accept=yes. */
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	place(pair[0], FIRST);
	close(pair[1]);
	pass(NULL, "1");
	assert_int_equal(skstat_passed_take(FIRST, listener, ROOM, &error), -EINVAL);
	assert_non_null(strstr(error.text, "Accept=no"));

	place(socket(AF_UNIX, SOCK_SEQPACKET, 0), FIRST);
	assert_int_equal(bind(FIRST, (struct sockaddr *)&address, sizeof(sa_family_t)), 0);
	assert_int_equal(listen(FIRST, 1), 0);
	pass(NULL, "1");
	assert_int_equal(skstat_passed_take(FIRST, listener, ROOM, &error), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(taken, tear_down),
		cmocka_unit_test_teardown(none, tear_down),
		cmocka_unit_test_teardown(refused, tear_down),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("passed", tests, NULL, NULL);
}
