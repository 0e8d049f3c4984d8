// SPDX-License-Identifier: GPL-2.0
/* The part of the API that is made of the snapshot: /api/v1/ledger and /api/v1/status. */
#include <stdlib.h>
#include <string.h>

#include "render/snapshot_json.h"
#include "request.h"

#define JSON_FLAGS (JSON_COMPACT | JSON_REAL_PRECISION(15))

/* Takes the JSON; NULL is no memory. */
static enum MHD_Result reply_json(struct skstat_http_request *request, json_t *json)
{
	char *text = json ? json_dumps(json, JSON_FLAGS) : NULL;
	size_t length = text ? strlen(text) : 0;

	json_decref(json);
	if (!text)
		return skstat_reply_error(request, MHD_HTTP_SERVICE_UNAVAILABLE, "no memory for a reply");
	text[length++] = '\n'; /* where the string ended */
	return skstat_reply(request, MHD_HTTP_OK, SKSTAT_TYPE_JSON,
			    MHD_create_response_from_buffer(length, text, MHD_RESPMEM_MUST_FREE));
}

static double age_of(const struct skstat_snapshot *snapshot, uint64_t now)
{
	return now > snapshot->taken_ns ? (double)(now - snapshot->taken_ns) / 1e9 : 0;
}

/* How old it is, for who reads it. `json` may be NULL. */
static int put_time(json_t *json, const struct skstat_snapshot *snapshot)
{
	const uint64_t now = skstat_now_ns();

	return json_object_set_new(json, "ready", json_boolean(snapshot->ready)) ||
	       json_object_set_new(json, "stale", json_boolean(skstat_snapshot_stale(snapshot, now))) ||
	       json_object_set_new(json, "snapshot", json_integer((json_int_t)snapshot->sequence)) ||
	       json_object_set_new(json, "age_seconds", json_real(age_of(snapshot, now))) ||
	       json_object_set_new(json, "interval_seconds", json_real((double)snapshot->interval_ns / 1e9));
}

/* NULL: no memory. */
static json_t *checked(json_t *json, int failed)
{
	if (!failed)
		return json;
	json_decref(json);
	return NULL;
}

static enum MHD_Result refuse_parameters(struct skstat_http_request *request)
{
	return skstat_reply_error(request, MHD_HTTP_BAD_REQUEST, "there are no parameters here");
}

static bool has_parameters(struct skstat_http_request *request)
{
	skstat_self_add(request->http->self, api_requests, 1);
	return MHD_get_connection_values_n(request->connection, MHD_GET_ARGUMENT_KIND, NULL, NULL) > 0;
}

enum MHD_Result skstat_api_ledger_handle(struct skstat_http_request *request)
{
	struct skstat_snapshot *snapshot;
	json_t *json;
	int failed;

	if (has_parameters(request))
		return refuse_parameters(request);
	snapshot = skstat_store_take(request->http->store);
	if (!snapshot)
		return skstat_reply_error(request, MHD_HTTP_SERVICE_UNAVAILABLE,
					  "the sockets have not been read yet");
	json = skstat_ledger_json(snapshot->families);
	failed = put_time(json, snapshot);
	skstat_snapshot_put(snapshot);
	return reply_json(request, checked(json, failed));
}

/* Answers before the first snapshot too: that there is none is the status then. */
enum MHD_Result skstat_api_status_handle(struct skstat_http_request *request)
{
	struct skstat_snapshot *snapshot;
	json_t *json;
	int failed;

	if (has_parameters(request))
		return refuse_parameters(request);
	snapshot = skstat_store_take(request->http->store);
	json = snapshot ? skstat_status_json(snapshot->families) : json_object();
	failed = json_object_set_new(json, "version", json_string(request->http->config.version));
	if (snapshot)
		failed |= put_time(json, snapshot);
	else
		failed |= json_object_set_new(json, "ready", json_false());
	skstat_snapshot_put(snapshot);
	return reply_json(request, checked(json, failed));
}
