// SPDX-License-Identifier: GPL-2.0
#include <errno.h>

#include "lifecycle.h"
#include "request.h"

/* A file that is wrong is for its author to put right; all else may be well another time. */
static unsigned int status_of(int err)
{
	if (!err)
		return MHD_HTTP_OK;
	return err == -ESHUTDOWN || err == -ENOMEM ? MHD_HTTP_SERVICE_UNAVAILABLE : MHD_HTTP_BAD_REQUEST;
}

enum MHD_Result skstat_reload_handle(struct skstat_http_request *request)
{
	struct skstat_lifecycle *lifecycle = request->http->config.lifecycle;
	struct skstat_lifecycle_answer answer;
	int err;

	if (!lifecycle)
		return skstat_reply_text(request, MHD_HTTP_FORBIDDEN,
					 "This is not served: start the exporter with --web.enable-lifecycle, or send "
					 "it SIGHUP");
	if (skstat_lifecycle_answered(lifecycle, request->connection, &answer))
		return skstat_reply_text(request, status_of(answer.err), answer.text);
	err = skstat_lifecycle_ask(lifecycle, request->connection);
	if (!err)
		return MHD_YES;
	return skstat_reply_text(request, MHD_HTTP_SERVICE_UNAVAILABLE,
				 err == -EBUSY ? "Another request for it is being answered: ask again" :
						 "The exporter is ending");
}
