// SPDX-License-Identifier: GPL-2.0
/* What is served where, and to whom. */
#include <string.h>

#include "request.h"

static const struct route {
	const char *path; /* NULL: the telemetry path */
	skstat_http_handler handle;
	bool local; /* for who is trusted only */
	bool post;  /* for POST, and nothing else */
} routes[] = {
	/* First, for somebody may want the metrics at "/". */
	{ NULL, skstat_metrics_handle, false, false },
	{ "/", skstat_page_handle, false, false },
	{ "/-/healthy", skstat_healthy_handle, false, false },
	{ "/-/ready", skstat_ready_handle, false, false },
	{ "/-/reload", skstat_reload_handle, false, true },
	{ "/api/v1/sockets", skstat_api_sockets_handle, true, false },
	{ "/api/v1/listeners", skstat_api_listeners_handle, true, false },
	{ "/api/v1/events", skstat_api_events_handle, true, false },
	{ "/api/v1/ledger", skstat_api_ledger_handle, true, false },
	{ "/api/v1/status", skstat_api_status_handle, true, false },
};

static const struct route *find_route(const struct skstat_http_request *request)
{
	const struct skstat_http_config *config = &request->http->config;

	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		const char *path = routes[i].path ? routes[i].path : config->telemetry_path;

		if (strcmp(request->path, path) == 0)
			return &routes[i];
	}
	return NULL;
}

static enum MHD_Result refuse_method(struct skstat_http_request *request, const struct route *route)
{
	static char reading[] = "Only GET and HEAD are served\n", posting[] = "Only POST is served\n";
	char *sentence = route->post ? posting : reading;
	struct MHD_Response *response =
		MHD_create_response_from_buffer(strlen(sentence), sentence, MHD_RESPMEM_PERSISTENT);

	skstat_reply_header(response, MHD_HTTP_HEADER_ALLOW, route->post ? "POST" : "GET, HEAD");
	return skstat_reply(request, MHD_HTTP_METHOD_NOT_ALLOWED, SKSTAT_TYPE_TEXT, response);
}

enum MHD_Result skstat_route_refuse(struct skstat_http_request *request)
{
	static char sentence[] = "There are more requests than --web.max-requests or rate_limit let in: ask again\n";
	struct MHD_Response *response =
		MHD_create_response_from_buffer(strlen(sentence), sentence, MHD_RESPMEM_PERSISTENT);

	skstat_reply_header(response, MHD_HTTP_HEADER_RETRY_AFTER, "1");
	return skstat_reply(request, MHD_HTTP_TOO_MANY_REQUESTS, SKSTAT_TYPE_TEXT, response);
}

enum MHD_Result skstat_route_handle(struct skstat_http_request *request, const char *method)
{
	const struct route *route = find_route(request);
	const char *why;
	unsigned int status = skstat_guard_check(request, &why);
	enum skstat_entry entry;
	enum MHD_Result dealt;

	if (status)
		return skstat_reply_text(request, status, why);
	dealt = skstat_auth_check(request, &entry);
	if (entry == SKSTAT_ENTRY_DEALT)
		return dealt;
	if (!route)
		return skstat_reply_text(request, MHD_HTTP_NOT_FOUND, "There is nothing here: / has the links");
	if (route->local && !skstat_guard_trusts(request))
		return skstat_reply_text(request, MHD_HTTP_NOT_FOUND, "This is served on the unix socket only");
	if (route->post ? !request->post : !request->head && strcmp(method, MHD_HTTP_METHOD_GET) != 0)
		return refuse_method(request, route);
	return route->handle(request);
}

bool skstat_route_posts(const struct skstat_http_request *request)
{
	const struct route *route = find_route(request);

	return request->post && route && route->post;
}
