// SPDX-License-Identifier: GPL-2.0
/* Names and passwords of HTTP (basic_auth_users): who may ask over TCP at all. */
#include <errno.h>
#include <string.h>

#include "bouncer.h"
#include "request.h"

static enum MHD_Result refuse(struct skstat_http_request *request)
{
	static char sentence[] = "A name and a password are wanted\n";
	struct MHD_Response *response =
		MHD_create_response_from_buffer(strlen(sentence), sentence, MHD_RESPMEM_PERSISTENT);

	skstat_reply_header(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Basic realm=\"skstat\", charset=\"UTF-8\"");
	return skstat_reply(request, MHD_HTTP_UNAUTHORIZED, SKSTAT_TYPE_TEXT, response);
}

static enum MHD_Result check(struct skstat_http_request *request, const char *name, const char *password,
			     enum skstat_entry *entry)
{
	int err;

	switch (skstat_web_password(request->web, name, password)) {
	case SKSTAT_PASSWORD_RIGHT:
		*entry = SKSTAT_ENTRY_FREE;
		return MHD_YES;
	case SKSTAT_PASSWORD_WRONG:
		skstat_self_add(request->http->self, web_passwords_refused, 1);
		return refuse(request);
	default:
		err = skstat_bouncer_ask(request->http->bouncer, request->connection, request->web, name, password);
		return err ? MHD_NO : MHD_YES;
	}
}

static void wipe(char *text)
{
	if (text)
		explicit_bzero(text, strlen(text));
	MHD_free(text);
}

enum MHD_Result skstat_auth_check(struct skstat_http_request *request, enum skstat_entry *entry)
{
	char *name, *password = NULL;
	enum MHD_Result result;

	*entry = SKSTAT_ENTRY_FREE;
	if (!request->web || !skstat_web_settings(request->web)->users)
		return MHD_YES;
	*entry = SKSTAT_ENTRY_DEALT;
	name = MHD_basic_auth_get_username_password(request->connection, &password);
	result = name && password ? check(request, name, password, entry) : refuse(request);
	wipe(name);
	wipe(password);
	return result;
}
