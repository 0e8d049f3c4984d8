// SPDX-License-Identifier: GPL-2.0
/* A stream into a file: full, too long, moved away. Nothing is torn, and all is counted. */
#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "source/decode.h"
#include "stream_kit.h"

/* Of a file that must be there. Whole lines, in order. */
static uint64_t file_check(const char *file, uint64_t *last)
{
	size_t length;
	char *text = stream_read(file, &length);
	uint64_t lines;

	assert_non_null(text);
	lines = lines_check(text, length, last);
	free(text);
	return lines;
}

static void all_of_it(void **state)
{
	uint64_t last = 0;

	(void)state;
	stream_config.to = stream_to("file", "all");
	stream_config.queue = 8 << 20;
	streams_start();
	for (int poll = 0; poll < 10; poll++)
		sockets_put(300);
	wait_until(stream_is_done());
	assert_int_equal(COUNT(written), 3000);
	streams_stop(0);
	assert_int_equal(file_check("all", &last), 3000);
	assert_int_equal(last, 3000);
}

/* What is in the queue when it ends goes out. */
static void its_end(void **state)
{
	uint64_t last = 0;

	(void)state;
	stream_config.to = stream_to("file", "end");
	streams_start();
	sockets_put(200);
	streams_stop(UINT64_C(10000000000));
	assert_int_equal(file_check("end", &last), 200);
}

/* Records as a module gives them say what samples do. */
static void runs(void **state)
{
	enum { RECORDS = 3, TAIL = 16 };
	struct skstat_sample sample = stream_socket(77);
	struct {
		struct skstat_run run;
		unsigned char bytes[RECORDS * 4096];
	} made;
	struct skstat_run_reader reader;
	char *one, *other;
	size_t length, at = 0;

	(void)state;
	memset(&made, 0xee, sizeof(made));
	made.run = (struct skstat_run){ .kind = SKSTAT_KIND_FULL, .count = RECORDS, .groups = sample.groups };
	for (unsigned int g = 0; g < __SKSTAT_GROUP_MAX; g++) {
		/* A module that is newer than this: groups are longer. */
		made.run.size[g] = sample.size[g] ? (uint16_t)(sample.size[g] + TAIL) : 0;
		made.run.stride = (uint16_t)(made.run.stride + made.run.size[g]);
	}
	for (int i = 0; i < RECORDS; i++) {
		for (unsigned int g = 0; g < __SKSTAT_GROUP_MAX; g++) {
			memcpy(made.bytes + at, (const char *)&sample + skstat_sample_group[g], sample.size[g]);
			at += made.run.size[g];
		}
	}
	assert_int_equal(skstat_run_open(&reader, &made, sizeof(made.run) + RECORDS * made.run.stride), 0);
	stream_config.to = stream_to("file", "runs");
	streams_start();
	stream_begin(SKSTAT_BATCH_DELTA);
	skstat_outlets_run(outlets, &reader);
	assert_int_equal(reader.count, RECORDS);
	skstat_outlets_sample(outlets, &sample);
	streams_stop(UINT64_C(10000000000));
	one = stream_read("runs", &length);
	assert_non_null(one);
	other = one;
	for (int i = 0; i < RECORDS; i++)
		other = strchr(other, '\n') + 1;
	other[strlen(other) - 1] = '\0';
	*strchr(one, '\n') = '\0';
	assert_string_equal(strstr(one, ",\"kind\""), strstr(other, ",\"kind\""));
	free(one);
}

/* One connection is in all of its records and events, or in none. */
static void a_sample(void **state)
{
	uint64_t chosen = 0, last = 0;

	(void)state;
	stream_config.to = stream_to("file", "sample");
	stream_config.sample = 5;
	stream_config.queue = 8 << 20;
	streams_start();
	for (uint64_t cookie = 1; cookie <= 500; cookie++) {
		uint64_t before = COUNT(records);
		const struct skstat_sample socket = stream_socket(cookie), event = stream_event(cookie);

		stream_begin(SKSTAT_BATCH_FULL);
		skstat_outlets_sample(outlets, &socket);
		skstat_outlets_sample(outlets, &socket);
		stream_begin(SKSTAT_BATCH_JOURNAL);
		skstat_outlets_sample(outlets, &event);
		assert_true(COUNT(records) == before || COUNT(records) == before + 3);
		chosen += COUNT(records) != before;
	}
	assert_in_range(chosen, 60, 140);
	streams_stop(UINT64_C(10000000000));
	assert_int_equal(file_check("sample", &last), 3 * chosen);
}

/* By family, either port, remote and uid: of runs and of single records alike. */
static void a_match(void **state)
{
	static const struct skstat_view_ports ports[] = { { .first = 80, .last = 90, .name = "" } };
	static const struct skstat_view_prefix net[] = { {
		.address = { [10] = 0xff, [11] = 0xff, [12] = 10 }, .bits = 104, .name = "",
	} };
	static const uint32_t uid[] = { 33 };
	static const struct {
		uint16_t sport, dport;
		uint8_t remote, family;
		uint32_t uid;
		bool wanted;
	} sockets[] = {
		{ 80, 5000, 10, 2, 33, true }, { 5000, 90, 10, 2, 33, true }, { 79, 91, 10, 2, 33, false },
		{ 80, 5000, 11, 2, 33, false }, { 80, 5000, 10, 2, 34, false }, { 80, 5000, 10, 10, 33, false },
		/* A listener has no remote. */
		{ 80, 0, 0, 2, 33, false },
	};

	(void)state;
	stream_config.to = stream_to("file", "match");
	stream_config.matching = true;
	stream_config.match = (struct skstat_view_match){ .families = 1, .port = ports, .ports = 1, .remote = net,
							  .remotes = 1, .uid = { uid, 1 } };
	streams_start();
	for (size_t i = 0; i < sizeof(sockets) / sizeof(sockets[0]); i++) {
		struct skstat_sample sample = stream_event(i + 1);
		struct skstat_run_reader one = { .count = 1, .stride = sizeof(sample), .sample = sample,
						 .next = (const unsigned char *)&sample };
		uint64_t before = COUNT(records);

		sample.identity.sport = sockets[i].sport;
		sample.identity.dport = sockets[i].dport;
		sample.identity.family = sockets[i].family;
		sample.identity.daddr.byte[0] = sockets[i].remote;
		sample.owner.uid = sockets[i].uid;
		for (unsigned int g = 0; g < __SKSTAT_GROUP_MAX; g++) {
			one.offset[g] = skstat_sample_group[g];
			if (sample.size[g])
				one.piece[one.pieces++] = (struct skstat_run_piece){
					(uint16_t)one.offset[g], (uint16_t)one.offset[g], sample.size[g] };
		}
		stream_begin(SKSTAT_BATCH_JOURNAL);
		skstat_outlets_sample(outlets, &sample);
		assert_int_equal(COUNT(records) - before, sockets[i].wanted);
		skstat_outlets_run(outlets, &one);
		assert_int_equal(COUNT(records) - before, 2 * sockets[i].wanted);
	}
}

/* Who asked for one kind gets that alone, and never a namespace. */
static void what_was_asked_for(void **state)
{
	const struct skstat_sample socket = stream_socket(1), event = stream_event(1);
	struct skstat_sample netns = { .kind = SKSTAT_KIND_NETNS, .groups = 1u << SKSTAT_GROUP_NETNS };

	(void)state;
	stream_config.to = stream_to("file", "what");
	stream_config.what = SKSTAT_STREAM_EVENTS;
	streams_start();
	assert_false(skstat_outlets_want_sockets(outlets));
	stream_begin(SKSTAT_BATCH_FULL);
	skstat_outlets_sample(outlets, &socket);
	skstat_outlets_sample(outlets, &netns);
	assert_int_equal(COUNT(records), 0);
	skstat_outlets_sample(outlets, &event);
	skstat_outlets_lost(outlets, 5, false);
	assert_int_equal(COUNT(records), 2);
}

/* The disk is full in the middle of a record; then there is room again. */
static void no_room(void **state)
{
	struct rlimit before, small = { .rlim_cur = 100000 };
	uint64_t last = 0, lines;
	struct stat it;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small.rlim_max = before.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	stream_config.to = stream_to("file", "full");
	streams_start();
	while (!COUNT(dropped[SKSTAT_DROP_AWAY])) {
		sockets_put(20);
		stream_pause();
	}
	assert_false(COUNT(up));
	assert_true(COUNT(failures) > 0);
	/* What did not get in whole is not in it. */
	lines = file_check("full", &last);
	assert_int_equal(lines, COUNT(written));
	assert_int_equal(stat(stream_path("full"), &it), 0);
	assert_true(it.st_size < 100000);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	skstat_outlets_reopen(outlets);
	wait_until(stream_is_done());
	assert_true(COUNT(up));
	sockets_put(1);
	wait_until(stream_is_done());
	assert_int_equal(COUNT(written) + COUNT(dropped[SKSTAT_DROP_AWAY]) + COUNT(dropped[SKSTAT_DROP_SLOW]),
			 COUNT(records));
	lines = COUNT(written);
	streams_stop(0);
	last = 0;
	assert_int_equal(file_check("full", &last), lines);
}

/* A device that is always full: it ends all the same, and says what is left. */
static void always_full(void **state)
{
	(void)state;
	stream_config.to = "file:/dev/full";
	streams_start();
	sockets_put(10);
	wait_until(COUNT(failures) > 0);
	skstat_control_stop(&outlets->outlet[0]->control, 0);
	wait_until(stream_is_done());
	assert_int_equal(COUNT(dropped[SKSTAT_DROP_END]), 10);
	assert_int_equal(COUNT(written), 0);
}

static unsigned int files_of(const char *prefix)
{
	DIR *directory = opendir(stream_directory);
	struct dirent *entry;
	unsigned int count = 0;

	assert_non_null(directory);
	while ((entry = readdir(directory)))
		count += strncmp(entry->d_name, prefix, strlen(prefix)) == 0;
	closedir(directory);
	return count;
}

static void rotation(void **state)
{
	uint64_t last = 0, lines = 0;
	char name[32];

	(void)state;
	stream_config.to = stream_to("file", "turn");
	stream_config.queue = 8 << 20;
	stream_config.rotate_size = 128 << 10;
	stream_config.rotate_keep = 3;
	streams_start();
	for (int poll = 0; poll < 20; poll++) {
		sockets_put(50);
		wait_until(stream_is_done());
	}
	assert_true(atomic_load(&outlets->outlet[0]->sink.rotations) > 4);
	streams_stop(0);
	assert_int_equal(files_of("turn"), 4);
	/* From the oldest one that was kept, without a gap. */
	for (int i = 3; i >= 0; i--) {
		struct stat it;
		uint64_t first = last;

		snprintf(name, sizeof(name), i ? "turn.%d" : "turn", i);
		assert_int_equal(stat(stream_path(name), &it), 0);
		assert_true(it.st_size <= 128 << 10);
		lines += file_check(name, &last);
		assert_true(i == 3 || last > first);
	}
	assert_int_equal(last, 1000);
	assert_true(lines > 100);
}

static void none_is_kept(void **state)
{
	(void)state;
	stream_config.to = stream_to("file", "turn");
	stream_config.queue = 8 << 20;
	stream_config.rotate_size = 128 << 10;
	stream_config.rotate_keep = 0;
	streams_start();
	sockets_put(500);
	wait_until(stream_is_done());
	assert_int_equal(files_of("turn"), 1);
}

/* By logrotate, say: with a SIGHUP behind it or without. */
static void moved_away(void **state)
{
	uint64_t last = 0;
	char old[512];

	(void)state;
	stream_config.to = stream_to("file", "log");
	streams_start();
	sockets_put(10);
	wait_until(stream_is_done());
	strcpy(old, stream_path("log.old"));
	assert_int_equal(rename(stream_path("log"), old), 0);
	sockets_put(10);
	wait_until(stream_is_done());
	assert_int_equal(file_check("log.old", &last), 10);
	assert_int_equal(file_check("log", &last), 10);
	assert_int_equal(unlink(stream_path("log")), 0);
	skstat_outlets_reopen(outlets);
	sockets_put(10);
	wait_until(stream_is_done());
	assert_int_equal(file_check("log", &last), 10);
	assert_int_equal(last, 30);
}

static void refusals(void **state)
{
	static const struct {
		const char *to, *sentence;
	} wrong[] = {
		{ "file:/nonexistent/x",
		  "stream test: file:/nonexistent/x cannot be opened: No such file or directory" },
		{ "file:/tmp/", "\"/tmp/\" is no path of a file: write file:/PATH" },
		{ "file:x", "\"x\" is no path of a file: write file:/PATH" },
		{ "stdout:x", "nothing stands behind stdout" },
		{ "udp:127.0.0.1:1", "\"127.0.0.1:1\" is no address: write udp://HOST:PORT" },
		{ "udp://127.0.0.1", "\"127.0.0.1\"" },
		{ "unix:x", "\"unix:x\" is no socket" },
		{ "kafka://x", "\"kafka://x\" is no place for a stream: write stdout, file:/PATH, udp://HOST:PORT," },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct skstat_error error = { 0 };

		stream_config.to = wrong[i].to;
		assert_null(skstat_outlets_start(&stream_config, 1, &error));
		if (strncmp(error.text, wrong[i].sentence, strlen(wrong[i].sentence)) != 0)
			fail_msg("%s: %s", wrong[i].to, error.text);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, stream_set_up, stream_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(all_of_it), TEST(its_end),	    TEST(runs),	    TEST(a_sample),	TEST(what_was_asked_for),
		TEST(no_room),	 TEST(always_full), TEST(rotation), TEST(none_is_kept), TEST(moved_away),
		TEST(refusals),	 TEST(a_match),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("stream_file", tests, NULL, NULL);
}
