// SPDX-License-Identifier: GPL-2.0
/* A stream into sockets and pipes: readers that stop, go and come back. Nothing is torn, and all is counted. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "render/buffer.h"
#include "stream_kit.h"

#define GRACE UINT64_C(10000000000)

static int unix_listen(const char *file, int type)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", stream_path(file));
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	if (type == SOCK_STREAM)
		assert_int_equal(listen(fd, 4), 0);
	return fd;
}

/* What comes until there is no more for a moment, or the end; at most `most` bytes. */
static void receive(int fd, struct skstat_buffer *text, size_t most)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };

	while (text->length < most && poll(&wait, 1, 500) > 0) {
		size_t room = most - text->length < 65536 ? most - text->length : 65536;
		char *at = skstat_buffer_room(text, room);
		ssize_t count = read(fd, at, room);

		if (count <= 0)
			break;
		skstat_buffer_written(text, at + count);
	}
}

/* Up to the last whole line. */
static size_t whole(const struct skstat_buffer *text)
{
	const char *end = memrchr(text->data, '\n', text->length);

	return end ? (size_t)(end - text->data) + 1 : 0;
}

/* Nobody reads: the queue fills, what comes then is dropped, and the collector never waits. Then somebody does. */
static void a_reader_that_stops(void **state)
{
	int fd = unix_listen("s", SOCK_STREAM), reader;
	struct skstat_buffer text = { 0 };
	uint64_t last = 0;

	(void)state;
	stream_config.to = stream_to("unix", "s");
	streams_start();
	sockets_put(1);
	reader = accept(fd, NULL, NULL);
	assert_true(reader >= 0);
	while (!COUNT(dropped[SKSTAT_DROP_SLOW])) {
		sockets_put(100);
		stream_pause();
	}
	assert_true(COUNT(up));
	assert_int_equal(COUNT(failures), 0);
	receive(reader, &text, SIZE_MAX);
	wait_until(stream_is_done());
	receive(reader, &text, SIZE_MAX);
	assert_int_equal(lines_check(text.data, text.length, &last), COUNT(written));
	assert_int_equal(COUNT(written) + COUNT(dropped[SKSTAT_DROP_SLOW]), COUNT(records));
	/* The gap shows. */
	text.length = 0;
	sockets_put(1);
	receive(reader, &text, SIZE_MAX);
	assert_int_equal(lines_check(text.data, text.length, &last), 1);
	assert_int_equal(last, COUNT(records));
	assert_true(COUNT(written) < last);
	skstat_buffer_free(&text);
	close(reader);
	close(fd);
}

/* It hangs up in the middle of a record. The next one begins with a whole one, and none comes twice. */
static void a_reader_that_goes(void **state)
{
	int fd = unix_listen("s", SOCK_STREAM), reader;
	struct skstat_buffer text = { 0 };
	uint64_t last = 0, lines, before;

	(void)state;
	stream_config.to = stream_to("unix", "s");
	streams_start();
	sockets_put(1);
	reader = accept(fd, NULL, NULL);
	while (!COUNT(dropped[SKSTAT_DROP_SLOW])) {
		sockets_put(100);
		stream_pause();
	}
	receive(reader, &text, 10001);
	assert_int_equal(text.length, 10001);
	lines = lines_check(text.data, whole(&text), &last);
	assert_true(lines > 0 && whole(&text) < text.length);
	close(reader);
	reader = accept(fd, NULL, NULL);
	text.length = 0;
	receive(reader, &text, SIZE_MAX);
	wait_until(stream_is_done());
	receive(reader, &text, SIZE_MAX);
	before = last;
	lines += lines_check(text.data, text.length, &last);
	assert_true(last > before);
	assert_true(COUNT(failures) > 0);
	assert_true(COUNT(dropped[SKSTAT_DROP_TORN]) <= 1);
	/* What the kernel still had for the first reader counts as written: it was. */
	assert_true(lines <= COUNT(written));
	assert_int_equal(COUNT(written) + stream_dropped(), COUNT(records));
	skstat_buffer_free(&text);
	close(reader);
	close(fd);
}

/* There is nobody yet: it waits in the queue. */
static void a_reader_that_comes_late(void **state)
{
	struct skstat_buffer text = { 0 };
	uint64_t last = 0;
	int fd, reader;

	(void)state;
	stream_config.to = stream_to("unix", "late");
	streams_start();
	sockets_put(50);
	wait_until(!COUNT(up));
	fd = unix_listen("late", SOCK_STREAM);
	skstat_outlets_reopen(outlets);
	reader = accept(fd, NULL, NULL);
	wait_until(stream_is_done());
	assert_int_equal(COUNT(written), 50);
	receive(reader, &text, SIZE_MAX);
	assert_int_equal(lines_check(text.data, text.length, &last), 50);
	skstat_buffer_free(&text);
	close(reader);
	close(fd);
}

/* It is not waited for for ever when the exporter ends. */
static void an_end_with_a_reader_that_stopped(void **state)
{
	int fd = unix_listen("s", SOCK_STREAM), reader;

	(void)state;
	stream_config.to = stream_to("unix", "s");
	streams_start();
	sockets_put(1);
	reader = accept(fd, NULL, NULL);
	while (!COUNT(dropped[SKSTAT_DROP_SLOW])) {
		sockets_put(100);
		stream_pause();
	}
	skstat_control_stop(&outlets->outlet[0]->control, 100000000);
	wait_until(stream_is_done());
	assert_true(COUNT(dropped[SKSTAT_DROP_END]) > 0);
	close(reader);
	close(fd);
}

/* Each datagram is whole lines, not more than a reader has a buffer for. Returns how many lines, after so many. */
static uint64_t datagrams(int fd, uint64_t wanted, size_t most, uint64_t *last)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	static char data[70000];
	uint64_t lines = 0;

	while (lines < wanted && poll(&wait, 1, 5000) > 0) {
		ssize_t count = recv(fd, data, sizeof(data), 0);

		assert_true(count > 0);
		if ((size_t)count > most)
			fail_msg("a datagram of %zd bytes", count);
		lines += lines_check(data, (size_t)count, last);
	}
	return lines;
}

static void unix_datagrams(void **state)
{
	int fd = unix_listen("d", SOCK_DGRAM);
	uint64_t last = 0;

	(void)state;
	stream_config.to = stream_to("unixgram", "d");
	stream_config.queue = 8 << 20;
	streams_start();
	/* More than its queue holds: the stream waits, nothing is lost. */
	sockets_put(2000);
	assert_int_equal(datagrams(fd, 2000, 8192, &last), 2000);
	wait_until(stream_is_done());
	assert_int_equal(COUNT(written), 2000);
	/* It goes, and comes back. */
	close(fd);
	assert_int_equal(unlink(stream_path("d")), 0);
	sockets_put(10);
	wait_until(!COUNT(up));
	fd = unix_listen("d", SOCK_DGRAM);
	skstat_outlets_reopen(outlets);
	assert_int_equal(datagrams(fd, 10, 8192, &last), 10);
	wait_until(stream_is_done());
	assert_int_equal(last, 2010);
	assert_true(COUNT(up));
	close(fd);
}

static void udp_datagrams(void **state)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), bytes = 4 << 20;
	socklen_t length = sizeof(address);
	uint64_t last = 0;
	char to[64];

	(void)state;
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length), 0);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	snprintf(to, sizeof(to), "udp://127.0.0.1:%u", ntohs(address.sin_port));
	stream_config.to = to;
	streams_start();
	sockets_put(20);
	assert_int_equal(datagrams(fd, 20, 8192, &last), 20);
	assert_int_equal(last, 20);
	wait_until(stream_is_done());
	assert_int_equal(COUNT(written), 20);
	/* Nobody is there: an answer says so at last. */
	close(fd);
	for (int i = 0; i < 1000 && COUNT(up); i++) {
		sockets_put(10);
		stream_pause();
	}
	assert_false(COUNT(up));
	assert_true(COUNT(failures) > 0);
}

/* Standard output is a pipe: its reader stops, and goes on. */
static void a_pipe(void **state)
{
	struct skstat_buffer text = { 0 };
	int ends[2], before = dup(STDOUT_FILENO);
	uint64_t last = 0;

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	fflush(stdout);
	dup2(ends[1], STDOUT_FILENO);
	close(ends[1]);
	stream_config.to = "stdout";
	streams_start();
	while (!COUNT(dropped[SKSTAT_DROP_SLOW])) {
		sockets_put(100);
		stream_pause();
	}
	/* Its flags are the shell's. */
	assert_false(fcntl(STDOUT_FILENO, F_GETFL) & O_NONBLOCK);
	receive(ends[0], &text, SIZE_MAX);
	wait_until(stream_is_done());
	receive(ends[0], &text, SIZE_MAX);
	assert_int_equal(lines_check(text.data, text.length, &last), COUNT(written));
	/* And hangs up. */
	close(ends[0]);
	sockets_put(10);
	wait_until(!COUNT(up));
	dup2(before, STDOUT_FILENO);
	close(before);
	skstat_buffer_free(&text);
}

/* --- a kind of sink that is none of the table's: its connection breaks in the middle of the second record */

static struct skstat_buffer kept;
static int opened, closed;

static int broken_open(struct skstat_sink *sink)
{
	(void)sink;
	opened++;
	return 0;
}

static int broken_write(struct skstat_sink *sink, const void *data, size_t length, size_t *taken)
{
	const char *first = memchr(data, '\n', length);

	(void)sink;
	assert_non_null(first);
	if (opened > 1 || (size_t)(first + 1 - (const char *)data) == length) {
		skstat_buffer_put(&kept, data, length);
		return 0;
	}
	skstat_buffer_put(&kept, data, (size_t)(first + 1 - (const char *)data));
	*taken = (size_t)(first + 1 - (const char *)data) + 5;
	return -EPIPE;
}

static void broken_close(struct skstat_sink *sink)
{
	(void)sink;
	closed++;
}

static void a_connection_that_breaks(void **state)
{
	static const struct skstat_sink_kind broken = {
		.name = "broken", .open = broken_open, .write = broken_write, .close = broken_close,
	};
	struct skstat_error error;
	uint64_t last = 0;

	(void)state;
	stream_config.to = "unix:/nonexistent/x";
	outlets = calloc(1, sizeof(*outlets));
	assert_non_null(outlets);
	outlets->outlet[0] = skstat_outlet_new(&stream_config, &error);
	outlets->what = stream_config.what;
	outlets->count = 1;
	outlets->outlet[0]->sink.kind = &broken;
	sockets_put(100);
	assert_int_equal(skstat_outlet_start(outlets->outlet[0], &error), 0);
	wait_until(stream_is_done());
	assert_int_equal(COUNT(dropped[SKSTAT_DROP_TORN]), 1);
	assert_int_equal(COUNT(written), 99);
	streams_stop(0);
	assert_int_equal(opened, 2);
	assert_int_equal(closed, 2);
	/* All but the second, each once. */
	assert_int_equal(lines_check(kept.data, kept.length, &last), 99);
	skstat_buffer_put(&kept, "", 1);
	assert_null(strstr(kept.data, "\"number\":2,"));
	skstat_buffer_free(&kept);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, stream_set_up, stream_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_reader_that_stops), TEST(a_reader_that_goes), TEST(a_reader_that_comes_late),
		TEST(an_end_with_a_reader_that_stopped), TEST(unix_datagrams), TEST(udp_datagrams), TEST(a_pipe),
		TEST(a_connection_that_breaks),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("stream_socket", tests, NULL, NULL);
}
