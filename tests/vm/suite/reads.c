// SPDX-License-Identifier: GPL-2.0
/*
 * How long TCP's data waits for the application: as long as the test lets it.
 */
#include <poll.h>
#include <sys/wait.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "../lib/measuring.h"
#include "../lib/must.h"
#include "suite.h"

#define BYTES 100

/* Between when the first segment was written and when it was there; and when it was read. */
struct waiting {
	uint64_t written, there, reading, read;
};

static struct hists_sum waited(uint64_t least)
{
	return hists_await(&measuring, least, SKSTAT_HISTOGRAM_READ, "port=%d", COUNTING_PORT);
}

static void await_data(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

	must_be(poll(&poll_fd, 1, 60000) == 1);
}

static void write_some(struct pair pair, struct waiting *waiting)
{
	waiting->written = measuring_now();
	pair_write(pair.client, BYTES);
	await_data(pair.server);
	waiting->there = measuring_now();
}

static void read_some(struct pair pair, struct waiting *waiting, size_t bytes)
{
	waiting->reading = measuring_now();
	pair_read(pair.server, bytes);
	waiting->read = measuring_now();
}

static void read_late(void **state)
{
	static const enum pair_family families[] = { PAIR_V4, PAIR_V6, PAIR_MAPPED };
	uint64_t least = 0, most = 0, count = 0;
	struct waiting waiting;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct pair pair = counting_pair(families[i]);

		for (int n = 0; n < 3; n++, count++) {
			write_some(pair, &waiting);
			measuring_wait();
			read_some(pair, &waiting, BYTES);
			least += waiting.reading - waiting.there;
			most += waiting.read - waiting.written;
		}
		pair_close(pair);
	}
	measuring_is(waited(count), SKSTAT_HISTOGRAM_READ, count, least, most);
}

/* The first of several that wait is meant. */
static void read_together(void **state)
{
	struct pair pair = counting_pair(PAIR_V4);
	struct waiting waiting, later;

	(void)state;
	pair_option(pair.client, IPPROTO_TCP, TCP_NODELAY, 1);
	write_some(pair, &waiting);
	for (int n = 1; n < 4; n++) {
		measuring_wait();
		write_some(pair, &later);
	}
	read_some(pair, &waiting, 4 * BYTES);
	measuring_is(waited(1), SKSTAT_HISTOGRAM_READ, 1, waiting.reading - waiting.there, waiting.read - waiting.written);
	pair_close(pair);
}

/* What a read leaves behind is not measured again, the next segment is. */
static void read_in_parts(void **state)
{
	struct pair pair = counting_pair(PAIR_V4);
	struct waiting waiting;
	uint64_t least, most;

	(void)state;
	write_some(pair, &waiting);
	measuring_wait();
	read_some(pair, &waiting, BYTES / 2);
	least = waiting.reading - waiting.there;
	most = waiting.read - waiting.written;
	measuring_wait();
	pair_read(pair.server, BYTES / 2);
	measuring_is(waited(1), SKSTAT_HISTOGRAM_READ, 1, least, most);
	write_some(pair, &waiting);
	measuring_wait();
	read_some(pair, &waiting, BYTES);
	measuring_is(waited(2), SKSTAT_HISTOGRAM_READ, 2, least + waiting.reading - waiting.there,
		     most + waiting.read - waiting.written);
	pair_close(pair);
}

/* Nothing waits then, and nothing is left to end when the next connection is where this one was. */
static void never_read(void **state)
{
	struct waiting waiting;

	(void)state;
	for (int n = 0; n < 20; n++) {
		struct pair pair = counting_pair(PAIR_V4);

		write_some(pair, &waiting);
		pair_close(pair);
	}
	assert_int_equal(waited(0).count, 0);
}

/* A reader that waits has it as it comes; ACKs alone begin nothing. */
static void read_at_once(void **state)
{
	struct pair pair = counting_pair(PAIR_V4);
	uint64_t before = measuring_now();
	pid_t reader = must(fork());

	(void)state;
	if (!reader) {
		pair_read(pair.server, 5 * BYTES);
		_exit(0);
	}
	for (int n = 0; n < 5; n++) {
		measuring_wait();
		pair_write(pair.client, BYTES);
	}
	must_be(waitpid(reader, NULL, 0) == reader);
	/* most of what went by, nothing was there to read */
	measuring_is(waited(5), SKSTAT_HISTOGRAM_READ, 5, 5, measuring_now() - before - 4ULL * MEASURING_WAIT);
	pair_close(pair);
}

static int setup(void **state)
{
	(void)state;
	measuring_open(SKSTAT_PROBE_BIT(READ), NULL);
	return 0;
}

#define reads_test(name) cmocka_unit_test_setup_teardown(name, measuring_begin, counting_end)

int suite_reads(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		reads_test(read_late),	reads_test(read_together), reads_test(read_in_parts),
		reads_test(never_read), reads_test(read_at_once),
	};

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("reads", tests, setup, measuring_teardown);
}
