// SPDX-License-Identifier: GPL-2.0
/* What is told to a service manager, by one that is a socket of the test's own. */
#include <errno.h>
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

#include "collect/notify.h"

#define SECOND UINT64_C(1000000000)

static struct skstat_notify notify;
static int manager = -1;
static char name[sizeof(((struct sockaddr_un *)0)->sun_path)];

static void manager_open(const char *at)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(at) + (*at == '/'));

	memcpy(address.sun_path, at, strlen(at));
	if (*at == '@')
		address.sun_path[0] = '\0';
	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_true(manager >= 0);
	assert_int_equal(bind(manager, (struct sockaddr *)&address, length), 0);
	setenv("NOTIFY_SOCKET", at, 1);
}

static void open_at(const char *at)
{
	struct skstat_error error;

	manager_open(at);
	assert_int_equal(skstat_notify_open(&notify, &error), 0);
	assert_true(notify.fd >= 0);
}

static int tear_down(void **state)
{
	(void)state;
	skstat_notify_close(&notify);
	if (manager >= 0)
		close(manager);
	manager = -1;
	if (*name)
		unlink(name);
	*name = '\0';
	return 0;
}

static const char *path(void)
{
	snprintf(name, sizeof(name), "/tmp/skstat-notify-%d", (int)getpid());
	return name;
}

static const char *abstract(void)
{
	static char text[64];

	snprintf(text, sizeof(text), "@skstat-notify-%d", (int)getpid());
	return text;
}

/* The next datagram; "" when there is none. They are there when send() returns. */
static const char *heard(void)
{
	static char text[512];
	ssize_t length = recv(manager, text, sizeof(text) - 1, 0);

	text[length > 0 ? length : 0] = '\0';
	return text;
}

static void by_path(void **state)
{
	(void)state;
	open_at(path());
	skstat_notify_ready(&notify);
	skstat_notify_reloading(&notify, 5 * SECOND + 1999);
	skstat_notify_stopping(&notify);
	assert_string_equal(heard(), "READY=1\n");
	assert_string_equal(heard(), "RELOADING=1\nMONOTONIC_USEC=5000001\n");
	assert_string_equal(heard(), "STOPPING=1\n");
	assert_string_equal(heard(), "");
	/* Not for modprobe, nor whoever else is started. */
	assert_null(getenv("NOTIFY_SOCKET"));
}

static void by_name(void **state)
{
	(void)state;
	open_at(abstract());
	skstat_notify_ready(&notify);
	assert_string_equal(heard(), "READY=1\n");
}

static void nobody(void **state)
{
	struct skstat_error error;

	(void)state;
	unsetenv("NOTIFY_SOCKET");
	setenv("WATCHDOG_USEC", "1000000", 1);
	assert_int_equal(skstat_notify_open(&notify, &error), 0);
	assert_int_equal(notify.fd, -1);
	assert_int_equal(skstat_notify_timeout_ms(&notify), -1);
	assert_null(getenv("WATCHDOG_USEC"));
	skstat_notify_ready(&notify);
	skstat_notify_alive(&notify, SECOND);
	skstat_notify_status(&notify, SECOND, true, "well");
}

static void no_socket(void **state)
{
	static const char *const wrong[] = { "vsock:2:1234", "notify", "/", "@" };
	char too_long[200];
	struct skstat_error error;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		setenv("NOTIFY_SOCKET", wrong[i], 1);
		assert_int_equal(skstat_notify_open(&notify, &error), -EINVAL);
		assert_non_null(strstr(error.text, wrong[i]));
		assert_int_equal(notify.fd, -1);
	}
	memset(too_long, '/', sizeof(too_long));
	too_long[sizeof(too_long) - 1] = '\0';
	setenv("NOTIFY_SOCKET", too_long, 1);
	assert_int_equal(skstat_notify_open(&notify, &error), -EINVAL);
}

static void watchdog(void **state)
{
	char pid[24];

	(void)state;
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("WATCHDOG_PID", pid, 1);
	setenv("WATCHDOG_USEC", "8000000", 1);
	open_at(path());
	assert_int_equal(skstat_notify_timeout_ms(&notify), 4000);
	skstat_notify_alive(&notify, 100 * SECOND);
	skstat_notify_alive(&notify, 102 * SECOND - 1);
	assert_string_equal(heard(), "WATCHDOG=1\n");
	assert_string_equal(heard(), "");
	skstat_notify_alive(&notify, 102 * SECOND);
	assert_string_equal(heard(), "WATCHDOG=1\n");
}

static void watchdog_of_another(void **state)
{
	(void)state;
	setenv("WATCHDOG_PID", "1", 1);
	setenv("WATCHDOG_USEC", "8000000", 1);
	open_at(path());
	assert_int_equal(skstat_notify_timeout_ms(&notify), -1);
	skstat_notify_alive(&notify, 100 * SECOND);
	assert_string_equal(heard(), "");
	assert_null(getenv("WATCHDOG_PID"));
}

static void no_watchdog(void **state)
{
	static const char *const wrong[] = { "", "0", "x", "1s", "-5", "99999999999999999999999" };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		setenv("WATCHDOG_USEC", wrong[i], 1);
		open_at(path());
		assert_int_equal(skstat_notify_timeout_ms(&notify), -1);
		tear_down(NULL);
	}
	setenv("WATCHDOG_USEC", "1", 1);
	open_at(path());
	assert_int_equal(skstat_notify_timeout_ms(&notify), 1);
}

static void status(void **state)
{
	(void)state;
	open_at(path());
	skstat_notify_status(&notify, 100 * SECOND, false, "watching %d", 1);
	assert_string_equal(heard(), "STATUS=watching 1\n");
	/* Not with every poll; what is urgent is, but not what was said already. */
	skstat_notify_status(&notify, 109 * SECOND, false, "watching %d", 2);
	assert_string_equal(heard(), "");
	skstat_notify_status(&notify, 110 * SECOND, false, "watching %d", 3);
	assert_string_equal(heard(), "STATUS=watching 3\n");
	skstat_notify_status(&notify, 111 * SECOND, true, "it fails: %s", "bad\nREADY=1");
	assert_string_equal(heard(), "STATUS=it fails: bad READY=1\n");
	skstat_notify_status(&notify, 112 * SECOND, true, "it fails: %s", "bad READY=1");
	assert_string_equal(heard(), "");
}

/* The manager's queue is full, or it is gone: nobody waits for it. */
static void deaf(void **state)
{
	(void)state;
	open_at(path());
	for (int i = 0; i < 2000; i++)
		skstat_notify_status(&notify, 100 * SECOND, true, "number %d", i);
	close(manager);
	manager = -1;
	skstat_notify_ready(&notify);
	skstat_notify_stopping(&notify);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(by_path, tear_down),
		cmocka_unit_test_teardown(by_name, tear_down),
		cmocka_unit_test_teardown(nobody, tear_down),
		cmocka_unit_test_teardown(no_socket, tear_down),
		cmocka_unit_test_teardown(watchdog, tear_down),
		cmocka_unit_test_teardown(watchdog_of_another, tear_down),
		cmocka_unit_test_teardown(no_watchdog, tear_down),
		cmocka_unit_test_teardown(status, tear_down),
		cmocka_unit_test_teardown(deaf, tear_down),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("notify", tests, NULL, NULL);
}
