/* SPDX-License-Identifier: GPL-2.0 */
/* Pieces of a page in HTML. Text of any origin is escaped. Pure. */
#ifndef SKSTAT_RENDER_HTML_H
#define SKSTAT_RENDER_HTML_H

#include "buffer.h"

/* Text, or the value of an attribute in double quotes; cut behind so many bytes. */
#define SKSTAT_HTML_TEXT 200
void skstat_html_text(struct skstat_buffer *page, const char *text);

/* A table of two columns, whose rows have their names in front. */
void skstat_html_table(struct skstat_buffer *page, const char *caption);
void skstat_html_table_end(struct skstat_buffer *page);

/* A row: the name is ours, the value of any origin; or what printf() makes of it. */
void skstat_html_row(struct skstat_buffer *page, const char *name, const char *value);
void __attribute__((format(printf, 3, 4)))
skstat_html_row_of(struct skstat_buffer *page, const char *name, const char *format, ...);

#endif
