// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "event_stream.h"
#include "render/buffer.h"
#include "render/json.h"
#include "source/filter.h"

#define JSON_FLAGS (JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15))

/* A client that has gone is noticed when something is sent to it, and proxies close what is silent. */
#define HEARTBEAT_MS 15000

struct events {
	struct skstat_stream_job job;
	struct skstat_event_order order;
	struct skstat_feed_listener *listener;
	struct skstat_schema schema; /* of which `available` alone is there */
	struct skstat_feed_item item;
	struct skstat_buffer text; /* what an item becomes */
};

static int put_json(const char *data, size_t length, void *text)
{
	skstat_buffer_put(text, data, length);
	return 0;
}

/* filter.h leaves this to who knows namespaces. */
static bool netns_matches(const struct skstat_query *query, uint64_t netns)
{
	for (size_t i = 0; i < query->namespaces; i++)
		if (query->netns[i] == netns)
			return true;
	return !query->namespaces;
}

static bool is_wanted(const struct events *events)
{
	const struct skstat_query *query = &events->order.options->query;
	const struct skstat_sample *sample = &events->item.sample;

	return netns_matches(query, sample->identity.netns) && skstat_filter_match(query, sample);
}

static void put_event(struct events *events)
{
	const struct skstat_feed_item *item = &events->item;
	json_t *object;

	memcpy(events->schema.available, item->available, sizeof(item->available));
	object = skstat_sample_json(&item->sample, &events->schema, item->hz, events->order.raw);
	skstat_buffer_printf(&events->text, "id: %" PRIu64 "\nevent: %s\ndata: ", item->number,
			     skstat_kind_name(item->sample.kind));
	if (!object || json_dump_callback(object, put_json, &events->text, JSON_FLAGS))
		events->text.failed = true;
	json_decref(object);
	skstat_buffer_text(&events->text, "\n\n");
	skstat_self_add(events->order.http->self, api_events, 1);
}

static void put_loss(struct events *events, const char *name)
{
	const struct skstat_feed_item *item = &events->item;

	skstat_buffer_printf(&events->text, "event: %s\ndata: {\"events\":%" PRIu64 ",\"more\":%s}\n\n", name,
			     item->lost, item->fresh ? "true" : "false");
}

/* Of whatever has come, up to what one write is worth. False: there is no more for now. */
static bool put_next(struct events *events)
{
	switch (skstat_feed_next(events->listener, &events->item)) {
	case SKSTAT_FEED_EVENT:
		if (is_wanted(events))
			put_event(events);
		return true;
	case SKSTAT_FEED_LOST:
		put_loss(events, "lost");
		return true;
	case SKSTAT_FEED_DROPPED:
		skstat_self_add(events->order.http->self, api_events_dropped, events->item.lost);
		put_loss(events, "dropped");
		return true;
	default:
		return false;
	}
}

/* False: nobody reads any more, or there is no memory. */
static bool write_text(struct events *events, struct skstat_ring *ring)
{
	bool wanted = !events->text.failed && skstat_ring_write(ring, events->text.data, events->text.length);

	skstat_buffer_clear(&events->text);
	return wanted;
}

static void run(struct skstat_stream_job *job, struct skstat_ring *ring, struct skstat_error *error)
{
	struct events *events = (struct events *)job;

	(void)error;
	/* The reply begins at once, however long the first event takes. */
	skstat_buffer_text(&events->text, ": what happens from now on\n\n");
	while (write_text(events, ring)) {
		bool more = put_next(events);

		if (more)
			continue;
		skstat_ring_push(ring);
		if (!skstat_feed_wait(events->listener, HEARTBEAT_MS))
			skstat_buffer_text(&events->text, ":\n\n");
	}
}

static void wake(struct skstat_stream_job *job)
{
	skstat_feed_wake(((struct events *)job)->listener);
}

static void events_free(struct skstat_stream_job *job)
{
	struct events *events = (struct events *)job;

	skstat_feed_leave(events->listener);
	skstat_buffer_free(&events->text);
	free(events->order.options);
	free(events);
}

struct skstat_stream_job *skstat_event_stream_new(const struct skstat_event_order *order, struct skstat_error *error)
{
	struct events *events = calloc(1, sizeof(*events));

	if (!events) {
		free(order->options);
		skstat_error_set(error, -ENOMEM, "no memory for a request");
		return NULL;
	}
	events->job = (struct skstat_stream_job){
		.type = SKSTAT_TYPE_EVENTS, .endless = true, .run = run, .wake = wake, .free = events_free,
	};
	events->order = *order;
	events->listener = skstat_feed_listen(order->http->config.feed, error);
	if (events->listener)
		return (struct skstat_stream_job *)events;
	events_free(&events->job);
	return NULL;
}
