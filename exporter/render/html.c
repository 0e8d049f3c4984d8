// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "html.h"

/* Not in the middle of a character. */
static size_t cut(const char *text)
{
	size_t length = strnlen(text, SKSTAT_HTML_TEXT + 1);

	if (length <= SKSTAT_HTML_TEXT)
		return length;
	for (length = SKSTAT_HTML_TEXT; length && ((unsigned char)text[length] & 0xc0) == 0x80;)
		length--;
	return length;
}

void skstat_html_text(struct skstat_buffer *page, const char *text)
{
	static const char *const entity[] = {
		['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&#39;",
	};
	const char *end = text + cut(text);

	while (text < end) {
		size_t plain = strcspn(text, "&<>\"'");

		if (plain > (size_t)(end - text))
			plain = (size_t)(end - text);
		skstat_buffer_put(page, text, plain);
		text += plain;
		if (text < end)
			skstat_buffer_text(page, entity[(unsigned char)*text++]);
	}
	if (*end)
		skstat_buffer_text(page, "...");
}

void skstat_html_table(struct skstat_buffer *page, const char *caption)
{
	skstat_buffer_printf(page, "<table>\n<caption>%s</caption>\n", caption);
}

void skstat_html_table_end(struct skstat_buffer *page)
{
	skstat_buffer_text(page, "</table>\n");
}

void skstat_html_row(struct skstat_buffer *page, const char *name, const char *value)
{
	skstat_buffer_printf(page, "<tr><th scope=\"row\">%s</th><td>", name);
	skstat_html_text(page, value);
	skstat_buffer_text(page, "</td></tr>\n");
}

void skstat_html_row_of(struct skstat_buffer *page, const char *name, const char *format, ...)
{
	char text[SKSTAT_HTML_TEXT + 1];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	skstat_html_row(page, name, text);
}
