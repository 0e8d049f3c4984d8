// SPDX-License-Identifier: GPL-2.0
/*
 * The exporter's counters are what happened: payload that was sent on purpose and the kernel's own TCP_INFO, by
 * direction, port and family, to the last byte and segment.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "../lib/exporter_books.h"
#include "../lib/exporter_stage.h"
#include "../lib/must.h"
#include "suite.h"

#define NAMESPACES 3

static struct ns home, ns[NAMESPACES];
static struct exporter exporter;
static struct increase increase;
static struct books books;
static struct wire wire;
static bool wired;

static int setup(void **state)
{
	(void)state;
	stage_set();
	home = ns_current();
	ns[0] = home;
	for (size_t i = 1; i < NAMESPACES; i++)
		ns[i] = ns_create();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	stage_clear();
	return 0;
}

/* Each test has an exporter of its own, which has seen nothing yet, and books that start with it. */
static int begin(void **state)
{
	(void)state;
	exporter_start(&exporter, "--source=netlink", "--view.limit=100");
	exporter_follow(&exporter, &increase);
	books_resume(&books);
	return 0;
}

static int begin_deltas(void **state)
{
	(void)state;
	exporter_start(&exporter, "--source=netlink", "--view.limit=100", "--poll.full-interval=1h");
	exporter_follow_delta(&exporter, &increase);
	books_resume(&books);
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
	if (wired)
		wire_free(&wire);
	wired = false;
	return 0;
}

/* A server, and how its clients reach it. */
struct place {
	size_t ns;
	uint16_t port;
	enum pair_family family, client;
	int listener;
};

/* One port in three namespaces, one group; a listener of both families, two groups. */
static struct place places[] = {
	{ 0, 7001, PAIR_V4, PAIR_V4, -1 },	   { 1, 7001, PAIR_V4, PAIR_V4, -1 },
	{ 2, 7001, PAIR_V4, PAIR_V4, -1 },	   { 1, 7002, PAIR_V6, PAIR_V6, -1 },
	{ 2, 7003, PAIR_MAPPED, PAIR_MAPPED, -1 }, { 2, 7003, PAIR_MAPPED, PAIR_V6, -1 },
};

#define PLACES (sizeof(places) / sizeof(*places))
#define PAIRS 4

static size_t pairs[PLACES][PAIRS]; /* their places in the books */

/* Opens the places' connections, which have said nothing yet. */
static void places_open(void)
{
	for (size_t i = 0; i < PLACES; i++) {
		struct place *place = &places[i];

		ns_enter(&ns[place->ns]);
		if (i && place[-1].port == place->port && place[-1].ns == place->ns)
			place->listener = place[-1].listener;
		else
			place->listener = books_listen(&books, place->family, place->port);
		for (size_t k = 0; k < PAIRS; k++) {
			struct pair pair = pair_open(place->listener, place->client);

			pairs[i][k] = books_add_pair(&books, pair, place->port, place->client);
		}
	}
	ns_enter(&home);
}

/* Another amount each time, from one byte to a hundred thousand. */
static size_t some(void)
{
	static size_t last = 1;

	last = last * 7 % 99991;
	return last;
}

static void places_talk(void)
{
	for (size_t i = 0; i < PLACES; i++) {
		for (size_t k = 0; k < PAIRS; k++)
			books_talk(&books, pairs[i][k], some(), some());
	}
}

static void known_traffic(void **state)
{
	(void)state;
	places_open();
	for (size_t round = 0; round < 3; round++) {
		places_talk();
		books_settle(&books, &exporter, &increase);
		books_check(&books, &increase, BOOKS_ALL);
	}
	books_check_sums(&books, &increase);
}

/* Deltas alone bring all payload, at once. */
static void by_deltas(void **state)
{
	(void)state;
	places_open();
	for (size_t round = 0; round < 3; round++) {
		places_talk();
		books_settle_delta(&books, &exporter, &increase);
		books_check(&books, &increase, BOOKS_PAYLOAD);
	}
	assert_true(increase_of(&increase, "skstat_polls_total kind=full") == 0);
}

/* On a loopback that loses nothing, and with nothing under way, what one end has sent the other has received. */
static void both_ends_agree(void **state)
{
	const char *groups[][2] = { { "7001", "ipv4" }, { "7002", "ipv6" }, { "7003", "ipv4" }, { "7003", "ipv6" } };
	const size_t connections[] = { 3 * PAIRS, PAIRS, PAIRS, PAIRS };

	(void)state;
	places_open();
	places_talk();
	books_settle(&books, &exporter, &increase);
	for (size_t i = 0; i < 4; i++) {
#define OF(metric, direction)                                                                                       \
	increase_of(&increase, "skstat_tcp_" metric " direction=" direction " port=%s family=%s", groups[i][0], \
		    groups[i][1])
#define PAYLOAD(direction) (OF("sent_bytes_total", direction) - OF("retransmitted_bytes_total", direction))
		assert_true(PAYLOAD("out") > 0);
		assert_true(PAYLOAD("out") == OF("received_bytes_total", "in"));
		assert_true(PAYLOAD("in") == OF("received_bytes_total", "out"));
		assert_true(OF("sent_segments_total", "out") == OF("received_segments_total", "in"));
		/* A SYN-ACK is sent before there is a socket that could count it. */
		assert_true(OF("sent_segments_total", "in") + connections[i] == OF("received_segments_total", "out"));
#undef PAYLOAD
#undef OF
	}
}

/* A FIN counts as a byte in the kernel, and is none. */
static void half_closed(void **state)
{
	struct account *account = NULL;

	(void)state;
	places_open();
	places_talk();
	for (size_t i = 0; i < PLACES; i++) {
		account = &books.account[pairs[i][0]];
		must(shutdown(account[0].fd, SHUT_WR));
		pair_await_state(account[1].fd, TCP_CLOSE_WAIT);
		account = &books.account[pairs[i][1]];
		must(shutdown(account[1].fd, SHUT_WR));
		pair_await_state(account[0].fd, TCP_CLOSE_WAIT);
	}
	books_settle(&books, &exporter, &increase);
	books_check(&books, &increase, BOOKS_ALL);
	/* The other direction is open still. */
	for (size_t i = 0; i < PLACES; i++) {
		books_talk(&books, pairs[i][0], 0, some());
		books_talk(&books, pairs[i][1], some(), 0);
		books_talk(&books, pairs[i][2], some(), some());
	}
	books_settle(&books, &exporter, &increase);
	books_check(&books, &increase, BOOKS_ALL);
}

/* FINs that arrived while the own one waits behind data that the peer does not take: CLOSING and LAST_ACK. */
static void stuck_behind_data(void **state)
{
	int listener = books_listen(&books, PAIR_V4, 7010);

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct pair pair = pair_open(listener, PAIR_V4);
		uint8_t wanted = i ? TCP_LAST_ACK : TCP_CLOSING;

		books_talk(&books, books_add_pair(&books, pair, 7010, PAIR_V4), 1000, 77);
		pair_fill(pair.client);
		if (wanted == TCP_LAST_ACK) {
			must(shutdown(pair.server, SHUT_WR));
			pair_await_state(pair.client, TCP_CLOSE_WAIT);
		}
		must(shutdown(pair.client, SHUT_WR));
		if (wanted == TCP_CLOSING) {
			pair_await_state(pair.client, TCP_FIN_WAIT1);
			must(shutdown(pair.server, SHUT_WR));
		}
		pair_await_state(pair.client, wanted);
	}
	exporter_follow(&exporter, &increase);
	assert_true(increase_of(&increase, "skstat_tcp_received_bytes_total direction=out port=7010") == 2 * 77);
	assert_true(increase_of(&increase, "skstat_tcp_sent_bytes_total direction=in port=7010") == 2 * 77);
}

#define ROUNDS 12 /* of talking on a wire, at least */

/* On a wire that does `rule`, until the kernel has seen `metric`, which is of the sending side, there. */
static void on_a_wire(uint16_t port, const char *rule, const char *metric)
{
	int listener;
	size_t at;

	wired = wire_make(&wire);
	if (!wired)
		skip_because("no veth or no netem in this kernel");
	at = books_add_pair(&books, wire_open(&wire, port, &listener), port, PAIR_V4);
	must_be(wire_set(rule));
	for (size_t i = 0; i < 20 * ROUNDS; i++) {
		if (i >= ROUNDS && increase_of(&increase, "%s port=%u", metric, port) > 0)
			break;
		books_talk(&books, at, 30000, 20000);
		if (i >= ROUNDS)
			exporter_follow(&exporter, &increase);
	}
	must_be(wire_set("netem delay 2ms"));
	books_settle(&books, &exporter, &increase);
	books_check(&books, &increase, BOOKS_ALL);
	note("%s: %g", rule, increase_of(&increase, "%s port=%u", metric, port));
	assert_true(increase_of(&increase, "%s port=%u", metric, port) > 0);
	close(listener);
}

static void losses(void **state)
{
	(void)state;
	on_a_wire(7020, "netem delay 2ms loss 3%", "skstat_tcp_retransmitted_bytes_total");
}

static void reorderings(void **state)
{
	(void)state;
	on_a_wire(7021, "netem delay 4ms 2ms reorder 30% 50% duplicate 1%", "skstat_tcp_reorderings_total");
}

static void marks(void **state)
{
	(void)state;
	on_a_wire(7022, "netem delay 1ms loss 10% ecn", "skstat_tcp_delivered_ce_segments_total");
}

/* What does not fit the view is in `other`, and nothing is lost or counted twice. */
static void other_keeps_the_sums(void **state)
{
	struct scrape scrape;

	(void)state;
	exporter_stop(&exporter);
	increase_free(&increase);
	exporter_start(&exporter, "--source=netlink", "--view.limit=2");
	exporter_follow(&exporter, &increase);
	places_open();
	places_talk();
	books_settle(&books, &exporter, &increase);
	places_talk();
	books_settle(&books, &exporter, &increase);
	books_check_sums(&books, &increase);
	exporter_settle(&exporter, &scrape, &increase);
	assert_int_equal(scrape_count(&scrape, "skstat_tcp_sent_bytes_total"), 3);
	assert_int_equal(scrape_sum(&scrape, "skstat_view_groups"), 2);
	assert_true(scrape_sum(&scrape, "skstat_view_folded_total") > 0);
	scrape_free(&scrape);
}

int suite_truth(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(known_traffic, begin, end),
		cmocka_unit_test_setup_teardown(by_deltas, begin_deltas, end),
		cmocka_unit_test_setup_teardown(both_ends_agree, begin, end),
		cmocka_unit_test_setup_teardown(half_closed, begin, end),
		cmocka_unit_test_setup_teardown(stuck_behind_data, begin, end),
		cmocka_unit_test_setup_teardown(losses, begin, end),
		cmocka_unit_test_setup_teardown(reorderings, begin, end),
		cmocka_unit_test_setup_teardown(marks, begin, end),
		cmocka_unit_test_setup_teardown(other_keeps_the_sums, begin, end),
	};

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("truth", tests, setup, teardown);
}
