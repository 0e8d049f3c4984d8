/* SPDX-License-Identifier: GPL-2.0 */
/* What the parts of the HTTP server share; nobody else includes this. */
#ifndef SKSTAT_SERVE_REQUEST_H
#define SKSTAT_SERVE_REQUEST_H

#include <jansson.h>
#include <microhttpd.h>

#include "crowd.h"
#include "http.h"
#include "rate.h"
#include "render/format.h"
#include "snapshot/feed.h"
#include "web.h"

#define SKSTAT_STREAMS 4 /* dumps for the API at once */
#define SKSTAT_ENDLESS SKSTAT_FEED_LISTENERS
#define SKSTAT_PLACES (SKSTAT_STREAMS + SKSTAT_ENDLESS)

#define SKSTAT_TYPE_TEXT "text/plain; charset=utf-8"
#define SKSTAT_TYPE_HTML "text/html; charset=utf-8"
#define SKSTAT_TYPE_JSON "application/json"
#define SKSTAT_TYPE_EVENTS "text/event-stream"

struct skstat_bouncer;
struct skstat_stream;

/* One listening socket and the daemon that serves it. */
struct skstat_http_door {
	struct skstat_http *http;
	struct MHD_Daemon *daemon;
	bool local, tls;
	struct skstat_crowd crowd; /* of TCP */
};

struct skstat_http {
	struct skstat_http_config config; /* its listeners are not to be looked at after the start */
	struct skstat_store *store;
	struct skstat_self *self;
	struct skstat_http_door *door;
	size_t doors;
	struct skstat_rate rate;	/* of requests over TCP */
	struct skstat_web *web;		/* NULL: there is no --web.config.file; with the bouncer, or neither */
	struct skstat_bouncer *bouncer; /* who looks at passwords */

	pthread_mutex_t lock; /* of all below; taken before a stream's own */
	pthread_cond_t idle;  /* a stream has gone */
	struct skstat_stream *stream[SKSTAT_PLACES]; /* the dumps first */
	unsigned int leaving; /* threads that have no place any more, and are not gone yet */
	bool stopping;
};

/* A request, for as long as its handler runs. */
struct skstat_http_request {
	struct skstat_http *http;
	struct MHD_Connection *connection;
	const char *path;
	const char *version; /* "HTTP/1.1" */
	bool local;
	bool head;
	bool post;
	struct skstat_web_state *web;  /* what holds for it; NULL: nothing, or it came over a unix socket */
	struct skstat_stream **stream; /* the handler's, kept from one call to the next for the same request */
};

typedef enum MHD_Result (*skstat_http_handler)(struct skstat_http_request *request);

enum MHD_Result skstat_page_handle(struct skstat_http_request *request);
enum MHD_Result skstat_metrics_handle(struct skstat_http_request *request);
enum MHD_Result skstat_healthy_handle(struct skstat_http_request *request);
enum MHD_Result skstat_ready_handle(struct skstat_http_request *request);
enum MHD_Result skstat_reload_handle(struct skstat_http_request *request);
enum MHD_Result skstat_api_sockets_handle(struct skstat_http_request *request);
enum MHD_Result skstat_api_listeners_handle(struct skstat_http_request *request);
enum MHD_Result skstat_api_events_handle(struct skstat_http_request *request);
enum MHD_Result skstat_api_ledger_handle(struct skstat_http_request *request);
enum MHD_Result skstat_api_status_handle(struct skstat_http_request *request);

/* --- paths (route.c) */

/* Answers it as its path wants, or as the guard does. */
enum MHD_Result skstat_route_handle(struct skstat_http_request *request, const char *method);

/* Whether it is a POST to where there may be one. */
bool skstat_route_posts(const struct skstat_http_request *request);

/* 429. libmicrohttpd closes the connection behind it, if it comes before the request's end. */
enum MHD_Result skstat_route_refuse(struct skstat_http_request *request);

/* --- replies (reply.c): each counts itself in http_2xx, ...; MHD_NO, which closes the connection, without memory */

/* Sends `response` with the headers that all replies have, and drops the caller's reference. NULL is no memory. */
enum MHD_Result skstat_reply(struct skstat_http_request *request, unsigned int status, const char *type,
			     struct MHD_Response *response);

/* A header with a value that is not the client's. NULL `response` is passed over. */
void skstat_reply_header(struct MHD_Response *response, const char *name, const char *value);

/* A sentence as a line of text, or as {"error": "..."}. */
enum MHD_Result skstat_reply_text(struct skstat_http_request *request, unsigned int status, const char *sentence);
enum MHD_Result skstat_reply_error(struct skstat_http_request *request, unsigned int status, const char *sentence);

/* An error's sentence as JSON, also when what it quotes is no UTF-8 or was cut in the middle of a character. */
json_t *skstat_reply_sentence(const char *sentence);

/* --- the guard (guard.c) */

/* 0, or the status with which the request is refused and why. */
unsigned int skstat_guard_check(const struct skstat_http_request *request, const char **why);

/*
 * Whether who asks may have what is about single sockets, or other people's: all of /api/. So far, whoever may open the
 * unix socket; a request that proved who it is would be another.
 */
bool skstat_guard_trusts(const struct skstat_http_request *request);

/* Whether an Origin header's value is a page of this server's. Pure. */
bool skstat_guard_origin(const char *value, const char *const *host, size_t hosts);

/* Whether a Host header's value names this server: an address or localhost or one of `host`, any port. Pure. */
bool skstat_guard_host(const char *value, const char *const *host, size_t hosts);

/* --- TLS sessions (session.c) */

/* Whether TCP listeners speak TLS: for good, a file that says otherwise later is refused. */
bool skstat_session_wanted(const struct skstat_http *http);

/* What a daemon of a door that does is to be started with. */
#define SKSTAT_SESSION_OPTIONS 2
void skstat_session_options(struct MHD_OptionItem options[SKSTAT_SESSION_OPTIONS]);

/*
 * Sets up a connection's session, before its handshake, with what holds now: `state`, to be put when it is over, well or
 * not. 0, or a negative errno: it is to be closed.
 */
int skstat_session_begin(struct skstat_http *http, struct MHD_Connection *connection, struct skstat_web_state **state);

/* --- who comes over TCP (visitor.c) */

/* For MHD_OPTION_NOTIFY_CONNECTION, with the door. */
void skstat_visitor_notified(void *cls, struct MHD_Connection *connection, void **context,
			     enum MHD_ConnectionNotificationCode what);

/* A request of the connection's has come, and is over. */
void skstat_visitor_asks(struct skstat_http_door *door, struct MHD_Connection *connection);
void skstat_visitor_answered(struct skstat_http_door *door, struct MHD_Connection *connection);

/* --- names and passwords (auth.c) */

enum skstat_entry {
	SKSTAT_ENTRY_FREE,  /* the request may be answered */
	SKSTAT_ENTRY_DEALT, /* it has its answer, or is suspended until its password is looked at */
};

/* For the handler to return if the request was dealt with. */
enum MHD_Result skstat_auth_check(struct skstat_http_request *request, enum skstat_entry *entry);

/* --- what the client takes (accept.c) */

/*
 * The format that the values of Accept, joined by commas, take most gladly; of several the one that is named first. Text
 * where they take none: who wants nothing that there is gets what everybody can read. Pure.
 */
enum skstat_format skstat_accept_format(const char *value);

/* Whether the values of Accept-Encoding, joined by commas, take gzip, and not less gladly than no coding. Pure. */
bool skstat_accept_gzip(const char *value);

/* --- headers (header.c) */

/* The values of a header that may come more than once, joined by commas; "" of none. To be freed. NULL: no memory. */
char *skstat_header_join(struct MHD_Connection *connection, const char *name);

#endif
