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
#include <sys/un.h>
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

/* Until so many flushes were put off. */
static void wait_for_deferred(uint64_t deferred)
{
	for (int i = 0; i < 10000 && skstat_self_get(&self, statsd_deferred) < deferred; i++)
		poll(NULL, 0, 1);
	assert_true(skstat_self_get(&self, statsd_deferred) >= deferred);
}

/* Nobody listens: the port says so, and is left alone for longer each time. Then somebody does. */
static void nobody(void **state)
{
	struct sockaddr_in again = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
				     .sin_port = htons(client_port(server)) };
	uint64_t flushes;

	(void)state;
	close(server);
	publish(0, 1, skstat_now_ns());
	start(20 * MILLISECOND);
	/* After 1, 2, 4 intervals; and one more each, in which it is seen that it was refused. */
	wait_for_deferred(8);
	assert_in_range(skstat_self_get(&self, statsd_flushes), 2, 5);
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

/* In place of the UDP socket: a unix socket of that address. */
static void listen_unix(const char *path)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };

	snprintf(name.sun_path, sizeof(name.sun_path), "%s", path);
	if (server >= 0)
		close(server);
	server = socket(AF_UNIX, SOCK_DGRAM, 0);
	assert_true(server >= 0);
	if (path[0] == '@')
		name.sun_path[0] = '\0';
	else
		(void)unlink(path);
	assert_int_equal(bind(server, (struct sockaddr *)&name,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path))), 0);
}

static void start_at(const char *to, uint64_t interval_ns, size_t size)
{
	const struct skstat_statsd_config config = { .address = to, .prefix = "t", .interval_ns = interval_ns,
						     .datagram = size };
	struct skstat_error error;

	statsd = skstat_statsd_start(&config, store, &self, &error);
	assert_non_null(statsd);
}

/* A socket that is not there, comes, goes and comes again: nothing is lost that was not under way. */
static void unix_socket(void **state)
{
	char directory[] = "/tmp/skstat-statsd-XXXXXX", path[64], to[80];
	uint64_t deferred;

	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/socket", directory);
	snprintf(to, sizeof(to), "unix:%s", path);
	at_most = SKSTAT_STATSD_DATAGRAM;
	publish(1, 1, skstat_now_ns());
	start_at(to, 20 * MILLISECOND, 0);
	wait_for_deferred(2);
	assert_int_equal(skstat_self_get(&self, statsd_flushes), 0);

	listen_unix(path);
	assert_true(receive(10000));
	assert_counters(0);
	publish(4, 4, skstat_now_ns());
	while (counter[PORTS - 1] < 3 * (PORTS - 1))
		assert_true(receive(10000));
	assert_counters(3);

	/* Gone at once: what grows now is kept. */
	deferred = skstat_self_get(&self, statsd_deferred);
	unlink(path);
	wait_for_deferred(deferred + 1);
	publish(9, 9, skstat_now_ns());
	wait_for_deferred(deferred + 3);
	receive_all();
	listen_unix(path);
	while (counter[PORTS - 1] < 8 * (PORTS - 1))
		assert_true(receive(10000));
	assert_counters(8);
	skstat_statsd_stop(statsd);
	statsd = NULL;
	assert_int_equal(skstat_self_get(&self, statsd_too_long), 0);
	unlink(path);
	rmdir(directory);
	at_most = DATAGRAM;
}

static void abstract_socket(void **state)
{
	char name[64], to[80];

	(void)state;
	snprintf(name, sizeof(name), "@skstat-statsd-test-%d", (int)getpid());
	snprintf(to, sizeof(to), "unix:%s", name);
	listen_unix(name);
	publish(1, 7, skstat_now_ns());
	start_at(to, 3600 * 1000 * MILLISECOND, DATAGRAM);
	assert_true(receive(10000));
	assert_true(gauge == 7);
}

/* The text of one datagram. */
static const char *datagram_take(void)
{
	struct pollfd poll_fd = { .fd = server, .events = POLLIN };
	static char text[65536];
	ssize_t length;

	assert_int_equal(poll(&poll_fd, 1, 10000), 1);
	length = recv(server, text, sizeof(text) - 1, 0);
	assert_true(length > 0);
	text[length] = '\0';
	return text;
}

/* Of three views two are sent, and what is of none is not. */
static void views(void **state)
{
	static const char *const names[] = { "edge", "peers" }, *const all[] = { "default", "edge", "peers" };
	const struct skstat_statsd_config config = { .address = address, .prefix = "t",
						     .dialect = SKSTAT_STATSD_DOGSTATSD,
						     .interval_ns = 3600 * 1000 * MILLISECOND, .view = names,
						     .views = 2 };
	struct skstat_families *set = skstat_families_new();
	struct skstat_family *family;

	(void)state;
	assert_non_null(set);
	family = skstat_family_add(set, SKSTAT_METRIC_GAUGE, "skstat_tcp_connections", "", "Connections.");
	for (size_t i = 0; i < 3; i++)
		skstat_series_add(set, family, &(struct skstat_label){ "view", all[i] }, 1)->value = (double)i;
	family = skstat_family_add(set, SKSTAT_METRIC_GAUGE, "skstat_up", "", "Up.");
	skstat_series_add(set, family, NULL, 0)->value = 1;
	assert_int_equal(skstat_store_publish(store, set, skstat_now_ns(), 1000 * MILLISECOND, true), 0);
	statsd = skstat_statsd_start(&config, store, &self, NULL);
	assert_non_null(statsd);
	assert_string_equal(datagram_take(), "t.tcp_connections:1|g|#view:edge\nt.tcp_connections:2|g|#view:peers");
}

/* xtcp's own figures, under its names whatever the prefix. */
static void xtcp(void **state)
{
	const struct skstat_statsd_config config = { .address = address, .prefix = "t", .names = SKSTAT_STATSD_XTCP,
						     .interval_ns = 20 * MILLISECOND };
	const char *text;

	(void)state;
	for (int round = 1; round <= 2; round++) {
		struct skstat_families *set = skstat_families_new();
		struct skstat_family *family;

		assert_non_null(set);
		family = skstat_family_add(set, SKSTAT_METRIC_COUNTER, "skstat_polls", "", "Polls.");
		skstat_series_add(set, family, &(struct skstat_label){ "kind", "full" }, 1)->value = 10 * round;
		skstat_series_add(set, family, &(struct skstat_label){ "kind", "delta" }, 1)->value = 90 * round;
		family = skstat_family_add(set, SKSTAT_METRIC_COUNTER, "skstat_polls_late", "", "Late.");
		skstat_series_add(set, family, NULL, 0)->value = 3 * round;
		family = skstat_family_add(set, SKSTAT_METRIC_COUNTER, "skstat_netlink_messages", "", "Messages.");
		skstat_series_add(set, family, NULL, 0)->value = round == 1 ? 500 : 1200;
		family = skstat_family_add(set, SKSTAT_METRIC_COUNTER, "skstat_records", "", "Records.");
		skstat_series_add(set, family, &(struct skstat_label){ "kind", "full_ipv4" }, 1)->value = 40;
		skstat_series_add(set, family, &(struct skstat_label){ "kind", "full_ipv6" }, 1)->value = 60;
		family = skstat_family_add(set, SKSTAT_METRIC_GAUGE, "process_resident_memory_bytes", "", "Memory.");
		skstat_series_add(set, family, NULL, 0)->value = 2048;
		assert_int_equal(skstat_store_publish(store, set, skstat_now_ns(), 10000 * MILLISECOND, true), 0);
		if (round == 1) {
			statsd = skstat_statsd_start(&config, store, &self, NULL);
			assert_non_null(statsd);
			assert_string_equal(datagram_take(), "xtcp_v4_poller_loops:100|g\nxtcp_v6_poller_loops:100|g\n"
							     "xtcp_v4_netlinker_0_msgs:5|g\n"
							     "xtcp_v4_inetdiager_total_msgs:40|g\n"
							     "xtcp_v6_inetdiager_total_msgs:60|g\nxtcp_rss:2|g");
			continue;
		}
		/* The first of the second set: what it says of each poll is in it alone. */
		do
			text = datagram_take();
		while (!strstr(text, "xtcp_v4_poller_loops:200|g"));
		assert_non_null(strstr(text, "xtcp_v4_netlinker_0_msgs:7|g"));
		assert_non_null(strstr(text, "xtcp_v4_poller_long:3|c"));
	}
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
		{ { .address = "127.0.0.1", .prefix = "t", .interval_ns = 1 }, -EINVAL },
		{ { .address = ":8125", .prefix = "t", .interval_ns = 1 }, -EINVAL },
		{ { .address = "127.0.0.1:0", .prefix = "t", .interval_ns = 1 }, -EINVAL },
		{ { .address = "1.2.3.4.5:8125", .prefix = "t", .interval_ns = 1 }, -ENOENT },
		{ { .address = "127.0.0.1:8125", .prefix = "t", .interval_ns = 0 }, -EINVAL },
		{ { .address = "127.0.0.1:8125", .prefix = "t", .interval_ns = 1, .datagram = 65508 }, -EINVAL },
		{ { .address = "unix:", .prefix = "t", .interval_ns = 1 }, -EINVAL },
		{ { .address = "unix:/", .prefix = "t", .interval_ns = 1 }, -EINVAL },
		{ { .address = "unix:@", .prefix = "t", .interval_ns = 1 }, -EINVAL },
		{ { .address = "unix:run/statsd.sock", .prefix = "t", .interval_ns = 1 }, -EINVAL },
		/* 108 bytes with its end is what fits. */
		{ { .address = "unix:/23456789012345678901234567890123456789012345678901234567890"
			       "123456789012345678901234567890123456789012345678",
		    .prefix = "t", .interval_ns = 1 }, -EINVAL },
		{ { .address = "127.0.0.1:8125", .prefix = "t", .interval_ns = 1, .views = 65 }, -EINVAL },
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
		cmocka_unit_test_setup_teardown(unix_socket, set_up, tear_down),
		cmocka_unit_test_setup_teardown(abstract_socket, set_up, tear_down),
		cmocka_unit_test_setup_teardown(views, set_up, tear_down),
		cmocka_unit_test_setup_teardown(xtcp, set_up, tear_down),
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
