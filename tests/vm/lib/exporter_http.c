// SPDX-License-Identifier: GPL-2.0
#include <netinet/in.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include "exporter_http.h"
#include "must.h"

/* A connected socket or -errno. */
static int dial(const char *where)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_un local = { .sun_family = AF_UNIX };
	const struct timeval patience = { .tv_sec = 60 };
	int fd, err;

	fd = must(socket(*where == '/' ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
	must(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)));
	if (*where == '/') {
		must_be(strlen(where) < sizeof(local.sun_path));
		strcpy(local.sun_path, where);
		err = connect(fd, (struct sockaddr *)&local, sizeof(local));
	} else {
		v4.sin_port = htons(strtoul(where, NULL, 10));
		err = connect(fd, (struct sockaddr *)&v4, sizeof(v4));
	}
	if (!err)
		return fd;
	err = -errno;
	close(fd);
	return err;
}

/* Joins the chunks of the body in place. */
static int chunks_join(struct http_reply *reply)
{
	char *from = reply->body, *end = reply->body + reply->length, *to = reply->body, *digits;

	for (;;) {
		size_t size = strtoul(from, &digits, 16);

		if (digits == from || end - digits < 2 || digits[0] != '\r' || digits[1] != '\n')
			return -EPROTO;
		from = digits + 2;
		if (!size)
			break;
		if (size > (size_t)(end - from) || (size_t)(end - from) - size < 2)
			return -EPROTO;
		if (from[size] != '\r' || from[size + 1] != '\n')
			return -EPROTO;
		memmove(to, from, size);
		to += size;
		from += size + 2;
	}
	if (end - from != 2 || from[0] != '\r' || from[1] != '\n')
		return -EPROTO;
	*to = '\0';
	reply->length = to - reply->body;
	return 0;
}

int http_reply_parse(struct http_reply *reply, char *data, size_t length)
{
	char value[32], *end;

	memset(reply, 0, sizeof(*reply));
	reply->data = reply->head = data;
	data[length] = '\0';
	end = strstr(data, "\r\n\r\n");
	if (!end || sscanf(data, "HTTP/1.1 %3d", &reply->status) != 1 || reply->status < 100)
		return -EPROTO;
	end[2] = '\0';
	reply->body = end + 4;
	reply->length = length - (reply->body - data);
	if (!strcasecmp(http_header(reply, "Transfer-Encoding", value, sizeof(value)), "chunked"))
		return chunks_join(reply);
	http_header(reply, "Content-Length", value, sizeof(value));
	return *value && strtoul(value, NULL, 10) == reply->length ? 0 : -EPROTO;
}

const char *http_header(const struct http_reply *reply, const char *name, char *value, size_t room)
{
	size_t length = strlen(name);

	*value = '\0';
	for (const char *line = strchr(reply->head, '\n'); line && line[1]; line = strchr(line + 1, '\n')) {
		const char *at = line + 1 + length;

		if (strncasecmp(line + 1, name, length) != 0 || *at != ':')
			continue;
		at += 1 + strspn(at + 1, " ");
		snprintf(value, room, "%.*s", (int)strcspn(at, "\r\n"), at);
		break;
	}
	return value;
}

int http_get(struct http_reply *reply, const char *where, const char *path)
{
	size_t length = 0, room = 65536;
	char request[512], *data;
	int fd, said;
	ssize_t got;

	memset(reply, 0, sizeof(*reply));
	fd = dial(where);
	if (fd < 0)
		return fd;
	said = snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
			path);
	must_be(said < (int)sizeof(request));
	if (send(fd, request, said, MSG_NOSIGNAL) != said) {
		close(fd);
		return -EPROTO;
	}
	data = must_have(malloc(room));
	while ((got = recv(fd, data + length, room - length - 1, 0)) > 0) {
		length += got;
		if (room - length < 4096) {
			room *= 2;
			data = must_have(realloc(data, room));
		}
	}
	said = got < 0 ? -errno : 0;
	close(fd);
	if (said) {
		free(data);
		return said;
	}
	return http_reply_parse(reply, data, length);
}

void http_reply_free(struct http_reply *reply)
{
	free(reply->data);
	memset(reply, 0, sizeof(*reply));
}
