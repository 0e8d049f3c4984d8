// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bouncer.h"
#include "lifecycle.h"
#include "log/log.h"
#include "request.h"
#include "stream.h"

#define SECOND UINT64_C(1000000000)
#define TCP_THREADS 2
#define CONNECTIONS 1024u /* of each listener */
#define TIMEOUT_SECONDS 30u /* without a byte in either direction */
#define CONNECTION_BYTES (16 * 1024) /* a request's headers, and a piece of a streamed reply */

/* What the context of a request points to while it has no stream. */
static char no_stream;

/* By --web.max-requests, and by rate_limit of --web.config.file. */
static bool is_one_too_many(struct skstat_http *http)
{
	const uint64_t now = skstat_now_ns();

	return !skstat_rate_take(&http->rate, now) || !skstat_web_admits(http->web, now);
}

/*
 * Called when the headers have come, for each piece of a body, when all has come, and again when a suspended request
 * goes on. Only what has come to its end is answered with the connection left open: libmicrohttpd closes it after an
 * earlier answer, which is what methods get that nothing here is for.
 */
static enum MHD_Result access_handler(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
				      const char *version, const char *upload, size_t *upload_size, void **context)
{
	struct skstat_http_door *door = cls;
	struct skstat_stream *stream = *context == &no_stream ? NULL : *context;
	struct skstat_http_request request = {
		.http = door->http, .connection = connection, .path = url, .version = version, .local = door->local,
		.head = strcmp(method, MHD_HTTP_METHOD_HEAD) == 0,
		.post = strcmp(method, MHD_HTTP_METHOD_POST) == 0, .stream = &stream,
	};
	enum MHD_Result result;

	(void)upload;
	if (!*context)
		skstat_visitor_asks(door, connection);
	if (!*context && !door->local && is_one_too_many(door->http))
		return skstat_route_refuse(&request);
	if (!*context && (request.head || strcmp(method, MHD_HTTP_METHOD_GET) == 0 ||
			  skstat_route_posts(&request))) {
		*context = &no_stream;
		return MHD_YES;
	}
	if (*upload_size) {
		*upload_size = 0;
		return MHD_YES;
	}
	if (door->http->web && !door->local)
		request.web = skstat_web_take(door->http->web);
	result = skstat_route_handle(&request, method);
	skstat_web_put(request.web);
	if (stream)
		*context = stream;
	return result;
}

/* A path that would end in the middle is what it says, and so none that there is. */
static size_t unescape(void *cls, struct MHD_Connection *connection, char *text)
{
	(void)cls;
	(void)connection;
	return *text == '/' && strstr(text, "%00") ? strlen(text) : MHD_http_unescape(text);
}

static void request_completed(void *cls, struct MHD_Connection *connection, void **context,
			      enum MHD_RequestTerminationCode how)
{
	struct skstat_http_door *door = cls;

	(void)how;
	skstat_visitor_answered(door, connection);
	if (door->http->config.lifecycle)
		skstat_lifecycle_abandon(door->http->config.lifecycle, connection);
	if (*context != &no_stream)
		skstat_stream_abandon(*context);
	*context = NULL;
}

static void prepare_door(struct skstat_http *http, struct skstat_http_door *door,
			 const struct skstat_http_listener *listener)
{
	const unsigned int wanted = http->config.connections ? http->config.connections : CONNECTIONS;
	const unsigned int limit = skstat_crowd_room(wanted, http->config.listeners, TCP_THREADS);

	if (limit < wanted)
		skstat_log(SKSTAT_LOG_WARN, "this process may open too few files for %u connections to each listener: "
			   "there may be %u", wanted, limit);
	door->http = http;
	door->local = listener->local;
	door->tls = !listener->local && skstat_session_wanted(http);
	skstat_crowd_init(&door->crowd, limit);
}

/* Which of its failures close the socket libmicrohttpd does not say: it gets a descriptor of its own. */
static int start_door(struct skstat_http_door *door, const struct skstat_http_listener *listener)
{
	/* No streams over TCP, and so only a reload or a password to suspend for; no thread of a pool waits for another. */
	const bool suspends = listener->local || door->http->config.lifecycle || door->http->web;
	const unsigned int flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | (door->tls ? MHD_USE_TLS : 0) |
				   (suspends ? MHD_ALLOW_SUSPEND_RESUME : 0);
	const struct skstat_http_config *config = &door->http->config;
	struct MHD_OptionItem sessions[SKSTAT_SESSION_OPTIONS];
	const struct MHD_OptionItem tcp[] = {
		{ MHD_OPTION_THREAD_POOL_SIZE, TCP_THREADS, NULL },
		{ MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)skstat_visitor_notified, door },
		{ MHD_OPTION_END, 0, NULL },
	};
	const struct MHD_OptionItem none[] = { { MHD_OPTION_END, 0, NULL } };
	int fd = fcntl(listener->fd, F_DUPFD_CLOEXEC, 0);
	int err;

	if (fd < 0)
		return -errno;
	skstat_session_options(sessions);
	errno = 0;
	door->daemon = MHD_start_daemon(flags, 0, NULL, NULL, access_handler, door,
					MHD_OPTION_LISTEN_SOCKET, fd,
					/* Of a pool each thread has its part, and should have room for all. */
					MHD_OPTION_CONNECTION_LIMIT,
					listener->local ? door->crowd.limit : door->crowd.most * TCP_THREADS,
					MHD_OPTION_CONNECTION_TIMEOUT,
					config->timeout_s ? config->timeout_s : TIMEOUT_SECONDS,
					MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
					MHD_OPTION_NOTIFY_COMPLETED, request_completed, door,
					MHD_OPTION_UNESCAPE_CALLBACK, unescape, NULL,
					MHD_OPTION_ARRAY, listener->local ? none : tcp,
					MHD_OPTION_ARRAY, door->tls ? sessions : none,
					MHD_OPTION_END);
	if (door->daemon)
		return 0;
	err = errno ? -errno : -EIO;
	if (fcntl(fd, F_GETFD) >= 0)
		close(fd);
	return err;
}

/* A daemon must not be stopped while it has suspended requests, and a stream may be reading for one until then. */
static void stop_doors(struct skstat_http *http)
{
	skstat_streams_stop(http);
	if (http->config.lifecycle)
		skstat_lifecycle_stop(http->config.lifecycle);
	skstat_bouncer_stop(http->bouncer);
	for (size_t i = 0; i < http->doors; i++)
		MHD_stop_daemon(http->door[i].daemon);
	skstat_streams_wait(http);
}

/* Takes the sockets from the daemons, which would shut them down, and with them the caller's. */
static void leave_listeners(struct skstat_http *http)
{
	for (size_t i = 0; i < http->doors; i++) {
		int fd = MHD_quiesce_daemon(http->door[i].daemon);

		if (fd >= 0)
			close(fd);
	}
}

static void http_free(struct skstat_http *http)
{
	skstat_bouncer_free(http->bouncer);
	skstat_web_free(http->web);
	for (size_t i = 0; i < http->doors; i++)
		skstat_crowd_destroy(&http->door[i].crowd);
	pthread_cond_destroy(&http->idle);
	pthread_mutex_destroy(&http->lock);
	skstat_rate_destroy(&http->rate);
	free(http->door);
	free(http);
}

static int start_doors(struct skstat_http *http)
{
	const struct skstat_http_config *config = &http->config;
	sigset_t all, before;
	int err = 0;

	/* Threads begin with their maker's mask: signals are for the collector, and SIGPIPE for nobody. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	if (http->web && !(http->bouncer = skstat_bouncer_new()))
		err = -EAGAIN;
	while (!err && http->doors < config->listeners) {
		prepare_door(http, &http->door[http->doors], &config->listener[http->doors]);
		err = start_door(&http->door[http->doors], &config->listener[http->doors]);
		if (!err)
			http->doors++;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return err;
}

struct skstat_http *skstat_http_start(const struct skstat_http_config *config, struct skstat_store *store,
				      struct skstat_self *self, struct skstat_error *error)
{
	struct skstat_http *http = calloc(1, sizeof(*http));
	int err;

	if (!http || !(http->door = calloc(config->listeners ? config->listeners : 1, sizeof(*http->door)))) {
		free(http);
		skstat_error_set(error, -ENOMEM, "no memory for the HTTP server");
		return NULL;
	}
	http->config = *config;
	http->store = store;
	http->self = self;
	skstat_rate_init(&http->rate, config->requests ? SECOND / config->requests : 0, config->requests);
	pthread_mutex_init(&http->lock, NULL);
	pthread_cond_init(&http->idle, NULL);

	/* It says itself what is wrong. */
	if (config->web && !(http->web = skstat_web_new(config->web, self, error))) {
		http_free(http);
		return NULL;
	}
	err = start_doors(http);
	if (err) {
		skstat_error_set(error, err, "the HTTP server does not start: %s", strerror(-err));
		leave_listeners(http);
		stop_doors(http);
		http_free(http);
		return NULL;
	}
	for (size_t i = 0; i < config->listeners; i++)
		close(config->listener[i].fd);
	return http;
}

void skstat_http_stop(struct skstat_http *http)
{
	if (!http)
		return;
	stop_doors(http);
	http_free(http);
}
