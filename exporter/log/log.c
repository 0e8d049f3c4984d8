// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "log.h"

/* A line is written by one write(), which pipes keep whole up to 4 KiB. */
#define LINE_BYTES 2048

/* What ends a message that did not fit. */
#define CUT "..."

static const char *const levels[] = {
	[SKSTAT_LOG_DEBUG] = "debug",
	[SKSTAT_LOG_INFO] = "info",
	[SKSTAT_LOG_WARN] = "warn",
	[SKSTAT_LOG_ERROR] = "error",
};

/* Set before there are threads, and only read from then on. */
static struct {
	enum skstat_log_level level;
	enum skstat_log_format format;
	struct skstat_self *self;
} settings = { .level = SKSTAT_LOG_INFO };

void skstat_log_init(enum skstat_log_level level, enum skstat_log_format format, struct skstat_self *self)
{
	settings.level = level;
	settings.format = format;
	settings.self = self;
}

static void count(enum skstat_log_level level)
{
	if (!settings.self)
		return;
	if (level == SKSTAT_LOG_ERROR)
		skstat_self_add(settings.self, log_errors, 1);
	else if (level == SKSTAT_LOG_WARN)
		skstat_self_add(settings.self, log_warnings, 1);
	else if (level == SKSTAT_LOG_INFO)
		skstat_self_add(settings.self, log_infos, 1);
}

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

void skstat_log(enum skstat_log_level level, const char *format, ...)
{
	bool json = settings.format == SKSTAT_LOG_JSON;
	char message[LINE_BYTES], line[LINE_BYTES]; /* a message that fills its room is cut by quote() */
	struct timespec now = { 0 };
	struct tm utc = { 0 };
	int saved = errno;
	size_t length;
	va_list args;
	char day[32];

	if (level < settings.level)
		return;
	count(level);

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &utc);
	length = (size_t)snprintf(line, sizeof(line), json ? "{\"ts\":\"%s.%03ldZ\",\"level\":\"%s\",\"msg\":" :
							      "ts=%s.%03ldZ level=%s msg=",
				  day, now.tv_nsec / 1000000, levels[level]);
	length += quote(message, line + length, sizeof(line) - length - 2);
	if (json)
		line[length++] = '}';
	line[length++] = '\n';
	/* Who cannot write a log line has nobody to tell. */
	if (write(STDERR_FILENO, line, length) < 0)
		errno = saved;
	errno = saved;
}
