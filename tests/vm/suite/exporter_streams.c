// SPDX-License-Identifier: GPL-2.0
/*
 * Streams of the module's records and events: a crowd that no poll sees is in them, each connection once, to the byte;
 * a connection that stays is in every full poll; and both formats have the same records.
 */
#include <arpa/inet.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lib/crowd.h"
#include "../lib/exporter.h"
#include "../lib/exporter_stage.h"
#include "../lib/must.h"
#include "source/channel.h"
#include "suite.h"

#define DIRECTORY "/tmp/skstat-streams"
#define LINES DIRECTORY "/both.jsonl"
#define MESSAGES DIRECTORY "/both.pb"
#define PATIENCE_NS 120000000000ull
#define SAID_BY_CLIENT 12345
#define SAID_BY_SERVER 54321

static struct road road;
static struct exporter exporter;
static struct increase increase;

/* What a stream said. */
struct said {
	size_t records, opened, closed, failed, lost, full;
	uint64_t sent;	/* by all that closed; bytes_received has the FIN in it */
	uint64_t stays; /* records of the connection that stays, in full polls */
};

static int setup(void **state)
{
	(void)state;
	stage_set();
	must_be(road_make(&road, false));
	crowd_room(&road);
	must(mkdir(DIRECTORY, 0777));
	/* the exporter becomes nobody */
	must(chmod(DIRECTORY, 0777));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink(LINES);
	unlink(MESSAGES);
	rmdir(DIRECTORY);
	road_free(&road);
	stage_clear();
	return 0;
}

static int end(void **state)
{
	(void)state;
	if (exporter.pid)
		exporter_stop(&exporter);
	increase_free(&increase);
	return 0;
}

static uint64_t number_of(const json_t *record, const char *name)
{
	const json_t *value = json_object_get(record, name);

	if (!json_is_integer(value))
		fail_msg("%s is no whole number", name);
	return (uint64_t)json_integer_value(value);
}

/* The connection that stays: its client's socket. */
static void stays_check(const json_t *record, uint16_t port, struct said *said)
{
	if (number_of(record, "dport") != port)
		return;
	assert_string_equal(json_string_value(json_object_get(record, "state")), "ESTAB");
	assert_int_equal(number_of(record, "bytes_sent"), SAID_BY_CLIENT);
	assert_int_equal(number_of(record, "bytes_received"), SAID_BY_SERVER);
	assert_true(json_number_value(json_object_get(record, "rtt")) > 0);
	assert_true(number_of(record, "snd_cwnd") > 0);
	said->stays++;
}

static void line_take(const char *line, uint16_t port, struct said *said)
{
	json_error_t error;
	json_t *record = json_loads(line, 0, &error);
	const char *kind = record ? json_string_value(json_object_get(record, "kind")) : NULL;

	if (!kind) {
		fail_msg("no record: %s: %.200s", error.text, line);
		return;
	}
	/* nothing was dropped, and nothing is there twice */
	assert_int_equal(number_of(record, "number"), ++said->records);
	if (!strcmp(kind, "opened")) {
		said->opened++;
	} else if (!strcmp(kind, "closed")) {
		said->closed++;
		said->sent += number_of(record, "bytes_sent") - number_of(record, "bytes_retrans");
	} else if (!strcmp(kind, "failed")) {
		said->failed++;
	} else if (!strcmp(kind, "lost")) {
		said->lost++;
	} else if (!strcmp(kind, "full") && !strcmp(json_string_value(json_object_get(record, "poll")), "full")) {
		said->full++;
		stays_check(record, port, said);
	}
	json_decref(record);
}

static void lines_read(uint16_t port, struct said *said)
{
	FILE *file = fopen(LINES, "r");
	char *line = NULL;
	size_t size = 0;

	assert_non_null(file);
	while (getline(&line, &size, file) > 0) {
		assert_int_equal(line[strlen(line) - 1], '\n');
		line_take(line, port, said);
	}
	free(line);
	fclose(file);
}

/* How many messages are in the other file: each stands behind its length, and nothing behind the last. */
static size_t messages_count(void)
{
	FILE *file = fopen(MESSAGES, "r");
	size_t count = 0;
	int byte;

	assert_non_null(file);
	while ((byte = fgetc(file)) != EOF) {
		size_t length = byte & 0x7f;

		for (unsigned int shift = 7; byte & 0x80; shift += 7) {
			byte = fgetc(file);
			assert_true(byte != EOF && shift < 28);
			length |= (size_t)(byte & 0x7f) << shift;
		}
		for (; length; length--)
			assert_true(fgetc(file) != EOF);
		count++;
	}
	fclose(file);
	return count;
}

static double closed(void)
{
	return increase_of(&increase, "skstat_tcp_closed_connections_total");
}

static void crowd_pass(size_t count)
{
	struct crowd crowd;
	uint64_t began = skstat_channel_clock();

	crowd_start(&crowd, &road, count);
	while (!crowd_ended(&crowd))
		exporter_follow(&exporter, &increase);
	do {
		exporter_follow(&exporter, &increase);
	} while (closed() < 2.0 * count && skstat_channel_clock() < began + PATIENCE_NS);
	exporter_follow(&exporter, &increase);
}

static void crowd_is_in_it(void **state)
{
	size_t count = pair_scaled(1000);
	int listener = pair_listen(PAIR_V4, 1);
	struct pair pair = pair_open(listener, PAIR_V4);
	struct sockaddr_in server;
	socklen_t length = sizeof(server);
	struct said said = { 0 };
	uint64_t truth = 0;

	(void)state;
	must(getpeername(pair.client, (struct sockaddr *)&server, &length));
	pair_talk(pair, SAID_BY_CLIENT, SAID_BY_SERVER);
	exporter_start(&exporter, "--source=netlink", "--poll.interval=1s", "--poll.full-interval=2s",
		       "--stream=both,jsonl,file:" LINES, "--stream=both,protobuf,file:" MESSAGES);
	exporter_follow(&exporter, &increase);
	crowd_pass(count);
	/* What is written then is in the files. */
	exporter_stop(&exporter);
	exporter.pid = 0;
	pair_close(pair);
	close(listener);

	lines_read(ntohs(server.sin_port), &said);
	for (size_t i = 0; i < count; i++)
		truth += crowd_from_client(i) + crowd_from_server(i);
	note("%zu records: %zu opened, %zu closed, %zu failed, %zu in full polls, %llu of the one that stays",
	     said.records, said.opened, said.closed, said.failed, said.full, (unsigned long long)said.stays);
	assert_int_equal(said.lost, 0);
	assert_int_equal(said.failed, 0);
	assert_int_equal(said.opened, 2 * count);
	assert_int_equal(said.closed, 2 * count);
	assert_int_equal(said.sent, truth);
	assert_true(said.stays >= 2);
	assert_int_equal(messages_count(), said.records);
}

int suite_streams(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(crowd_is_in_it, end),
	};

	(void)argc;
	(void)argv;
	return cmocka_run_group_tests_name("streams", tests, setup, teardown);
}
