/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the exporter tells the service manager that started it: sd_notify(3), whose protocol is one datagram of lines
 * to the socket in NOTIFY_SOCKET. It is spoken here and not by libsystemd, for that is all there is to it, and an
 * exporter in a container or on another init need not bring the library along.
 *
 * The watchdog is the collector's: it is fed when the loop comes round, and not while a poll is stuck. One thread.
 */
#ifndef SKSTAT_COLLECT_NOTIFY_H
#define SKSTAT_COLLECT_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "source/error.h"

struct skstat_notify {
	int fd; /* -1: nobody wants to know */
	struct sockaddr_un address;
	socklen_t length;
	uint64_t watchdog_ns; /* WATCHDOG_USEC; 0: there is none */
	uint64_t fed_ns;      /* the watchdog, the last time */
	uint64_t said_ns;     /* the status, the last time */
	char status[200];
};

/* Not open yet; may be closed, and whatever is told it is heard by nobody. */
void skstat_notify_init(struct skstat_notify *notify);

/*
 * Takes NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID out of the environment: before there are threads. 0, also where
 * they are not set; or a negative errno and a sentence: then nothing is told.
 */
int skstat_notify_open(struct skstat_notify *notify, struct skstat_error *error);
void skstat_notify_close(struct skstat_notify *notify);

/* These have to arrive, and wait for it: a second at most. */
void skstat_notify_ready(struct skstat_notify *notify);
void skstat_notify_reloading(struct skstat_notify *notify, uint64_t now_ns); /* CLOCK_MONOTONIC */
void skstat_notify_stopping(struct skstat_notify *notify);

/* These do not wait. The status goes out when it is another one, but every 10 s at most, unless it is `urgent`. */
void skstat_notify_status(struct skstat_notify *notify, uint64_t now_ns, bool urgent, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* The collector is well. Four times a period at most. */
void skstat_notify_alive(struct skstat_notify *notify, uint64_t now_ns);

/* How long the collector may sleep until it has to say so: milliseconds, -1 without an end. */
int skstat_notify_timeout_ms(const struct skstat_notify *notify);

#endif
