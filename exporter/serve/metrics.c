// SPDX-License-Identifier: GPL-2.0
#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

#include "render/text_format.h"
#include "request.h"

/* The lowest is ten times smaller than the text already, and takes a fraction of the time of the higher ones. */
#define GZIP_LEVEL 1

/* A copy without room to spare, for it stays as long as the snapshot. NULL: no memory, or nothing. */
static void *copy(const void *data, size_t length)
{
	void *copied = length ? malloc(length) : NULL;

	return copied ? memcpy(copied, data, length) : NULL;
}

static void make_text(struct skstat_body *body, const struct skstat_families *families, bool stale)
{
	struct skstat_buffer buffer = { 0 };

	skstat_text_render(&buffer, families, stale);
	body->data = skstat_buffer_take(&buffer, &body->length);
}

static void make_gzip(struct skstat_body *body, const struct skstat_body *text)
{
	struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(GZIP_LEVEL);
	size_t bound = compressor ? libdeflate_gzip_compress_bound(compressor, text->length) : 0;
	void *data = bound ? malloc(bound) : NULL;
	size_t length = 0;

	if (data)
		length = libdeflate_gzip_compress(compressor, text->data, text->length, data, bound);
	body->length = length;
	body->data = copy(data, length);
	free(data);
	libdeflate_free_compressor(compressor);
}

/*
 * The body as it is to be sent, made if it was not. Who comes while another makes it waits for that. *gzip is cleared
 * where memory does not reach for it. NULL: no memory.
 */
static const struct skstat_body *take_body(struct skstat_snapshot *snapshot, bool stale, bool *gzip,
					   struct skstat_self *self)
{
	struct skstat_body *text = skstat_snapshot_body(snapshot, stale, SKSTAT_BODY_TEXT);
	struct skstat_body *small = skstat_snapshot_body(snapshot, stale, SKSTAT_BODY_TEXT_GZIP);
	const struct skstat_body *body;
	uint64_t start;

	pthread_mutex_lock(&snapshot->lock);
	if (!text->data) {
		start = skstat_now_ns();
		make_text(text, snapshot->families, stale);
		skstat_self_add(self, render_ns, skstat_now_ns() - start);
	}
	if (*gzip && text->data && !small->data) {
		start = skstat_now_ns();
		make_gzip(small, text);
		skstat_self_add(self, gzip_ns, skstat_now_ns() - start);
	}
	*gzip = *gzip && small->data;
	body = *gzip ? small : text->data ? text : NULL;
	pthread_mutex_unlock(&snapshot->lock);
	/* Once made, a body does not change. */
	return body;
}

static void put_snapshot(void *snapshot)
{
	skstat_snapshot_put(snapshot);
}

static bool wants_gzip(struct MHD_Connection *connection)
{
	char *accept = skstat_header_join(connection, MHD_HTTP_HEADER_ACCEPT_ENCODING);
	bool wants = accept && skstat_accept_gzip(accept);

	free(accept);
	return wants;
}

enum MHD_Result skstat_metrics_handle(struct skstat_http_request *request)
{
	struct skstat_self *self = request->http->self;
	struct skstat_snapshot *snapshot = skstat_store_take(request->http->store);
	bool gzip = wants_gzip(request->connection);
	const struct skstat_body *body;
	struct MHD_Response *response;

	if (!snapshot)
		return skstat_reply_text(request, MHD_HTTP_SERVICE_UNAVAILABLE, "The sockets have not been read yet");
	body = take_body(snapshot, skstat_snapshot_stale(snapshot, skstat_now_ns()), &gzip, self);
	if (!body) {
		skstat_snapshot_put(snapshot);
		return skstat_reply_text(request, MHD_HTTP_SERVICE_UNAVAILABLE,
					 "There is no memory left for the metrics");
	}
	response = MHD_create_response_from_buffer_with_free_callback_cls(body->length, body->data, put_snapshot,
									  snapshot);
	if (!response) {
		skstat_snapshot_put(snapshot);
		return MHD_NO;
	}
	skstat_reply_header(response, MHD_HTTP_HEADER_VARY, MHD_HTTP_HEADER_ACCEPT_ENCODING);
	if (gzip)
		skstat_reply_header(response, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
	if (!request->head) {
		skstat_self_add(self, scrapes, 1);
		skstat_self_add(self, scrape_bytes, body->length);
	}
	return skstat_reply(request, MHD_HTTP_OK, SKSTAT_TEXT_TYPE, response);
}
