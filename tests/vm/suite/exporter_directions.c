// SPDX-License-Identifier: GPL-2.0
/*
 * Who called whom, as the exporter has it: by listeners of the own namespace, by the port range, and not at all.
 */
#include <netinet/in.h>

#include "../lib/exporter_books.h"
#include "../lib/exporter_stage.h"
#include "../lib/must.h"
#include "suite.h"

static struct ns home, other;
static struct exporter exporter;
static struct increase increase;
static struct books books;

static int setup(void **state)
{
	(void)state;
	stage_set();
	home = ns_current();
	other = ns_create();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	ns_close(&other);
	stage_clear();
	return 0;
}

static int end(void **state)
{
	(void)state;
	ns_enter(&home);
	if (exporter.pid)
		exporter_stop(&exporter);
	increase_free(&increase);
	books_free(&books);
	return 0;
}

static void start(void)
{
	exporter_start(&exporter, "--source=netlink", "--view.limit=100");
	exporter_follow(&exporter, &increase);
	books_resume(&books);
}

/* All of them talk, and the metrics are what the books say. */
static void talk_and_check(void)
{
	for (size_t at = 0; at + 1 < books.count; at += 2)
		books_talk(&books, at, 1000 + at, 3000 + at);
	books_settle(&books, &exporter, &increase);
	books_check(&books, &increase, BOOKS_ALL);
}

/* A client that comes from a port of its choice. */
static int client_from(uint16_t port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
				       .sin_port = htons(port) };
	int fd = pair_socket(PAIR_V4);

	pair_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	must(bind(fd, (struct sockaddr *)&address, sizeof(address)));
	return fd;
}

static uint16_t port_of(int fd)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof(address);

	must(getsockname(fd, (struct sockaddr *)&address, &length));
	return ntohs(((struct sockaddr_in *)&address)->sin_port); /* at the same place of an IPv6 address */
}

static void add(struct pair pair, const char *client, uint16_t client_port, const char *server, uint16_t server_port)
{
	char port[2][12];

	snprintf(port[0], sizeof(port[0]), client_port ? "%u" : "ephemeral", client_port);
	snprintf(port[1], sizeof(port[1]), server_port ? "%u" : "ephemeral", server_port);
	books_add(&books, pair.client, client, port[0], "ipv4");
	books_add(&books, pair.server, server, port[1], "ipv4");
}

/* A listener decides, also where its port is in the range; and for its own namespace only. */
static void by_listener(void **state)
{
	int inside = books_listen(&books, PAIR_V4, 0), outside = books_listen(&books, PAIR_V4, 7200), there;

	(void)state;
	/* Before the exporter, which might see its SYN_SENT, and know. */
	add(pair_open(inside, PAIR_V4), "unknown", 0, "in", port_of(inside));
	start();
	add(pair_open(outside, PAIR_V4), "out", 7200, "in", 7200);
	/* From the very port, in a namespace where nobody listens on it. */
	ns_enter(&other);
	there = books_listen(&books, PAIR_V4, 7201);
	add(pair_join(client_from(port_of(inside)), there, PAIR_V4), "out", 7201, "in", 7201);
	ns_enter(&home);
	talk_and_check();
}

/* Where no listener was ever seen, the range decides, if one port is in it and the other is not. */
static void by_range(void **state)
{
	int outside = pair_listen_at(PAIR_V4, 7210, 8), fixed = pair_listen_at(PAIR_V4, 7211, 8);
	int inside = pair_listen(PAIR_V4, 8);

	(void)state;
	add(pair_open(outside, PAIR_V4), "out", 7210, "in", 7210);
	add(pair_join(client_from(7212), fixed, PAIR_V4), "unknown", 7212, "unknown", 7211);
	add(pair_open(inside, PAIR_V4), "unknown", 0, "unknown", 0);
	close(outside);
	close(fixed);
	close(inside);
	start();
	talk_and_check();
}

/* A listener is remembered while its children live. */
static void listener_goes(void **state)
{
	int listener = pair_listen(PAIR_V4, 8);
	uint16_t port = port_of(listener);

	(void)state;
	add(pair_open(listener, PAIR_V4), "unknown", 0, "in", port);
	start();
	talk_and_check();
	close(listener);
	talk_and_check();
	exporter_follow(&exporter, &increase);
	talk_and_check();
}

/* A listener of both families takes connections of both; mapped ones are IPv4. */
static void of_both_families(void **state)
{
	int listener = books_listen(&books, PAIR_MAPPED, 7220);
	struct scrape scrape;

	(void)state;
	start();
	books_add_pair(&books, pair_open(listener, PAIR_MAPPED), 7220, PAIR_MAPPED);
	books_add_pair(&books, pair_open(listener, PAIR_V6), 7220, PAIR_V6);
	books_add_pair(&books, pair_open(listener, PAIR_V4), 7220, PAIR_V4);
	talk_and_check();
	exporter_settle(&exporter, &scrape, &increase);
	assert_int_equal(scrape_sum(&scrape, "skstat_tcp_connections direction=in port=7220 family=ipv4"), 2);
	assert_int_equal(scrape_sum(&scrape, "skstat_tcp_connections direction=in port=7220 family=ipv6"), 1);
	assert_int_equal(scrape_sum(&scrape, "skstat_tcp_connections direction=out port=7220 family=ipv4"), 2);
	assert_int_equal(scrape_sum(&scrape, "skstat_tcp_connections direction=out port=7220 family=ipv6"), 1);
	assert_int_equal(scrape_sum(&scrape, "skstat_tcp_listeners port=7220"), 1);
	scrape_free(&scrape);
}

int suite_directions(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(by_listener, end),
		cmocka_unit_test_teardown(by_range, end),
		cmocka_unit_test_teardown(listener_goes, end),
		cmocka_unit_test_teardown(of_both_families, end),
	};

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("directions", tests, setup, teardown);
}
