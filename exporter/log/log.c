// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "limit.h"
#include "line.h"
#include "log.h"

/* Set before there are threads, and only read from then on. */
static struct {
	enum skstat_log_level level;
	enum skstat_log_format format;
	struct skstat_self *self;
} settings = { .level = SKSTAT_LOG_INFO };

/* Who holds the lock waits for nobody. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct skstat_log_limit limit;
static uint64_t unwritten; /* since the last line that was written */

void skstat_log_init(enum skstat_log_level level, enum skstat_log_format format, struct skstat_self *self)
{
	settings.level = level;
	settings.format = format;
	settings.self = self;
	memset(&limit, 0, sizeof(limit));
	unwritten = 0;
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
	else
		skstat_self_add(settings.self, log_debugs, 1);
}

static uint64_t now_ns(void)
{
	struct timespec now = { 0 };

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/*
 * The descriptor is shared with whoever started us, who would be surprised to find it nonblocking: it is asked first. A
 * pipe that says yes has room for 4 KiB, and a line is shorter. False: it is lost.
 */
static bool out(const char *line, size_t length)
{
	struct pollfd room = { .fd = STDERR_FILENO, .events = POLLOUT };
	ssize_t sent;

	if (poll(&room, 1, 0) != 1 || !(room.revents & POLLOUT))
		return false;
	sent = send(STDERR_FILENO, line, length, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (sent < 0 && errno == ENOTSOCK)
		sent = write(STDERR_FILENO, line, length);
	return sent == (ssize_t)length;
}

/* By who has the lock. */
static void put(enum skstat_log_level level, const char *text, uint64_t left_out)
{
	struct skstat_log_line line = { .level = level, .text = text, .left_out = left_out, .unwritten = unwritten };
	char bytes[SKSTAT_LOG_LINE];

	clock_gettime(CLOCK_REALTIME, &line.time);
	if (out(bytes, skstat_log_line_make(&line, settings.format, bytes))) {
		unwritten = 0;
		count(level);
		return;
	}
	unwritten++;
	if (settings.self)
		skstat_self_add(settings.self, log_unwritten, 1);
}

void skstat_log_kind(const void *kind, enum skstat_log_level level, const char *format, ...)
{
	char text[SKSTAT_LOG_LINE]; /* one that fills its room is cut by the line */
	uint64_t left_out = 0;
	int saved = errno;
	va_list args;

	if (level < settings.level)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	pthread_mutex_lock(&lock);
	if (level == SKSTAT_LOG_DEBUG || skstat_log_limit_take(&limit, kind, now_ns(), level, text, &left_out))
		put(level, text, left_out);
	else if (settings.self)
		skstat_self_add(settings.self, log_left_out, 1);
	pthread_mutex_unlock(&lock);
	errno = saved;
}

void skstat_log_settle(void)
{
	const struct skstat_log_kind *kind;
	uint64_t left_out;
	int saved = errno;

	pthread_mutex_lock(&lock);
	while ((kind = skstat_log_limit_late(&limit, now_ns(), &left_out)))
		put(kind->level, kind->late, left_out);
	pthread_mutex_unlock(&lock);
	errno = saved;
}
