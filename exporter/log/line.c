// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "line.h"

#define COUNTS 80 /* bytes for them at the end */

/* What ends a message that did not fit. */
#define CUT "..."

static const char *const levels[] = {
	[SKSTAT_LOG_DEBUG] = "debug",
	[SKSTAT_LOG_INFO] = "info",
	[SKSTAT_LOG_WARN] = "warn",
	[SKSTAT_LOG_ERROR] = "error",
};

/* How many bytes the UTF-8 character at `text` has; 0 of what is none (a stray byte, an overlong form, a surrogate). */
static size_t character(const unsigned char *text)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t code;
	size_t length;

	if (text[0] < 0x80)
		return 1;
	length = text[0] >= 0xf0 && text[0] < 0xf8 ? 4 : text[0] >= 0xe0 ? 3 : text[0] >= 0xc0 ? 2 : 0;
	if (!length || text[0] >= 0xf8)
		return 0;
	code = text[0] & (0xffu >> (length + 1));
	/* The 0 at the string's end is no continuation either. */
	for (size_t i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (text[i] & 0x3f);
	}
	return code < least[length] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? 0 : length;
}

/*
 * `text` as a quoted string that both logfmt and JSON read: what is not UTF-8 becomes U+FFFD. Returns the bytes
 * written, at most `room`; what does not fit is cut between characters.
 */
static size_t quote(const char *text, char *out, size_t room)
{
	const unsigned char *next = (const unsigned char *)text;
	size_t used = 0;
	char piece[8];

	out[used++] = '"';
	while (*next) {
		size_t length = character(next), size;

		if (*next == '"' || *next == '\\')
			size = (size_t)snprintf(piece, sizeof(piece), "\\%c", *next);
		else if (*next == '\n')
			size = (size_t)snprintf(piece, sizeof(piece), "\\n");
		else if (*next < 0x20 || *next == 0x7f)
			size = (size_t)snprintf(piece, sizeof(piece), "\\u%04x", *next);
		else if (length == 0)
			size = (size_t)snprintf(piece, sizeof(piece), "\xef\xbf\xbd");
		else
			size = (size_t)snprintf(piece, sizeof(piece), "%.*s", (int)length, (const char *)next);
		if (used + size + sizeof(CUT) > room) {
			memcpy(out + used, CUT, sizeof(CUT) - 1);
			used += sizeof(CUT) - 1;
			break;
		}
		memcpy(out + used, piece, size);
		used += size;
		next += length ? length : 1;
	}
	out[used++] = '"';
	return used;
}

/* What is 0 is not said. */
static size_t put_count(const char *name, uint64_t count, bool json, char *out, size_t room)
{
	if (!count)
		return 0;
	return (size_t)snprintf(out, room, json ? ",\"%s\":%" PRIu64 : " %s=%" PRIu64, name, count);
}

size_t skstat_log_line_make(const struct skstat_log_line *line, enum skstat_log_format format,
			    char out[SKSTAT_LOG_LINE])
{
	const bool json = format == SKSTAT_LOG_JSON;
	struct tm utc = { 0 };
	size_t length;
	char day[32];

	gmtime_r(&line->time.tv_sec, &utc);
	strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &utc);
	length = (size_t)snprintf(out, SKSTAT_LOG_LINE,
				  json ? "{\"ts\":\"%s.%03ldZ\",\"level\":\"%s\",\"msg\":" :
					 "ts=%s.%03ldZ level=%s msg=",
				  day, line->time.tv_nsec / 1000000, levels[line->level]);
	length += quote(line->text, out + length, SKSTAT_LOG_LINE - length - COUNTS);
	length += put_count("left_out", line->left_out, json, out + length, SKSTAT_LOG_LINE - length);
	length += put_count("unwritten", line->unwritten, json, out + length, SKSTAT_LOG_LINE - length);
	if (json)
		out[length++] = '}';
	out[length++] = '\n';
	return length;
}
