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
static void put_source(struct skstat_buffer *page, const struct skstat_families *set)
{
	const struct skstat_family *source = set ? skstat_family_find(set, "skstat_source_info") : NULL;

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
}

/* The value of a family of one series; false: there is none. */
static bool find_value(const struct skstat_families *set, const char *name, double *value)
{
	const struct skstat_family *family = skstat_family_find(set, name);

	if (!family || !family->count)
		return false;
	*value = family->series->value;
	return true;
}

/* How much of what the kernel counted was found in connections. */
static void put_coverage(struct skstat_buffer *page, const struct skstat_families *set)
{
	const struct skstat_family *coverage = skstat_family_find(set, "skstat_coverage_ratio");

	for (size_t i = 0; coverage && i < coverage->count; i++) {
		const struct skstat_series *series = &coverage->series[i];

		skstat_buffer_text(page, "<dt>coverage");
		for (size_t l = 0; l < series->labels; l++) {
			skstat_buffer_text(page, " ");
			put_escaped(page, series->label[l].value);
		}
		skstat_buffer_printf(page, "</dt><dd>%.2f %%</dd>\n", series->value * 100);
	}
}

/* Whether anything between two polls is seen, and how much of it was missed. */
static void put_journal(struct skstat_buffer *page, const struct skstat_families *set)
{
	double held, events, lost;

	if (!find_value(set, "skstat_journal_held", &held) || !find_value(set, "skstat_journal_events", &events) ||
	    !find_value(set, "skstat_journal_lost_events", &lost))
		return;
	skstat_buffer_printf(page, "<h2>Journal</h2>\n<dl>\n<dt>held</dt><dd>%s</dd>\n",
			     held > 0 ? "yes" : "no: what happens between two polls is not seen");
	skstat_buffer_printf(page, "<dt>events</dt><dd>%.0f</dd>\n<dt>lost</dt><dd>%.0f</dd>\n", events, lost);
	put_coverage(page, set);
	skstat_buffer_text(page, "</dl>\n");
}

enum MHD_Result skstat_page_handle(struct skstat_http_request *request)
{
	const struct skstat_http_config *config = &request->http->config;
	struct skstat_snapshot *snapshot = skstat_store_take(request->http->store);
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
	put_source(&page, snapshot ? snapshot->families : NULL);
	if (snapshot)
		put_journal(&page, snapshot->families);
	skstat_snapshot_put(snapshot);
	skstat_buffer_text(&page, "</body>\n</html>\n");

	if (!page.failed)
		response = MHD_create_response_from_buffer(page.length, page.data, MHD_RESPMEM_MUST_COPY);
	skstat_buffer_free(&page);
	return skstat_reply(request, MHD_HTTP_OK, SKSTAT_TYPE_HTML, response);
}
