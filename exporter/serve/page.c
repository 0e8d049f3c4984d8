// SPDX-License-Identifier: GPL-2.0
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "render/page.h"
#include "request.h"

#define SECOND 1e9

/* It has a style and nothing else: no script, no picture, no form, nothing to be fetched. */
static void put_policy(struct MHD_Response *response, const struct skstat_http_request *request)
{
	unsigned char hash[32];
	const gnutls_datum_t datum = { hash, sizeof(hash) };
	gnutls_datum_t base64 = { NULL, 0 };
	char policy[256];

	if (skstat_web_has_header(request->web, "Content-Security-Policy") ||
	    gnutls_hash_fast(GNUTLS_DIG_SHA256, skstat_page_style, strlen(skstat_page_style), hash) ||
	    gnutls_base64_encode2(&datum, &base64))
		return;
	snprintf(policy, sizeof(policy),
		 "default-src 'none'; style-src 'sha256-%.*s'; base-uri 'none'; form-action 'none'; "
		 "frame-ancestors 'none'", (int)base64.size, (const char *)base64.data);
	gnutls_free(base64.data);
	skstat_reply_header(response, "Content-Security-Policy", policy);
}

static void take_snapshot(struct skstat_page *page, const struct skstat_snapshot *snapshot)
{
	const uint64_t now = skstat_now_ns();

	if (!snapshot)
		return;
	page->set = snapshot->families;
	page->ready = snapshot->ready;
	page->stale = skstat_snapshot_stale(snapshot, now);
	page->age = now > snapshot->taken_ns ? (double)(now - snapshot->taken_ns) / SECOND : 0;
	page->interval = (double)snapshot->interval_ns / SECOND;
}

enum MHD_Result skstat_page_handle(struct skstat_http_request *request)
{
	const struct skstat_http_config *config = &request->http->config;
	struct skstat_snapshot *snapshot = skstat_store_take(request->http->store);
	struct MHD_Response *response = NULL;
	struct skstat_buffer buffer = { 0 };
	struct utsname names = { 0 };
	struct skstat_page page = {
		.version = config->version,
		.telemetry_path = config->telemetry_path,
		.host = names.nodename,
		.kernel = names.release,
		.api = config->open_source && skstat_guard_trusts(request),
		.now = (double)skstat_wall_ns() / SECOND,
	};

	/* Without it they are empty. */
	(void)uname(&names);
	take_snapshot(&page, snapshot);
	skstat_page_render(&buffer, &page);
	skstat_snapshot_put(snapshot);
	if (!buffer.failed)
		response = MHD_create_response_from_buffer(buffer.length, buffer.data, MHD_RESPMEM_MUST_COPY);
	skstat_buffer_free(&buffer);
	if (response)
		put_policy(response, request);
	return skstat_reply(request, MHD_HTTP_OK, SKSTAT_TYPE_HTML, response);
}
