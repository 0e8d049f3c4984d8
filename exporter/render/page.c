// SPDX-License-Identifier: GPL-2.0
#include "html.h"
#include "page.h"

const char skstat_page_style[] =
	":root{color-scheme:light dark;--good:#0a5d2c;--bad:#a3001b;--line:#767676}\n"
	"@media(prefers-color-scheme:dark){:root{--good:#7ee2a0;--bad:#ff9aa2;--line:#9a9a9a}}\n"
	"body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:1rem auto;padding:0 1rem}\n"
	"table{border-collapse:collapse;margin:1rem 0;width:100%}\n"
	"caption{text-align:left;font-weight:bold;font-size:1.2rem}\n"
	"th,td{text-align:left;vertical-align:top;padding:.2rem .5rem;border-bottom:1px solid var(--line)}\n"
	"th{font-weight:normal;width:16rem}thead th{font-weight:bold}\n"
	".good,.bad{font-weight:bold}.good{color:var(--good)}.bad{color:var(--bad)}\n";

/* What there is in words is not in colour alone. */
static void put_state(struct skstat_buffer *buffer, const struct skstat_page *page)
{
	if (!page->set)
		skstat_buffer_text(buffer, "<p class=\"bad\">The sockets have not been read yet.</p>\n");
	else if (page->stale)
		skstat_buffer_printf(buffer, "<p class=\"bad\">Stale: the sockets were last read %.1f s ago, and every "
					     "%.3g s is due. The log says why.</p>\n", page->age, page->interval);
	else if (!page->ready)
		skstat_buffer_text(buffer, "<p class=\"bad\">Not ready: not all sockets have been read yet.</p>\n");
	else
		skstat_buffer_printf(buffer, "<p class=\"good\">Fresh: the sockets were read %.1f s ago, and are every "
					     "%.3g s.</p>\n", page->age, page->interval);
}

static void put_link(struct skstat_buffer *buffer, const char *path, const char *what)
{
	skstat_buffer_text(buffer, "<li><a href=\"");
	skstat_html_text(buffer, path);
	skstat_buffer_text(buffer, "\">");
	skstat_html_text(buffer, path);
	skstat_buffer_printf(buffer, "</a>: %s</li>\n", what);
}

static void put_links(struct skstat_buffer *buffer, const struct skstat_page *page)
{
	skstat_buffer_text(buffer, "<nav aria-label=\"Pages\">\n<ul>\n");
	put_link(buffer, page->telemetry_path, "the metrics, for Prometheus: text, OpenMetrics or protobuf, as Accept "
					       "wants them; a part of them by ?collect[]= and ?view=");
	put_link(buffer, "/-/healthy", "whether this process serves");
	put_link(buffer, "/-/ready", "whether its figures are whole and fresh");
	if (page->api) {
		put_link(buffer, "/api/v1/sockets", "every socket, as JSON");
		put_link(buffer, "/api/v1/listeners", "those that listen");
		put_link(buffer, "/api/v1/events", "what happens to connections, as it does");
		put_link(buffer, "/api/v1/ledger", "the kernel's counters against what connections account for");
		put_link(buffer, "/api/v1/status", "this page, as JSON");
	}
	skstat_buffer_text(buffer, "</ul>\n</nav>\n");
}

void skstat_page_render(struct skstat_buffer *buffer, const struct skstat_page *page)
{
	skstat_buffer_text(buffer, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
				   "<meta name=\"viewport\" content=\"width=device-width\">\n<title>skstat on ");
	skstat_html_text(buffer, page->host);
	skstat_buffer_text(buffer, "</title>\n<style>");
	skstat_buffer_text(buffer, skstat_page_style);
	skstat_buffer_text(buffer, "</style>\n</head>\n<body>\n<main>\n<h1>skstat ");
	skstat_html_text(buffer, page->version);
	skstat_buffer_text(buffer, "</h1>\n<p>TCP statistics of ");
	skstat_html_text(buffer, page->host);
	skstat_buffer_text(buffer, ", counted socket by socket.</p>\n");
	put_state(buffer, page);
	put_links(buffer, page);
	if (page->set) {
		skstat_page_source(buffer, page);
		skstat_page_seen(buffer, page->set);
		skstat_page_cost(buffer, page);
		skstat_page_config(buffer, page);
		skstat_page_views(buffer, page->set);
	}
	skstat_buffer_text(buffer, "<p>What the figures mean is in docs/METRICS.md, what can be asked for in docs/OPTIONS.md "
				   "and skstat_exporter(8), this page in docs/OPERATIONS.md.</p>\n"
				   "</main>\n</body>\n</html>\n");
}
