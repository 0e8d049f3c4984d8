// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

#include "render/format.h"
#include "request.h"
#include "select.h"

/* The lowest is ten times smaller than the text already, and takes a fraction of the time of the higher ones. */
#define GZIP_LEVEL 1

/* A copy without room to spare, for it stays as long as the snapshot. NULL: no memory, or nothing. */
static void *copy(const void *data, size_t length)
{
	void *copied = length ? malloc(length) : NULL;

	return copied ? memcpy(copied, data, length) : NULL;
}

static void make_plain(struct skstat_body *body, const struct skstat_families *families, bool stale,
		       enum skstat_format format)
{
	struct skstat_buffer buffer = { 0 };

	skstat_format_render(format, &buffer, families, stale);
	body->data = skstat_buffer_take(&buffer, &body->length);
}

static void make_gzip(struct skstat_body *body, const struct skstat_body *plain)
{
	struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(GZIP_LEVEL);
	size_t bound = compressor ? libdeflate_gzip_compress_bound(compressor, plain->length) : 0;
	void *data = bound ? malloc(bound) : NULL;
	size_t length = 0;

	if (data)
		length = libdeflate_gzip_compress(compressor, plain->data, plain->length, data, bound);
	body->length = length;
	body->data = copy(data, length);
	free(data);
	libdeflate_free_compressor(compressor);
}

static void count_render(struct skstat_self *self, enum skstat_format format, uint64_t ns)
{
	if (format == SKSTAT_FORMAT_TEXT)
		skstat_self_add(self, render_text_ns, ns);
	else if (format == SKSTAT_FORMAT_OPENMETRICS)
		skstat_self_add(self, render_openmetrics_ns, ns);
	else
		skstat_self_add(self, render_protobuf_ns, ns);
}

static void count_scrape(struct skstat_self *self, enum skstat_format format, size_t bytes)
{
	if (format == SKSTAT_FORMAT_TEXT)
		skstat_self_add(self, scrapes_text, 1);
	else if (format == SKSTAT_FORMAT_OPENMETRICS)
		skstat_self_add(self, scrapes_openmetrics, 1);
	else
		skstat_self_add(self, scrapes_protobuf, 1);
	skstat_self_add(self, scrape_bytes, bytes);
}

/*
 * The body as it is to be sent, made if it was not. Who comes while another makes it waits for that. *gzip is cleared
 * where memory does not reach for it. NULL: no memory.
 */
static const struct skstat_body *take_body(struct skstat_snapshot *snapshot, bool stale, enum skstat_format format,
					   bool *gzip, struct skstat_self *self)
{
	struct skstat_body *plain = skstat_snapshot_body(snapshot, stale, format, false);
	struct skstat_body *small = skstat_snapshot_body(snapshot, stale, format, true);
	const struct skstat_body *body;
	uint64_t start;

	pthread_mutex_lock(&snapshot->lock);
	if (!plain->data) {
		start = skstat_now_ns();
		make_plain(plain, snapshot->families, stale, format);
		count_render(self, format, skstat_now_ns() - start);
	}
	if (*gzip && plain->data && !small->data) {
		start = skstat_now_ns();
		make_gzip(small, plain);
		skstat_self_add(self, gzip_ns, skstat_now_ns() - start);
	}
	*gzip = *gzip && small->data;
	body = *gzip ? small : plain->data ? plain : NULL;
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

static enum skstat_format wanted_format(struct MHD_Connection *connection)
{
	char *accept = skstat_header_join(connection, MHD_HTTP_HEADER_ACCEPT);
	enum skstat_format format = accept ? skstat_accept_format(accept) : SKSTAT_FORMAT_TEXT;

	free(accept);
	return format;
}

/* A request's reading of what it chooses. */
struct choosing {
	struct skstat_selection selection;
	struct skstat_error error;
};

static enum MHD_Result choose_one(void *cls, enum MHD_ValueKind kind, const char *name, size_t name_size,
				  const char *value, size_t value_size)
{
	struct choosing *choosing = cls;

	(void)kind;
	if (strlen(name) != name_size || (value && strlen(value) != value_size)) {
		skstat_error_set(&choosing->error, -EINVAL, "a parameter has a zero byte in it");
		return MHD_NO;
	}
	return skstat_selection_add(&choosing->selection, name, value, &choosing->error) ? MHD_NO : MHD_YES;
}

static enum MHD_Result no_memory(struct skstat_http_request *request)
{
	return skstat_reply_text(request, MHD_HTTP_SERVICE_UNAVAILABLE, "There is no memory left for the metrics");
}

/* Sends a body, of which the response has taken care. */
static enum MHD_Result reply(struct skstat_http_request *request, enum skstat_format format, bool gzip, size_t length,
			     struct MHD_Response *response)
{
	skstat_reply_header(response, MHD_HTTP_HEADER_VARY,
			    MHD_HTTP_HEADER_ACCEPT ", " MHD_HTTP_HEADER_ACCEPT_ENCODING);
	if (gzip)
		skstat_reply_header(response, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
	if (!request->head)
		count_scrape(request->http->self, format, length);
	return skstat_reply(request, MHD_HTTP_OK, skstat_format_type(format), response);
}

/* A part of the snapshot, made for this request alone. */
static enum MHD_Result send_part(struct skstat_http_request *request, const struct skstat_selection *selection,
				 const struct skstat_snapshot *snapshot, enum skstat_format format, bool gzip)
{
	struct skstat_self *self = request->http->self;
	struct skstat_error error = { 0 };
	struct skstat_families *part = skstat_select_make(snapshot->families, selection, &error);
	struct skstat_body plain = { 0 }, small = { 0 }, *body = &plain;
	struct MHD_Response *response;
	uint64_t start = skstat_now_ns();

	if (!part)
		return error.err == -EINVAL ? skstat_reply_text(request, MHD_HTTP_BAD_REQUEST, error.text) :
					      no_memory(request);
	make_plain(&plain, part, skstat_snapshot_stale(snapshot, start), format);
	skstat_select_free(part);
	count_render(self, format, skstat_now_ns() - start);
	if (gzip && plain.data) {
		start = skstat_now_ns();
		make_gzip(&small, &plain);
		skstat_self_add(self, gzip_ns, skstat_now_ns() - start);
	}
	if (small.data) {
		free(plain.data);
		body = &small;
	}
	if (!body->data)
		return no_memory(request);
	response = MHD_create_response_from_buffer(body->length, body->data, MHD_RESPMEM_MUST_FREE);
	if (!response) {
		free(body->data);
		return MHD_NO;
	}
	return reply(request, format, body == &small, body->length, response);
}

/* The page, as it is kept with the snapshot, to which the response has a reference. */
static enum MHD_Result send_all(struct skstat_http_request *request, struct skstat_snapshot *snapshot,
				enum skstat_format format, bool gzip)
{
	bool stale = skstat_snapshot_stale(snapshot, skstat_now_ns());
	const struct skstat_body *body = take_body(snapshot, stale, format, &gzip, request->http->self);
	struct MHD_Response *response;

	if (!body) {
		skstat_snapshot_put(snapshot);
		return no_memory(request);
	}
	response = MHD_create_response_from_buffer_with_free_callback_cls(body->length, body->data, put_snapshot,
									  snapshot);
	if (!response) {
		skstat_snapshot_put(snapshot);
		return MHD_NO;
	}
	return reply(request, format, gzip, body->length, response);
}

enum MHD_Result skstat_metrics_handle(struct skstat_http_request *request)
{
	struct skstat_snapshot *snapshot;
	enum skstat_format format = wanted_format(request->connection);
	bool gzip = wants_gzip(request->connection);
	struct choosing choosing = { 0 };
	enum MHD_Result result;

	MHD_get_connection_values_n(request->connection, MHD_GET_ARGUMENT_KIND, choose_one, &choosing);
	if (choosing.error.err)
		return skstat_reply_text(request, MHD_HTTP_BAD_REQUEST, choosing.error.text);
	snapshot = skstat_store_take(request->http->store);
	if (!snapshot)
		return skstat_reply_text(request, MHD_HTTP_SERVICE_UNAVAILABLE, "The sockets have not been read yet");
	if (skstat_selection_is_all(&choosing.selection))
		return send_all(request, snapshot, format, gzip);
	result = send_part(request, &choosing.selection, snapshot, format, gzip);
	skstat_snapshot_put(snapshot);
	return result;
}
