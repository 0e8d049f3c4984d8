// SPDX-License-Identifier: GPL-2.0
/* What a snapshot costs those who want it: the page, the lines of statsd. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "../vm/lib/module.h"
#include "../vm/lib/must.h"
#include "bench.h"
#include "polling.h"
#include "render/statsd_format.h"
#include "render/text_format.h"
#include "serve/udp.h"

#define DATAGRAM 8192 /* what --statsd.mtu comes to on loopback */
#define STATSD_PORT 7720

struct page {
	const struct skstat_families *families;
	struct skstat_buffer buffer;
};

static void render(void *arg)
{
	struct page *page = arg;

	skstat_buffer_clear(&page->buffer);
	skstat_text_render(&page->buffer, page->families, false);
}

static size_t samples(const struct skstat_buffer *buffer)
{
	size_t count = 0;

	for (size_t at = 0; at < buffer->length;) {
		const char *line = buffer->data + at, *end = memchr(line, '\n', buffer->length - at);

		must_be(end);
		count += *line != '#';
		at += (size_t)(end - line) + 1;
	}
	return count;
}

/* A poll of everything, with all that has moved since the last. */
static struct skstat_snapshot *snapshot_new(const struct bench *bench, struct polling *polling)
{
	bench_talk(bench, bench->pairs);
	polling_poll(polling);
	return must_have(skstat_store_take(polling->store));
}

void figure_scrape(const struct bench *bench)
{
	struct skstat_snapshot *snapshot;
	struct polling *polling;
	struct page page = { 0 };
	double value, count;

	/* Fresh: what its probes have counted has series. */
	module_replace(module_path());
	polling = polling_new(0);
	polling_poll(polling);
	snapshot = snapshot_new(bench, polling);
	page.families = snapshot->families;
	render(&page);
	must_be(!page.buffer.failed);
	count = (double)samples(&page.buffer);
	value = (double)bench_best(BENCH_TIMES, render, &page);
	bench_say(bench, "scrape", value, "instructions");
	bench_say(bench, "scrape_samples", count, "samples");
	bench_say(bench, "render", value / count, "instructions/sample");
	skstat_buffer_free(&page.buffer);
	skstat_snapshot_put(snapshot);
	polling_free(polling);
}

struct lines {
	struct skstat_statsd_format *format;
	const struct skstat_families *families;
	struct skstat_udp udp;
	size_t count;
};

static void line_add(const char *data, size_t length, size_t count, void *arg)
{
	struct lines *lines = arg;

	lines->count += count;
	skstat_udp_add(data, length, count, &lines->udp);
}

static void format(void *arg)
{
	struct lines *lines = arg;

	lines->count = 0;
	must_be(!skstat_statsd_format_set(lines->format, lines->families, false, DATAGRAM, line_add, lines, NULL));
}

static void send_all(void *arg)
{
	struct lines *lines = arg;

	skstat_udp_send(&lines->udp, lines->udp.count);
	skstat_udp_clear(&lines->udp);
}

/* Somebody who takes in what comes, and no more than that. */
static int sink(struct sockaddr_in *address)
{
	int fd = must(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)), room = 1;

	*address = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(STATSD_PORT) };
	address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	must(bind(fd, (struct sockaddr *)address, sizeof(*address)));
	must(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room)));
	return fd;
}

void figure_statsd(const struct bench *bench)
{
	struct skstat_snapshot *snapshot;
	struct polling *polling;
	struct lines lines = { .udp = { .fd = -1 } };
	uint64_t formatted = UINT64_MAX, sent = UINT64_MAX, value;
	int fd;

	module_replace(module_path());
	fd = sink((struct sockaddr_in *)&lines.udp.peer);
	lines.udp.peer_length = sizeof(struct sockaddr_in);
	lines.format = must_have(skstat_statsd_format_new("skstat"));
	polling = polling_new(0);
	lines.udp.self = &polling->self;
	polling_poll(polling);
	for (int i = 0; i < 2 + BENCH_TIMES; i++) {
		snapshot = snapshot_new(bench, polling);
		lines.families = snapshot->families;
		value = bench_once(format, &lines);
		formatted = i < 2 || value > formatted ? formatted : value;
		value = bench_once(send_all, &lines);
		sent = i < 2 || value > sent ? sent : value;
		skstat_snapshot_put(snapshot);
	}
	bench_say(bench, "statsd_lines", (double)lines.count, "lines");
	bench_say(bench, "statsd", (double)formatted / (double)lines.count, "instructions/line");
	bench_say(bench, "statsd_send", (double)sent / (double)lines.count, "instructions/line");
	skstat_statsd_format_free(lines.format);
	skstat_udp_free(&lines.udp);
	polling_free(polling);
	close(fd);
}
