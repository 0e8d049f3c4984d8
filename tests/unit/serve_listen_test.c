// SPDX-License-Identifier: GPL-2.0
/* Real sockets on loopback and in a directory of its own. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "client.h"
#include "serve/listen.h"

static char directory[] = "/tmp/skstat-listen-XXXXXX";
static char path[64];

static int make_directory(void **state)
{
	(void)state;
	if (!mkdtemp(directory))
		return -1;
	snprintf(path, sizeof(path), "%s/socket", directory);
	return 0;
}

static int remove_directory(void **state)
{
	(void)state;
	return rmdir(directory);
}

/* Whether an IPv4 client reaches it. */
static bool answers(int listener)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(client_port(listener)),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	bool connected = connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;

	close(fd);
	return connected;
}

static void tcp(void **state)
{
	static const char *const good[] = { "127.0.0.1:0", "localhost:0", ":0", "0.0.0.0:0" };
	struct skstat_error error;
	int fd;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		fd = skstat_listen_tcp(good[i], &error);
		assert_true(fd >= 0);
		assert_true(answers(fd));
		assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
		assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
		close(fd);
	}
}

/* Both wildcards stand beside each other. */
static void tcp_v6_alone(void **state)
{
	struct skstat_error error;
	char address[32];
	int six, four;

	(void)state;
	six = skstat_listen_tcp("[::]:0", &error);
	if (six == -EAFNOSUPPORT)
		skip();
	assert_true(six >= 0);
	assert_false(answers(six));
	snprintf(address, sizeof(address), "0.0.0.0:%u", client_port(six));
	four = skstat_listen_tcp(address, &error);
	assert_true(four >= 0);
	assert_true(answers(four));
	close(six);
	close(four);
}

static void tcp_taken(void **state)
{
	struct skstat_error error;
	char address[32], sentence[128];
	int fd = skstat_listen_tcp("127.0.0.1:0", &error);

	(void)state;
	assert_true(fd >= 0);
	snprintf(address, sizeof(address), "127.0.0.1:%u", client_port(fd));
	snprintf(sentence, sizeof(sentence),
		 "%s is taken by another program: choose another --web.listen-address or stop it", address);
	assert_int_equal(skstat_listen_tcp(address, &error), -EADDRINUSE);
	assert_int_equal(error.err, -EADDRINUSE);
	assert_string_equal(error.text, sentence);
	snprintf(address, sizeof(address), ":%u", client_port(fd));
	assert_int_equal(skstat_listen_tcp(address, &error), -EADDRINUSE);
	close(fd);
}

/* What a run before left in TIME_WAIT does not take the port. */
static void tcp_again(void **state)
{
	struct skstat_error error;
	struct client client;
	char address[32];
	int fd, accepted;

	(void)state;
	fd = skstat_listen_tcp("127.0.0.1:0", &error);
	assert_true(fd >= 0);
	snprintf(address, sizeof(address), "127.0.0.1:%u", client_port(fd));
	client_tcp(&client, client_port(fd));
	accepted = accept(fd, NULL, NULL);
	assert_true(accepted >= 0);
	close(accepted);
	client_close(&client);
	close(fd);
	fd = skstat_listen_tcp(address, &error);
	assert_true(fd >= 0);
	close(fd);
}

static void tcp_wrong(void **state)
{
	struct skstat_error error;

	(void)state;
	assert_int_equal(skstat_listen_tcp("127.0.0.1", &error), -EINVAL);
	assert_int_equal(skstat_listen_tcp("192.0.2.1:0", &error), -EADDRNOTAVAIL);
	assert_string_equal(error.text,
			    "192.0.2.1:0: this machine has no address 192.0.2.1: choose another --web.listen-address");
	assert_int_equal(skstat_listen_tcp("1.2.3.4.5:80", &error), -ENOENT);
	assert_int_equal(skstat_listen_tcp("1.2.3.4.5:80", NULL), -ENOENT);
}

static void unix_mode(void **state)
{
	mode_t before = umask(0);
	struct skstat_error error;
	struct stat status;
	struct client client;
	int fd;

	(void)state;
	fd = skstat_listen_unix(path, "there-is-no-such-group", &error);
	assert_true(fd >= 0);
	assert_int_equal(umask(before), 0);
	assert_int_equal(lstat(path, &status), 0);
	assert_true(S_ISSOCK(status.st_mode));
	assert_int_equal(status.st_mode & 07777, 0660);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	client_unix(&client, path);
	client_close(&client);
	close(fd);
	unlink(path);
}

static void unix_group(void **state)
{
	struct skstat_error error;
	struct group *daemon = getgrnam("daemon");
	struct stat status;
	int fd;

	(void)state;
	if (!daemon)
		skip();
	fd = skstat_listen_unix(path, "daemon", &error);
	if (geteuid() != 0 && fd < 0) {
		/* Not allowed: said, and nothing is left behind. */
		assert_non_null(strstr(error.text, path));
		assert_int_equal(access(path, F_OK), -1);
		return;
	}
	assert_true(fd >= 0);
	assert_int_equal(lstat(path, &status), 0);
	assert_int_equal(status.st_gid, daemon->gr_gid);
	assert_int_equal(status.st_mode & 07777, 0660);
	close(fd);
	unlink(path);
}

static void unix_replaced(void **state)
{
	struct skstat_error error;
	struct client client;
	int fd, again;

	(void)state;
	fd = skstat_listen_unix(path, "", &error);
	assert_true(fd >= 0);
	assert_int_equal(skstat_listen_unix(path, NULL, &error), -EADDRINUSE);
	assert_non_null(strstr(error.text, "is taken by another program"));
	/* The one that lives is still the one that answers. */
	client_unix(&client, path);
	again = accept(fd, NULL, NULL); /* the look that the second one took */
	assert_true(again >= 0);
	close(again);
	again = accept(fd, NULL, NULL);
	assert_true(again >= 0);
	close(again);
	client_close(&client);

	close(fd);
	again = skstat_listen_unix(path, NULL, &error);
	assert_true(again >= 0);
	client_unix(&client, path);
	client_close(&client);
	close(again);
	unlink(path);
}

/* A socket that is too busy to take a connection is not dead. */
static void unix_busy(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), waiting = socket(AF_UNIX, SOCK_STREAM, 0);
	struct skstat_error error;

	(void)state;
	strcpy(address.sun_path, path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 0), 0);
	assert_int_equal(connect(waiting, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(skstat_listen_unix(path, NULL, &error), -EADDRINUSE);
	assert_int_equal(access(path, F_OK), 0);
	close(waiting);
	close(fd);
	unlink(path);
}

static void unix_wrong(void **state)
{
	char longest[256], missing[80];
	struct skstat_error error;
	FILE *file;

	(void)state;
	memset(longest, 'a', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(skstat_listen_unix(longest, NULL, &error), -EINVAL);
	assert_int_equal(skstat_listen_unix("", NULL, &error), -EINVAL);
	snprintf(missing, sizeof(missing), "%s/none/socket", directory);
	assert_int_equal(skstat_listen_unix(missing, NULL, &error), -ENOENT);
	assert_non_null(strstr(error.text, missing));

	/* What is no socket stays. */
	file = fopen(path, "w");
	assert_non_null(file);
	fclose(file);
	assert_int_equal(skstat_listen_unix(path, NULL, &error), -EADDRINUSE);
	assert_non_null(strstr(error.text, "is no socket"));
	assert_int_equal(unlink(path), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tcp),
		cmocka_unit_test(tcp_v6_alone),
		cmocka_unit_test(tcp_taken),
		cmocka_unit_test(tcp_again),
		cmocka_unit_test(tcp_wrong),
		cmocka_unit_test(unix_mode),
		cmocka_unit_test(unix_group),
		cmocka_unit_test(unix_replaced),
		cmocka_unit_test(unix_busy),
		cmocka_unit_test(unix_wrong),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("serve_listen", tests, make_directory, remove_directory);
}
