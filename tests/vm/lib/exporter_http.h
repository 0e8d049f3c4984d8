/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One HTTP request by hand, over TCP or a unix socket: what is tested is not also what tests.
 */
#ifndef SKSTAT_TEST_EXPORTER_HTTP_H
#define SKSTAT_TEST_EXPORTER_HTTP_H

#include <stddef.h>
#include <stdint.h>

struct http_reply {
	int status;
	char *data; /* all of it, as it came; what is below points into it */
	char *head; /* the lines of the header, ended by 0 */
	char *body; /* ended by 0 */
	size_t length; /* of the body */
};

/*
 * GET `path` from `where`: "/run/some.sock", or a port of 127.0.0.1 as "19733". 0 or a negative errno: -ECONNREFUSED or
 * -ENOENT where nobody listens, -EPROTO for what is no whole answer, -EAGAIN for none within a minute.
 */
int http_get(struct http_reply *reply, const char *where, const char *path);

/*
 * Takes apart what came: `data` (from malloc(), with room for one byte more) is the reply's from then on. 0 or -EPROTO.
 */
int http_reply_parse(struct http_reply *reply, char *data, size_t length);

/* Copies the value of a header line; "" if there is none. */
const char *http_header(const struct http_reply *reply, const char *name, char *value, size_t room);

void http_reply_free(struct http_reply *reply);

#endif
