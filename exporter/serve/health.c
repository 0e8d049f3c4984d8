// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "request.h"

enum MHD_Result skstat_healthy_handle(struct skstat_http_request *request)
{
	return skstat_reply_text(request, MHD_HTTP_OK, "skstat serves");
}

enum MHD_Result skstat_ready_handle(struct skstat_http_request *request)
{
	struct skstat_snapshot *snapshot = skstat_store_take(request->http->store);
	const uint64_t now = skstat_now_ns();
	unsigned int status = MHD_HTTP_SERVICE_UNAVAILABLE;
	char sentence[128];

	if (!snapshot) {
		snprintf(sentence, sizeof(sentence), "Not ready: the sockets have not been read yet");
	} else if (!snapshot->ready) {
		snprintf(sentence, sizeof(sentence), "Not ready: not all sockets have been read yet");
	} else if (skstat_snapshot_stale(snapshot, now)) {
		snprintf(sentence, sizeof(sentence),
			 "Not ready: the sockets were last read %.1f seconds ago, every %.1f is due",
			 (double)(now - snapshot->taken_ns) / 1e9, (double)snapshot->interval_ns / 1e9);
	} else {
		status = MHD_HTTP_OK;
		snprintf(sentence, sizeof(sentence), "skstat is ready");
	}
	skstat_snapshot_put(snapshot);
	return skstat_reply_text(request, status, sentence);
}
