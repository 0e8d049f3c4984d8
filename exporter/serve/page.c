// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "model/family.h"
#include "render/buffer.h"
#include "request.h"

/* Appends text of any origin, as HTML or as an attribute's value. */
static void put_escaped(struct skstat_buffer *page, const char *text)
{
	static const char *const entity[] = { ['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;" };

	while (*text) {
		size_t plain = strcspn(text, "&<>\"");

		skstat_buffer_put(page, text, plain);
		text += plain;
		if (*text)
			skstat_buffer_text(page, entity[(unsigned char)*text++]);
	}
}

static void put_link(struct skstat_buffer *page, const char *path, const char *what)
{
	skstat_buffer_text(page, "<li><a href=\"");
	put_escaped(page, path);
	skstat_buffer_text(page, "\">");
	put_escaped(page, path);
	skstat_buffer_printf(page, "</a>: %s</li>\n", what);
}

/* Where the sockets come from, as the labels of its metric have it. */
static void put_source(struct skstat_buffer *page, struct skstat_store *store)
{
	struct skstat_snapshot *snapshot = skstat_store_take(store);
	const struct skstat_family *source =
		snapshot ? skstat_family_find(snapshot->families, "skstat_source_info") : NULL;

	skstat_buffer_text(page, "<h2>Source</h2>\n");
	if (source && source->count) {
		skstat_buffer_text(page, "<dl>\n");
		for (size_t i = 0; i < source->series->labels; i++) {
			const struct skstat_label *label = &source->series->label[i];

			if (!*label->value)
				continue;
			skstat_buffer_text(page, "<dt>");
			put_escaped(page, label->name);
			skstat_buffer_text(page, "</dt><dd>");
			put_escaped(page, label->value);
			skstat_buffer_text(page, "</dd>\n");
		}
		skstat_buffer_text(page, "</dl>\n");
	} else {
		skstat_buffer_text(page, "<p>The sockets have not been read yet.</p>\n");
	}
	skstat_snapshot_put(snapshot);
}

enum MHD_Result skstat_page_handle(struct skstat_http_request *request)
{
	const struct skstat_http_config *config = &request->http->config;
	struct skstat_buffer page = { 0 };
	struct MHD_Response *response = NULL;

	skstat_buffer_text(&page, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
				  "<meta name=\"color-scheme\" content=\"light dark\">\n<title>skstat</title>\n"
				  "</head>\n<body>\n<h1>skstat ");
	put_escaped(&page, config->version);
	skstat_buffer_text(&page, "</h1>\n<p>TCP statistics of this machine, counted socket by socket.</p>\n<ul>\n");
	put_link(&page, config->telemetry_path, "the metrics, for Prometheus");
	put_link(&page, "/-/healthy", "whether this process serves");
	put_link(&page, "/-/ready", "whether its figures are whole and fresh");
	if (request->local && config->open_source)
		put_link(&page, "/api/v1/sockets", "every socket, as JSON");
	skstat_buffer_text(&page, "</ul>\n");
	put_source(&page, request->http->store);
	skstat_buffer_text(&page, "</body>\n</html>\n");

	if (!page.failed)
		response = MHD_create_response_from_buffer(page.length, page.data, MHD_RESPMEM_MUST_COPY);
	skstat_buffer_free(&page);
	return skstat_reply(request, MHD_HTTP_OK, SKSTAT_TYPE_HTML, response);
}
