// SPDX-License-Identifier: GPL-2.0
/* What streams say of themselves on /metrics: nothing, where there is none. */
#include "outlets_inside.h"

enum figure { RECORDS, WRITTEN, DROPPED, BYTES, QUEUE, UP, FAILURES, ROTATIONS, __FIGURE_MAX };

static const char *const drops[__SKSTAT_DROP_MAX] = {
	[SKSTAT_DROP_SLOW] = "slow",	     [SKSTAT_DROP_AWAY] = "away",     [SKSTAT_DROP_TORN] = "torn",
	[SKSTAT_DROP_TOO_LONG] = "too_long", [SKSTAT_DROP_MEMORY] = "memory", [SKSTAT_DROP_END] = "end",
};

#define COUNTER(NAME, UNIT, LABELS, HELP) \
	{ .name = NAME, .unit = UNIT, .help = HELP, .labels = LABELS, .type = SKSTAT_METRIC_COUNTER }
#define GAUGE(NAME, UNIT, LABELS, HELP) \
	{ .name = NAME, .unit = UNIT, .help = HELP, .labels = LABELS, .type = SKSTAT_METRIC_GAUGE }

static const struct skstat_family_doc docs[__FIGURE_MAX] = {
	[RECORDS] = COUNTER("skstat_stream_records", "", "stream",
			    "Records and events for a stream: written, dropped, or on their way"),
	[WRITTEN] = COUNTER("skstat_stream_written_records", "", "stream", "Those that were written, or sent"),
	[DROPPED] = COUNTER("skstat_stream_dropped_records", "", "stream,reason=slow|away|torn|too_long|memory|end",
			    "Those that were not: slow, away: the queue was full, for the sink took too little, or "
			    "nothing; "
			    "torn: by a connection that broke; too_long: for a datagram; end: of the exporter"),
	[BYTES] = COUNTER("skstat_stream_written_bytes", "bytes", "stream", "Bytes that were written, or sent"),
	[QUEUE] = GAUGE("skstat_stream_queue_bytes", "bytes", "stream", "Bytes that wait in a stream's queue"),
	[UP] = GAUGE("skstat_stream_up", "", "stream", "1 while a stream's sink takes what it is given"),
	[FAILURES] = COUNTER("skstat_stream_failures", "", "stream",
			     "Times that a stream's sink could not be opened or written to"),
	[ROTATIONS] = COUNTER("skstat_stream_rotations", "", "stream",
			      "Times that a stream's file had become long enough, and another was begun"),
};

#define GET(of) ((double)atomic_load_explicit(&(of), memory_order_relaxed))

static double value(const struct skstat_outlet *outlet, enum figure figure)
{
	switch (figure) {
	case RECORDS:
		return GET(outlet->count.records);
	case WRITTEN:
		return GET(outlet->count.written);
	case BYTES:
		return GET(outlet->count.bytes);
	case QUEUE:
		return (double)skstat_queue_used(&outlet->queue);
	case UP:
		return GET(outlet->count.up);
	case FAILURES:
		return GET(outlet->count.failures);
	default:
		return GET(outlet->sink.rotations);
	}
}

static void add_dropped(const struct skstat_outlet *outlet, struct skstat_families *set, struct skstat_family *family)
{
	for (int why = 0; why < __SKSTAT_DROP_MAX; why++) {
		const struct skstat_label label[] = { { "stream", outlet->config->name }, { "reason", drops[why] } };

		skstat_series_add(set, family, label, 2)->value = GET(outlet->count.dropped[why]);
	}
}

void skstat_outlets_families(const struct skstat_outlets *outlets, struct skstat_families *set)
{
	for (enum figure figure = 0; outlets && figure < __FIGURE_MAX; figure++) {
		const struct skstat_family_doc *doc = &docs[figure];
		struct skstat_family *family = skstat_family_add(set, doc->type, doc->name, doc->unit, doc->help);

		for (size_t i = 0; i < outlets->count; i++) {
			const struct skstat_outlet *outlet = outlets->outlet[i];
			const struct skstat_label label = { "stream", outlet->config->name };

			if (figure == DROPPED)
				add_dropped(outlet, set, family);
			else
				skstat_series_add(set, family, &label, 1)->value = value(outlet, figure);
		}
	}
}

void skstat_outlets_document(void (*fn)(const struct skstat_family_doc *doc, void *arg), void *arg)
{
	for (enum figure figure = 0; figure < __FIGURE_MAX; figure++)
		fn(&docs[figure], arg);
}
