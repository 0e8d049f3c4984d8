// SPDX-License-Identifier: GPL-2.0
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "request.h"

void skstat_reply_header(struct MHD_Response *response, const char *name, const char *value)
{
	/* A response without one of these headers is still a good one. */
	if (response)
		(void)MHD_add_response_header(response, name, value);
}

/* Unless the user has one of that name, or the page. */
static void own_header(const struct skstat_http_request *request, struct MHD_Response *response, const char *name,
		       const char *value)
{
	if (!skstat_web_has_header(request->web, name) && !MHD_get_response_header(response, name))
		skstat_reply_header(response, name, value);
}

static void asked_headers(const struct skstat_http_request *request, struct MHD_Response *response)
{
	const struct skstat_web_settings *settings = request->web ? skstat_web_settings(request->web) : NULL;

	for (size_t i = 0; settings && i < settings->headers; i++)
		skstat_reply_header(response, settings->header[i].name, settings->header[i].value);
}

enum MHD_Result skstat_reply(struct skstat_http_request *request, unsigned int status, const char *type,
			     struct MHD_Response *response)
{
	struct skstat_self *self = request->http->self;
	enum MHD_Result result;

	if (!response)
		return MHD_NO;
	skstat_reply_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	skstat_reply_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	own_header(request, response, "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
	own_header(request, response, "X-Content-Type-Options", "nosniff");
	asked_headers(request, response);

	/* Before it is sent: who has the answer finds it counted. */
	if (status >= 500)
		skstat_self_add(self, http_5xx, 1);
	else if (status >= 400)
		skstat_self_add(self, http_4xx, 1);
	else
		skstat_self_add(self, http_2xx, 1);
	result = MHD_queue_response(request->connection, status, response);
	MHD_destroy_response(response);
	return result;
}

enum MHD_Result skstat_reply_text(struct skstat_http_request *request, unsigned int status, const char *sentence)
{
	size_t length = strlen(sentence);
	char *line = malloc(length + 1);

	if (!line)
		return MHD_NO;
	memcpy(line, sentence, length);
	line[length++] = '\n';
	return skstat_reply(request, status, SKSTAT_TYPE_TEXT,
			    MHD_create_response_from_buffer(length, line, MHD_RESPMEM_MUST_FREE));
}

json_t *skstat_reply_sentence(const char *sentence)
{
	json_t *json = json_string(sentence);
	char ascii[sizeof(((struct skstat_error *)NULL)->text)];
	size_t i;

	if (json)
		return json;
	for (i = 0; i < sizeof(ascii) - 1 && sentence[i]; i++)
		ascii[i] = (sentence[i] & 0x80) ? '?' : sentence[i];
	ascii[i] = '\0';
	return json_string(ascii);
}

enum MHD_Result skstat_reply_error(struct skstat_http_request *request, unsigned int status, const char *sentence)
{
	json_t *json = json_pack("{s:o}", "error", skstat_reply_sentence(sentence));
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	size_t length = text ? strlen(text) : 0;
	struct MHD_Response *response = NULL;

	json_decref(json);
	if (text) {
		text[length++] = '\n'; /* where the string ended */
		response = MHD_create_response_from_buffer(length, text, MHD_RESPMEM_MUST_FREE);
	}
	if (status == MHD_HTTP_SERVICE_UNAVAILABLE)
		skstat_reply_header(response, MHD_HTTP_HEADER_RETRY_AFTER, "1");
	return skstat_reply(request, status, SKSTAT_TYPE_JSON, response);
}
