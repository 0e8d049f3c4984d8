// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "notify.h"

#define STATUS_EVERY_NS UINT64_C(10000000000)

void skstat_notify_init(struct skstat_notify *notify)
{
	*notify = (struct skstat_notify){ .fd = -1 };
}

/* A path, or with an "@" a name of the abstract space. What else systemd may write (vsock) is of virtual machines. */
static int address_take(struct skstat_notify *notify, const char *text, struct skstat_error *error)
{
	size_t length = strlen(text);

	if ((*text != '/' && *text != '@') || length < 2 || length >= sizeof(notify->address.sun_path))
		return skstat_error_set(error, -EINVAL,
					"NOTIFY_SOCKET is \"%.100s\", which is no unix socket: the service manager "
					"will not hear from the exporter", text);
	notify->address.sun_family = AF_UNIX;
	memcpy(notify->address.sun_path, text, length);
	if (*text == '@')
		notify->address.sun_path[0] = '\0';
	notify->length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + (*text == '/'));
	return 0;
}

static bool number_parse(const char *text, uint64_t *number)
{
	char *end;

	errno = 0;
	*number = text && isdigit((unsigned char)*text) ? strtoull(text, &end, 10) : 0;
	return *number && !errno && !*end;
}

/* The watchdog of another process, which started this one, is not ours. */
static uint64_t watchdog_read(void)
{
	const char *pid = getenv("WATCHDOG_PID");
	uint64_t usec, of;

	if (pid && (!number_parse(pid, &of) || of != (uint64_t)getpid()))
		return 0;
	return number_parse(getenv("WATCHDOG_USEC"), &usec) && usec <= UINT64_MAX / 1000 ? usec * 1000 : 0;
}

static int socket_open(struct skstat_notify *notify, struct skstat_error *error)
{
	const struct timeval patience = { .tv_sec = 1 };

	notify->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (notify->fd < 0)
		return skstat_error_set(error, -errno, "no socket for the service manager: %s", strerror(errno));
	(void)setsockopt(notify->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	return 0;
}

int skstat_notify_open(struct skstat_notify *notify, struct skstat_error *error)
{
	const char *text = getenv("NOTIFY_SOCKET");
	int err = 0;

	skstat_notify_init(notify);
	if (text && *text) {
		err = address_take(notify, text, error);
		if (!err)
			err = socket_open(notify, error);
		if (!err)
			notify->watchdog_ns = watchdog_read();
	}
	/* They are this process', and not of those that it starts (modprobe). */
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	return err;
}

void skstat_notify_close(struct skstat_notify *notify)
{
	if (notify->fd >= 0)
		close(notify->fd);
	skstat_notify_init(notify);
}

/* A manager that does not listen is no trouble of the collector's. */
static void send_text(const struct skstat_notify *notify, const char *text, int flags)
{
	if (notify->fd >= 0)
		(void)sendto(notify->fd, text, strlen(text), flags | MSG_NOSIGNAL,
			     (const struct sockaddr *)&notify->address, notify->length);
}

void skstat_notify_ready(struct skstat_notify *notify)
{
	send_text(notify, "READY=1\n", 0);
}

void skstat_notify_reloading(struct skstat_notify *notify, uint64_t now_ns)
{
	char text[80];

	snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%" PRIu64 "\n", now_ns / 1000);
	send_text(notify, text, 0);
}

void skstat_notify_stopping(struct skstat_notify *notify)
{
	send_text(notify, "STOPPING=1\n", 0);
}

/* A line must stay one. */
static void flatten(char *text)
{
	for (; *text; text++)
		if (iscntrl((unsigned char)*text))
			*text = ' ';
}

void skstat_notify_status(struct skstat_notify *notify, uint64_t now_ns, bool urgent, const char *format, ...)
{
	char status[sizeof(notify->status)], text[sizeof(status) + sizeof("STATUS=\n")];
	va_list args;

	if (notify->fd < 0 || (!urgent && notify->said_ns && now_ns - notify->said_ns < STATUS_EVERY_NS))
		return;
	va_start(args, format);
	vsnprintf(status, sizeof(status), format, args);
	va_end(args);
	flatten(status);
	if (strcmp(status, notify->status) == 0)
		return;
	memcpy(notify->status, status, sizeof(status));
	notify->said_ns = now_ns;
	snprintf(text, sizeof(text), "STATUS=%s\n", status);
	send_text(notify, text, MSG_DONTWAIT);
}

void skstat_notify_alive(struct skstat_notify *notify, uint64_t now_ns)
{
	if (!notify->watchdog_ns || (notify->fed_ns && now_ns - notify->fed_ns < notify->watchdog_ns / 4))
		return;
	notify->fed_ns = now_ns;
	send_text(notify, "WATCHDOG=1\n", MSG_DONTWAIT);
}

int skstat_notify_timeout_ms(const struct skstat_notify *notify)
{
	const uint64_t ms = notify->watchdog_ns / 2 / 1000000;

	if (!notify->watchdog_ns)
		return -1;
	return ms > 60000 ? 60000 : ms ? (int)ms : 1;
}
