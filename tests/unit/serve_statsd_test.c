// SPDX-License-Identifier: GPL-2.0
/* The sender against a UDP socket that reads along, and against nobody. */
#include <errno.h>
#include <poll.h>
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
#include <unistd.h>

#include "client.h"
#include "serve/statsd.h"
#include "serve/udp.h"

#define MILLISECOND UINT64_C(1000000)
#define PORTS 100
#define PORTS_MAX 500
#define DATAGRAM 200

static struct skstat_store *store;
static struct skstat_self self;
static struct skstat_statsd *statsd;

/* The receiver, and what it has understood. */
static int server;
static char address[32];
static uint64_t datagrams, bytes, lines;
static double counter[PORTS_MAX], gauge;
static uint64_t gauges;

static int set_up(void **state)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	(void)state;
	memset(&self, 0, sizeof(self));
	memset(counter, 0, sizeof(counter));
	datagrams = bytes = lines = gauges = 0;
	gauge = -1;
	store = skstat_store_new();
	server = socket(AF_INET, SOCK_DGRAM, 0);
	if (!store || server < 0 || bind(server, (struct sockaddr *)&any, sizeof(any)))
		return -1;
	snprintf(address, sizeof(address), "127.0.0.1:%u", client_port(server));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	skstat_statsd_stop(statsd);
	statsd = NULL;
	skstat_store_free(store);
	if (server >= 0)
		close(server);
	return 0;
}

static size_t at_most = DATAGRAM, largest; /* of the datagrams */
static unsigned int ports = PORTS;

static void start(uint64_t interval_ns)
{
	const struct skstat_statsd_config config = { .address = address, .prefix = "t", .interval_ns = interval_ns,
						     .datagram = DATAGRAM };
	struct skstat_error error;

	statsd = skstat_statsd_start(&config, store, &self, &error);
	assert_non_null(statsd);
}

/* Counters of each port are `times` its number; the gauge is `value`. */
static void publish(uint64_t times, double value, uint64_t taken_ns)
{
	struct skstat_families *set = skstat_families_new();
	struct skstat_family *family;

	assert_non_null(set);
	family = skstat_family_add(set, SKSTAT_METRIC_COUNTER, "skstat_tcp_sent_bytes", "bytes", "Sent.");
	for (unsigned int i = 0; i < ports; i++) {
		char text[16];
		struct skstat_label label = { "port", text };

		snprintf(text, sizeof(text), "%u", i);
		label.value = skstat_families_text(set, text);
		skstat_series_add(set, family, &label, 1)->value = (double)(times * i);
	}
	family = skstat_family_add(set, SKSTAT_METRIC_GAUGE, "skstat_tcp_sockets", "", "Sockets.");
	skstat_series_add(set, family, NULL, 0)->value = value;
	family = skstat_family_add(set, SKSTAT_METRIC_COUNTER, "skstat_statsd_flushes", "", "Not for statsd.");
	skstat_series_add(set, family, NULL, 0)->value = (double)times;
	assert_int_equal(skstat_store_publish(store, set, taken_ns, 1000 * MILLISECOND, true), 0);
}

static void take_line(const char *line)
{
	unsigned int number;
	double value;
	char end;

	lines++;
	if (sscanf(line, "t.tcp_sent_bytes.%u:%lf|c%c", &number, &value, &end) == 2 && number < ports) {
		counter[number] += value;
	} else if (sscanf(line, "t.tcp_sockets:%lf|g%c", &value, &end) == 1) {
		gauge = value;
		gauges++;
	} else {
		fail_msg("a line \"%s\"", line);
	}
}

/* Takes one datagram if one comes within the time. */
static bool receive(int milliseconds)
{
	struct pollfd poll_fd = { .fd = server, .events = POLLIN };
	static char text[65536];
	char *rest = text, *line;
	ssize_t length;

	if (poll(&poll_fd, 1, milliseconds) != 1)
		return false;
	length = recv(server, text, sizeof(text) - 1, 0);
	assert_in_range(length, 1, at_most);
	largest = (size_t)length > largest ? (size_t)length : largest;
	text[length] = '\0';
	assert_int_not_equal(text[length - 1], '\n');
	datagrams++;
	bytes += (uint64_t)length;
	while ((line = strsep(&rest, "\n")))
		take_line(line);
	return true;
}

static void receive_all(void)
{
	while (receive(0))
		;
}

/* Until so many flushes were begun. */
static void wait_for_flushes(uint64_t flushes)
{
	for (int i = 0; i < 10000 && skstat_self_get(&self, statsd_flushes) < flushes; i++)
		poll(NULL, 0, 1);
	assert_true(skstat_self_get(&self, statsd_flushes) >= flushes);
}

static void assert_counters(double times)
{
	for (unsigned int i = 0; i < PORTS; i++)
		assert_true(counter[i] == times * i);
}

static void assert_sums(void)
{
	assert_int_equal(skstat_self_get(&self, statsd_sent), datagrams);
	assert_int_equal(skstat_self_get(&self, statsd_bytes), bytes);
	assert_int_equal(skstat_self_get(&self, statsd_lines), lines);
	assert_int_equal(skstat_self_get(&self, statsd_error) + skstat_self_get(&self, statsd_dropped), 0);
}

/* All differences arrive, none twice; the first snapshot has none. */
static void differences(void **state)
{
	(void)state;
	start(20 * MILLISECOND);
	publish(5, 50, skstat_now_ns());
	assert_true(receive(10000));
	assert_true(gauge == 50);
	assert_counters(0);
	for (uint64_t times = 6; times < 20; times++) {
		publish(times, (double)times, skstat_now_ns());
		wait_for_flushes(skstat_self_get(&self, statsd_flushes) + 1);
		receive_all();
	}
	skstat_statsd_stop(statsd);
	statsd = NULL;
	receive_all();
	assert_counters(19 - 5);
	assert_true(gauge == 19);
	assert_sums();
}

/* Without anything new, gauges come again and counters do not. */
static void same_again(void **state)
{
	(void)state;
	publish(5, 50, skstat_now_ns());
	start(20 * MILLISECOND);
	while (gauges < 4)
		assert_true(receive(10000));
	assert_int_equal(lines, gauges);
	assert_int_equal(datagrams, gauges);
}

static void stale(void **state)
{
	(void)state;
	publish(5, 50, skstat_now_ns() - 10000 * MILLISECOND);
	start(20 * MILLISECOND);
	wait_for_flushes(3);
	receive_all();
	assert_int_equal(datagrams, 0);
	publish(6, 60, skstat_now_ns() - 10000 * MILLISECOND);
	wait_for_flushes(skstat_self_get(&self, statsd_flushes) + 2);
	skstat_statsd_stop(statsd);
	statsd = NULL;
	receive_all();
	assert_counters(1);
	assert_int_equal(gauges, 0);
}

/* What a flush has goes out piece by piece, over nine tenths of the interval. */
static void spreading(void **state)
{
	const uint64_t interval = 1000 * MILLISECOND;
	uint64_t first, last, late = 0;

	(void)state;
	publish(0, 0, skstat_now_ns());
	start(interval);
	assert_true(receive(10000));
	publish(1, 1, skstat_now_ns());
	assert_true(receive(10000));
	first = last = skstat_now_ns();
	datagrams = 1;
	while (counter[PORTS - 1] == 0) {
		assert_true(receive(10000));
		last = skstat_now_ns();
		late += last - first > interval / 2;
	}
	assert_counters(1);
	assert_in_range(datagrams, 10, 30);
	assert_true(last - first > interval / 2);
	assert_in_range(late, datagrams / 4, datagrams * 3 / 4);
	assert_int_equal(gauges, 2);
}

/* The end does not wait for the interval, and what came after the last flush is sent. */
static void stopping(void **state)
{
	uint64_t before = skstat_now_ns();

	(void)state;
	publish(1, 1, before);
	start(3600 * 1000 * MILLISECOND);
	wait_for_flushes(1);
	publish(3, 3, before);
	skstat_statsd_stop(statsd);
	statsd = NULL;
	assert_true(skstat_now_ns() - before < 10000 * MILLISECOND);
	receive_all();
	assert_counters(2);
	assert_int_equal(skstat_self_get(&self, statsd_flushes), 2);
	assert_sums();

	/* Nothing came after it: nothing is sent again. */
	memset(&self, 0, sizeof(self));
	start(3600 * 1000 * MILLISECOND);
	wait_for_flushes(1);
	skstat_statsd_stop(statsd);
	statsd = NULL;
	assert_int_equal(skstat_self_get(&self, statsd_flushes), 1);
}

static void before_the_first(void **state)
{
	(void)state;
	start(3600 * 1000 * MILLISECOND);
	skstat_statsd_stop(statsd);
	statsd = NULL;
	receive_all();
	assert_int_equal(datagrams + skstat_self_get(&self, statsd_flushes), 0);
}

/* Nobody listens: refused or gone, but counted. Then somebody does. */
static void nobody(void **state)
{
	struct sockaddr_in again = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
				     .sin_port = htons(client_port(server)) };
	uint64_t flushes;

	(void)state;
	close(server);
	publish(0, 1, skstat_now_ns());
	start(20 * MILLISECOND);
	wait_for_flushes(10);
	assert_true(skstat_self_get(&self, statsd_error) > 0);
	assert_true(skstat_self_get(&self, statsd_sent) > 0);
	assert_int_equal(skstat_self_get(&self, statsd_dropped), 0);

	server = socket(AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(bind(server, (struct sockaddr *)&again, sizeof(again)), 0);
	assert_true(receive(10000));
	skstat_statsd_stop(statsd);
	statsd = NULL;
	/* One gauge each, in a datagram of its own. */
	flushes = skstat_self_get(&self, statsd_flushes);
	assert_int_equal(skstat_self_get(&self, statsd_sent) + skstat_self_get(&self, statsd_error), flushes);
}

/* An answer to an earlier datagram keeps one back, and the socket is as good as before. */
static void refused(void **state)
{
	struct sockaddr_in peer = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
				    .sin_port = htons(client_port(server)) };
	struct skstat_udp udp = { .self = &self, .fd = -1, .peer_length = sizeof(peer) };
	int fd = -1;

	(void)state;
	close(server);
	memcpy(&udp.peer, &peer, sizeof(peer));
	for (size_t i = 1; i <= 10; i++) {
		skstat_udp_add("x", 1, 1, &udp);
		skstat_udp_send(&udp, i);
		assert_true(fd < 0 || fd == udp.fd);
		fd = udp.fd;
		assert_true(fd >= 0);
	}
	assert_true(skstat_self_get(&self, statsd_error) > 0);
	assert_int_equal(skstat_self_get(&self, statsd_error) + skstat_self_get(&self, statsd_sent), 10);
	skstat_udp_free(&udp);
	server = -1;
}

/* A queue whose receiver does not read, and whose socket has no room. */
static void no_room(void **state)
{
	struct skstat_udp udp = { .self = &self, .fd = -1 };
	const char line[150] = "x";
	int pair[2], least = 1;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair), 0);
	assert_int_equal(setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &least, sizeof(least)), 0);
	udp.fd = pair[0];
	for (int i = 0; i < 1000; i++)
		skstat_udp_add(line, sizeof(line), 1, &udp);
	skstat_udp_send(&udp, 500);
	assert_int_equal(udp.sent, 500);
	skstat_udp_send(&udp, 2000);
	assert_int_equal(udp.sent, 1000);
	assert_true(skstat_self_get(&self, statsd_sent) > 0);
	assert_true(skstat_self_get(&self, statsd_dropped) > 0);
	assert_int_equal(skstat_self_get(&self, statsd_sent) + skstat_self_get(&self, statsd_dropped), 1000);
	assert_int_equal(skstat_self_get(&self, statsd_bytes), skstat_self_get(&self, statsd_sent) * sizeof(line));
	assert_int_equal(skstat_self_get(&self, statsd_lines), skstat_self_get(&self, statsd_sent));

	/* The receiver is gone for good: an error each, no signal. */
	close(pair[1]);
	skstat_udp_clear(&udp);
	assert_int_equal(udp.count, 0);
	skstat_udp_add(line, sizeof(line), 1, &udp);
	skstat_udp_send(&udp, 1);
	assert_int_equal(skstat_self_get(&self, statsd_error), 1);
	skstat_udp_free(&udp);
}

/* A network that is not there now is no reason not to start, and each datagram is an error. */
static void unreachable(void **state)
{
	struct sockaddr_in peer = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_BROADCAST), .sin_port = 1 };
	struct skstat_udp udp = { .self = &self, .fd = -1, .peer_length = sizeof(peer) };

	(void)state;
	memcpy(&udp.peer, &peer, sizeof(peer));
	for (int i = 0; i < 40; i++)
		skstat_udp_add("x", 1, 1, &udp);
	skstat_udp_send(&udp, 40);
	assert_int_equal(skstat_self_get(&self, statsd_error), 40);
	skstat_udp_clear(&udp);
	/* Another try may do better. */
	peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	peer.sin_port = htons(client_port(server));
	memcpy(&udp.peer, &peer, sizeof(peer));
	skstat_udp_add("t.tcp_sockets:1|g", 17, 1, &udp);
	skstat_udp_send(&udp, 1);
	assert_true(receive(10000));
	assert_int_equal(skstat_self_get(&self, statsd_sent), 1);
	skstat_udp_free(&udp);
}

/* As much as goes over loopback in one packet, but not more than servers take. */
static void automatic(void **state)
{
	const struct skstat_statsd_config config = { .address = address, .prefix = "t",
						     .interval_ns = 20 * MILLISECOND };

	(void)state;
	at_most = SKSTAT_STATSD_DATAGRAM;
	ports = PORTS_MAX;
	largest = 0;
	publish(1, 1, skstat_now_ns());
	statsd = skstat_statsd_start(&config, store, &self, NULL);
	assert_non_null(statsd);
	wait_for_flushes(1);
	publish(1000000, 2, skstat_now_ns());
	while (gauge != 2 || !counter[PORTS_MAX - 1])
		assert_true(receive(10000));
	assert_in_range(largest, SKSTAT_STATSD_DATAGRAM - 64, SKSTAT_STATSD_DATAGRAM);
	assert_int_equal(skstat_self_get(&self, statsd_too_long), 0);
	at_most = DATAGRAM;
	ports = PORTS;
}

/* A line that no datagram can hold is counted, the others go. */
static void too_long(void **state)
{
	const struct skstat_statsd_config config = { .address = address, .prefix = "t", .datagram = 20,
						     .interval_ns = 20 * MILLISECOND };

	(void)state;
	publish(1, 1, skstat_now_ns());
	statsd = skstat_statsd_start(&config, store, &self, NULL);
	assert_non_null(statsd);
	wait_for_flushes(1);
	publish(2, 2, skstat_now_ns());
	while (gauge != 2)
		assert_true(receive(10000));
	assert_int_equal(skstat_self_get(&self, statsd_too_long), PORTS - 1);
	assert_int_equal(lines, gauges);
}

static void wrong(void **state)
{
	static const struct {
		struct skstat_statsd_config config;
		int err;
	} configs[] = {
		{ { "127.0.0.1", "t", 1, 1432 }, -EINVAL },	  { { ":8125", "t", 1, 1432 }, -EINVAL },
		{ { "127.0.0.1:0", "t", 1, 1432 }, -EINVAL },	  { { "1.2.3.4.5:8125", "t", 1, 1432 }, -ENOENT },
		{ { "127.0.0.1:8125", "t", 0, 1432 }, -EINVAL },  { { "127.0.0.1:8125", "t", 1, 65508 }, -EINVAL },
		{ { "127.0.0.1:8125", "t", 1, 65508 }, -EINVAL },
	};
	struct skstat_error error;

	(void)state;
	for (size_t i = 0; i < sizeof(configs) / sizeof(configs[0]); i++) {
		memset(&error, 0, sizeof(error));
		assert_null(skstat_statsd_start(&configs[i].config, store, &self, &error));
		assert_int_equal(error.err, configs[i].err);
		assert_true(strlen(error.text) > 0);
	}
	skstat_statsd_stop(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(differences, set_up, tear_down),
		cmocka_unit_test_setup_teardown(same_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(stale, set_up, tear_down),
		cmocka_unit_test_setup_teardown(spreading, set_up, tear_down),
		cmocka_unit_test_setup_teardown(stopping, set_up, tear_down),
		cmocka_unit_test_setup_teardown(before_the_first, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nobody, set_up, tear_down),
		cmocka_unit_test_setup_teardown(refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_room, set_up, tear_down),
		cmocka_unit_test_setup_teardown(unreachable, set_up, tear_down),
		cmocka_unit_test_setup_teardown(automatic, set_up, tear_down),
		cmocka_unit_test_setup_teardown(too_long, set_up, tear_down),
		cmocka_unit_test_setup_teardown(wrong, set_up, tear_down),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("serve_statsd", tests, NULL, NULL);
}
