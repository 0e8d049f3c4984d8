// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "parameter.h"
#include "request.h"
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
	return skstat_reply(request, MHD_HTTP_OK, SKSTAT_TYPE_JSON,
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
static enum MHD_Result answer_head(struct skstat_http_request *request)
{
	struct MHD_Response *response =
		MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, read_nothing, NULL, NULL);

	if (response)
		(void)MHD_set_response_options(response, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END);
	return skstat_reply(request, MHD_HTTP_OK, SKSTAT_TYPE_JSON, response);
}

static enum MHD_Result start(struct skstat_http_request *request, struct skstat_parameters *taken)
{
	if (request->head) {
		free(taken->options);
		return answer_head(request);
	}
	*request->stream = skstat_stream_start(request->http, request->connection, taken->options, taken->raw,
					       &taken->error);
	if (!*request->stream)
		return skstat_reply_error(request, MHD_HTTP_SERVICE_UNAVAILABLE, taken->error.text);
	return answer(request);
}

enum MHD_Result skstat_api_sockets_handle(struct skstat_http_request *request)
{
	struct skstat_parameters taken = { 0 };

	if (*request->stream)
		return answer(request);
	skstat_self_add(request->http->self, api_requests, 1);
	if (!request->http->config.open_source)
		return skstat_reply_error(request, MHD_HTTP_SERVICE_UNAVAILABLE, "there is no source of sockets");
	taken.options = malloc(sizeof(*taken.options));
	if (!taken.options)
		return skstat_reply_error(request, MHD_HTTP_SERVICE_UNAVAILABLE, "no memory for a request");
	skstat_options_init(taken.options);
	MHD_get_connection_values_n(request->connection, MHD_GET_ARGUMENT_KIND, take_parameter, &taken);
	if (taken.error.err) {
		free(taken.options);
		return skstat_reply_error(request, MHD_HTTP_BAD_REQUEST, taken.error.text);
	}
	return start(request, &taken);
}
