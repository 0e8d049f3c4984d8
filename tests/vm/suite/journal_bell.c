// SPDX-License-Identifier: GPL-2.0
/*
 * The doorbell: half a ring written, and each holder of `life` is told, and nobody else. One that never reads keeps
 * nothing from the others.
 */
#include <inttypes.h>
#include <poll.h>
#include <sys/socket.h>

#include "../lib/dump.h"
#include "../lib/module.h"
#include "../lib/must.h"
#include "../lib/traffic.h"
#include "source/channel.h"
#include "suite.h"

#define RING 64
#define PATIENCE_MS 60000

static struct traffic traffic;
static struct skstat_netlink *asker; /* holds nothing */

static struct skstat_netlink *hold(uint64_t probes)
{
	struct skstat_netlink *netlink = dump_connect();
	struct skstat_error error;

	assert_int_equal(skstat_netlink_probe_set(netlink, probes, 0, &error), 0);
	return netlink;
}

static struct skstat_info info_now(void)
{
	struct skstat_error error;
	struct skstat_info info;

	assert_int_equal(skstat_netlink_info(asker, &info, &error), 0);
	return info;
}

/* Whether something lies in the socket within that time. */
static bool is_rung(const struct skstat_netlink *netlink, int ms)
{
	struct pollfd fd = { .fd = skstat_netlink_fd(netlink), .events = POLLIN };

	return must(poll(&fd, 1, ms)) == 1;
}

/* How many bells there are, all of them rung: none is under way, for nothing is written any more. */
static uint64_t bells_take(struct skstat_netlink *netlink)
{
	uint64_t bells = 0;

	while (is_rung(netlink, 0))
		bells += skstat_netlink_bells(netlink);
	return bells;
}

/* Connections until there were so many more bells, of all holders. */
static void ring(uint64_t more)
{
	uint64_t until = info_now().doorbells + more, deadline = skstat_channel_clock() + PATIENCE_MS * 1000000ull;

	while (info_now().doorbells < until) {
		if (skstat_channel_clock() > deadline)
			fail_msg("the bell does not ring");
		traffic_once(&traffic, 4);
	}
}

static int begin(void **state)
{
	(void)state;
	module_replace_with(module_path(), "journal_events=64");
	asker = dump_connect();
	traffic_prepare(&traffic, 1);
	return 0;
}

static int end(void **state)
{
	(void)state;
	traffic_clear(&traffic);
	skstat_netlink_close(asker);
	module_replace(module_path());
	return 0;
}

/* Half of a ring, and not before. */
static void half_a_ring(void **state)
{
	struct skstat_netlink *holder = hold(SKSTAT_PROBE_BIT(LIFE)), *other = hold(SKSTAT_PROBE_BIT(SYNACK));
	const size_t few = RING / 2 / TRAFFIC_EVENTS - 1;
	struct skstat_info info;

	(void)state;
	traffic_once(&traffic, few);
	info = info_now();
	assert_int_equal(info.journal_events, RING);
	assert_int_equal(info.journal_written, few * TRAFFIC_EVENTS);
	assert_false(is_rung(holder, 200));
	assert_int_equal(info_now().doorbells, 0);

	/* On whatever CPU they are written: with so many, one ring is half full. */
	traffic_once(&traffic, info.cpus * RING / 2 / TRAFFIC_EVENTS);
	assert_true(is_rung(holder, PATIENCE_MS));
	assert_true(skstat_netlink_bells(holder) > 0);
	/* Of `life` it is, not of another probe, nor of a socket that has asked for something. */
	ring(3);
	assert_true(is_rung(holder, PATIENCE_MS));
	assert_false(is_rung(other, 0));
	assert_false(is_rung(asker, 0));
	skstat_netlink_close(other);
	skstat_netlink_close(holder);
}

/* Who has let go hears nothing any more. */
static void not_after_release(void **state)
{
	struct skstat_netlink *holder = hold(SKSTAT_PROBE_BIT(LIFE)), *gone = hold(SKSTAT_PROBE_BIT(LIFE));
	struct skstat_error error;

	(void)state;
	ring(2);
	assert_true(is_rung(gone, PATIENCE_MS));
	assert_true(is_rung(holder, PATIENCE_MS));
	assert_int_equal(skstat_netlink_probe_set(gone, 0, SKSTAT_PROBE_BIT(LIFE), &error), 0);
	bells_take(gone);
	ring(3);
	assert_false(is_rung(gone, 0));
	skstat_netlink_close(gone);
	skstat_netlink_close(holder);
}

/* Its buffer fills, and that is all. The module says how many bells it sent: they were all heard, or lie there. */
static void one_never_reads(void **state)
{
	struct skstat_netlink *deaf = hold(SKSTAT_PROBE_BIT(LIFE)), *holder = hold(SKSTAT_PROBE_BIT(LIFE));
	uint64_t heard = 0, lie = 0, deadline = skstat_channel_clock() + PATIENCE_MS * 1000000ull;
	const int small = 1; /* the kernel makes it as small as it may be */
	char message[4096];

	(void)state;
	must(setsockopt(skstat_netlink_fd(deaf), SOL_SOCKET, SO_RCVBUF, &small, sizeof(small)));
	/* Until the other one has heard ten more than it. */
	while (2 * heard < info_now().doorbells + 10) {
		if (skstat_channel_clock() > deadline)
			fail_msg("%" PRIu64 " bells, of which one was heard %" PRIu64 " times",
				 info_now().doorbells, heard);
		traffic_once(&traffic, 4);
		heard += bells_take(holder);
	}
	assert_true(is_rung(deaf, 0));
	/* An error first: what did not fit. */
	assert_int_equal(recv(skstat_netlink_fd(deaf), message, sizeof(message), MSG_DONTWAIT), -1);
	assert_int_equal(errno, ENOBUFS);
	/* The last ones may still be on their way. */
	do {
		while (recv(skstat_netlink_fd(deaf), message, sizeof(message), MSG_DONTWAIT) > 0)
			lie++;
		heard += bells_take(holder);
	} while (heard + lie < info_now().doorbells && skstat_channel_clock() < deadline);
	note("%" PRIu64 " bells heard, %" PRIu64 " lay in a full buffer", heard, lie);
	assert_int_equal(heard + lie, info_now().doorbells);
	assert_true(lie > 0 && lie < heard);
	skstat_netlink_close(holder);
	skstat_netlink_close(deaf);
}

int suite_journal_bell(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(half_a_ring, begin, end),
		cmocka_unit_test_setup_teardown(not_after_release, begin, end),
		cmocka_unit_test_setup_teardown(one_never_reads, begin, end),
	};

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("journal_bell", tests, NULL, NULL);
}
