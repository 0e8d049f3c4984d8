// SPDX-License-Identifier: GPL-2.0
/* The part of the API that is streamed: sockets, listeners, events. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "event_stream.h"
#include "parameter.h"
#include "request.h"
#include "socket_dump.h"
#include "stream.h"

#define BLOCK_BYTES (16 * 1024)

static enum MHD_Result take_parameter(void *cls, enum MHD_ValueKind kind, const char *name, size_t name_size,
				      const char *value, size_t value_size)
{
	struct skstat_parameters *taken = cls;

	(void)kind;
	if (strlen(name) != name_size || (value && strlen(value) != value_size)) {
		skstat_error_set(&taken->error, -EINVAL, "a parameter has a zero byte in it");
		return MHD_NO;
	}
	return skstat_parameter_take(taken, name, value) ? MHD_NO : MHD_YES;
}

/* With what the kernel says of a request's values, the request is at fault; all else may be well another time. */
static unsigned int status_of(int err)
{
	return err == -EINVAL || err == -ERANGE ? MHD_HTTP_BAD_REQUEST : MHD_HTTP_SERVICE_UNAVAILABLE;
}

static enum MHD_Result answer(struct skstat_http_request *request)
{
	struct skstat_ring *ring = skstat_stream_ring(*request->stream);
	struct skstat_error error;

	if (!skstat_ring_begun(ring, &error))
		return MHD_YES;
	if (error.err == -ESHUTDOWN)
		return MHD_NO;
	if (error.err)
		return skstat_reply_error(request, status_of(error.err), error.text);
	return skstat_reply(request, MHD_HTTP_OK, skstat_stream_type(*request->stream),
			    MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, skstat_ring_read, ring,
							      NULL));
}

/* The body that a HEAD does not get. */
static ssize_t read_nothing(void *cls, uint64_t position, char *data, size_t room)
{
	(void)cls;
	(void)position;
	(void)data;
	(void)room;
	return MHD_CONTENT_READER_END_OF_STREAM;
}

/* Without chunks, for libmicrohttpd 0.9.75 sends the last one after a HEAD too; so the connection is closed. */
static enum MHD_Result answer_head(struct skstat_http_request *request, const char *type)
{
	struct MHD_Response *response =
		MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, read_nothing, NULL, NULL);

	if (response)
		(void)MHD_set_response_options(response, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END);
	return skstat_reply(request, MHD_HTTP_OK, type, response);
}

/* Takes the job; NULL: no memory, and `error` may say more. */
static enum MHD_Result start(struct skstat_http_request *request, struct skstat_stream_job *job,
			     struct skstat_error *error)
{
	if (!job && !error->err)
		skstat_error_set(error, -ENOMEM, "no memory for a request");
	if (job)
		*request->stream = skstat_stream_start(request->http, request->connection, job, error);
	if (!*request->stream)
		return skstat_reply_error(request, MHD_HTTP_SERVICE_UNAVAILABLE, error->text);
	return answer(request);
}

/*
 * The request's parameters, in options that are the caller's then; NULL: *result is what it got instead. `refused` as
 * struct skstat_parameters has it.
 */
static struct skstat_options *take_parameters(struct skstat_http_request *request, const char *const *refused,
					      bool *raw, enum MHD_Result *result)
{
	struct skstat_parameters taken = { .refused = refused };

	taken.options = malloc(sizeof(*taken.options));
	if (!taken.options) {
		*result = skstat_reply_error(request, MHD_HTTP_SERVICE_UNAVAILABLE, "no memory for a request");
		return NULL;
	}
	skstat_options_init(taken.options);
	MHD_get_connection_values_n(request->connection, MHD_GET_ARGUMENT_KIND, take_parameter, &taken);
	*raw = taken.raw;
	if (!taken.error.err)
		return taken.options;
	free(taken.options);
	*result = skstat_reply_error(request, MHD_HTTP_BAD_REQUEST, taken.error.text);
	return NULL;
}

/* `kinds`: of sockets; 0: all. */
static enum MHD_Result handle_dump(struct skstat_http_request *request, const char *name, uint32_t kinds,
				   const char *const *refused)
{
	struct skstat_socket_dump_order order = { .http = request->http, .name = name };
	struct skstat_error error = { 0 };
	enum MHD_Result result = MHD_NO;

	if (*request->stream)
		return answer(request);
	skstat_self_add(request->http->self, api_requests, 1);
	if (!request->http->config.open_source)
		return skstat_reply_error(request, MHD_HTTP_SERVICE_UNAVAILABLE, "there is no source of sockets");
	order.options = take_parameters(request, refused, &order.raw, &result);
	if (!order.options)
		return result;
	if (request->head) {
		free(order.options);
		return answer_head(request, SKSTAT_TYPE_JSON);
	}
	if (kinds) {
		order.options->query.has |= SKSTAT_HAS(KINDS);
		order.options->query.kinds = kinds;
	}
	return start(request, skstat_socket_dump_new(&order), &error);
}

enum MHD_Result skstat_api_sockets_handle(struct skstat_http_request *request)
{
	return handle_dump(request, "sockets", 0, NULL);
}

enum MHD_Result skstat_api_listeners_handle(struct skstat_http_request *request)
{
	static const char *const refused[] = { "kinds", "states", NULL };

	return handle_dump(request, "listeners", 1u << SKSTAT_KIND_LISTEN, refused);
}

enum MHD_Result skstat_api_events_handle(struct skstat_http_request *request)
{
	/* What is about a dump, or about sockets that are there. */
	static const char *const refused[] = { "groups", "states", "kinds", "since", "exact", "brief", "max-sockets",
					       "max-ns", NULL };
	struct skstat_event_order order = { .http = request->http };
	struct skstat_error error = { 0 };
	enum MHD_Result result = MHD_NO;

	if (*request->stream)
		return answer(request);
	skstat_self_add(request->http->self, api_requests, 1);
	if (!request->http->config.feed || !skstat_self_get(request->http->self, journal_held))
		return skstat_reply_error(request, MHD_HTTP_SERVICE_UNAVAILABLE,
					  "there are no events, for the journal is not held (--journal)");
	order.options = take_parameters(request, refused, &order.raw, &result);
	if (!order.options)
		return result;
	if (request->head) {
		free(order.options);
		return answer_head(request, SKSTAT_TYPE_EVENTS);
	}
	return start(request, skstat_event_stream_new(&order, &error), &error);
}
