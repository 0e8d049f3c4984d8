// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>
#include <signal.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "stream_kit.h"

struct skstat_stream_config stream_config;
struct skstat_outlets *outlets;
char stream_directory[64];

static struct skstat_schema schema;
static const struct skstat_source_info info = { .name = "netlink", .hz = 250, .schema = &schema };
static uint64_t cookies;

int stream_set_up(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_IGN);
	strcpy(stream_directory, "/tmp/skstat-stream-XXXXXX");
	if (!mkdtemp(stream_directory))
		return -1;
	memset(schema.available, true, sizeof(schema.available));
	stream_config = (struct skstat_stream_config){
		.name = "test",
		.what = SKSTAT_STREAM_SOCKETS | SKSTAT_STREAM_EVENTS,
		.sample = 1,
		.queue = SKSTAT_STREAM_QUEUE_MIN,
		.rotate_keep = SKSTAT_STREAM_KEEP,
	};
	cookies = 0;
	return 0;
}

int stream_tear_down(void **state)
{
	DIR *directory;
	struct dirent *entry;

	(void)state;
	if (outlets)
		streams_stop(0);
	directory = opendir(stream_directory);
	while (directory && (entry = readdir(directory)))
		(void)unlink(stream_path(entry->d_name));
	if (directory)
		closedir(directory);
	return rmdir(stream_directory);
}

const char *stream_path(const char *file)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/%s", stream_directory, file);
	return path;
}

const char *stream_to(const char *kind, const char *file)
{
	static char to[600];

	snprintf(to, sizeof(to), "%s:%s", kind, stream_path(file));
	return to;
}

void streams_start(void)
{
	struct skstat_error error;

	outlets = skstat_outlets_start(&stream_config, 1, &error);
	if (!outlets)
		fail_msg("%s", error.text);
}

void streams_stop(uint64_t grace_ns)
{
	skstat_outlets_stop(outlets, grace_ns);
	outlets = NULL;
}

static struct skstat_sample sample_of(enum skstat_kind kind, uint64_t cookie)
{
	struct skstat_sample sample = { .kind = kind };

	for (unsigned int g = 0; g < __SKSTAT_GROUP_MAX; g++) {
		if (!(skstat_groups[g].kinds & 1u << kind))
			continue;
		sample.groups |= 1u << g;
		sample.size[g] = skstat_groups[g].size;
	}
	sample.identity.cookie = cookie;
	sample.identity.family = AF_INET;
	sample.identity.sport = 443;
	/* Records are not all as long. */
	sample.traffic.bytes_sent = cookie % 3 ? cookie << 30 : 1;
	return sample;
}

struct skstat_sample stream_socket(uint64_t cookie)
{
	return sample_of(SKSTAT_KIND_FULL, cookie);
}

struct skstat_sample stream_event(uint64_t cookie)
{
	return sample_of(SKSTAT_KIND_CLOSED, cookie);
}

void stream_begin(enum skstat_batch_poll poll)
{
	skstat_outlets_begin(outlets, &info, poll);
}

void sockets_put(unsigned int count)
{
	stream_begin(SKSTAT_BATCH_FULL);
	for (unsigned int i = 0; i < count; i++) {
		const struct skstat_sample sample = stream_socket(++cookies);

		skstat_outlets_sample(outlets, &sample);
	}
	skstat_outlets_flush(outlets);
}

void stream_pause(void)
{
	const struct timespec moment = { .tv_nsec = 1000000 };

	nanosleep(&moment, NULL);
}

uint64_t stream_dropped(void)
{
	uint64_t sum = 0;

	for (int why = 0; why < __SKSTAT_DROP_MAX; why++)
		sum += COUNT(dropped[why]);
	return sum;
}

bool stream_is_done(void)
{
	return COUNT(written) + stream_dropped() == COUNT(records);
}

uint64_t lines_check(const char *text, size_t length, uint64_t *last)
{
	const char *end = text + length;
	uint64_t lines = 0;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		json_error_t error;
		json_t *line;
		uint64_t number;

		if (!newline)
			fail_msg("torn: %.*s", (int)(end - text), text);
		line = json_loadb(text, (size_t)(newline - text), 0, &error);
		if (!line)
			fail_msg("%s: %.*s", error.text, (int)(newline - text), text);
		number = (uint64_t)json_integer_value(json_object_get(line, "number"));
		if (number <= *last)
			fail_msg("%llu comes behind %llu", (unsigned long long)number, (unsigned long long)*last);
		*last = number;
		json_decref(line);
		lines++;
		text = newline + 1;
	}
	return lines;
}

char *stream_read(const char *file, size_t *length)
{
	FILE *from = fopen(stream_path(file), "r");
	char *text;
	long size;

	if (!from)
		return NULL;
	fseek(from, 0, SEEK_END);
	size = ftell(from);
	rewind(from);
	text = calloc(1, (size_t)size + 1);
	assert_non_null(text);
	*length = fread(text, 1, (size_t)size, from);
	fclose(from);
	return text;
}
