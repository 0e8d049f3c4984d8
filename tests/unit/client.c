// SPDX-License-Identifier: GPL-2.0
#include <err.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "client.h"

static void client_connect(struct client *client, int family, const void *address, socklen_t length)
{
	const struct timeval patience = { .tv_sec = 20 };

	client->fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (client->fd < 0 || setsockopt(client->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) ||
	    connect(client->fd, address, length))
		err(1, "a client's socket");
	client->in = fdopen(client->fd, "r");
	if (!client->in)
		err(1, "a client's stream");
}

void client_tcp(struct client *client, uint16_t port)
{
	const struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port),
					     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	client_connect(client, AF_INET, &address, sizeof(address));
}

void client_unix(struct client *client, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
	client_connect(client, AF_UNIX, &address, sizeof(address));
}

void client_close(struct client *client)
{
	fclose(client->in);
}

void client_send(struct client *client, const char *text)
{
	size_t length = strlen(text);

	if (send(client->fd, text, length, MSG_NOSIGNAL) != (ssize_t)length)
		err(1, "a client's request");
}

static bool read_head(struct client *client, struct client_reply *reply)
{
	char line[1024];
	size_t length = 0;

	while (fgets(line, sizeof(line), client->in)) {
		line[strcspn(line, "\r\n")] = '\0';
		if (!line[0])
			return reply->status;
		if (!reply->status)
			reply->status = strncmp(line, "HTTP/1.1 ", 9) == 0 ? atoi(line + 9) : 0;
		length += (size_t)snprintf(reply->head + length, sizeof(reply->head) - length, "%s\n", line);
		if (length >= sizeof(reply->head))
			errx(1, "a header of more than %zu bytes", sizeof(reply->head));
	}
	return false;
}

/* Adds `length` bytes to the body, or as many as come until the end. False: the end came before. */
static bool read_body(struct client *client, struct client_reply *reply, size_t length)
{
	size_t got;

	if (reply->length + length >= reply->room) {
		reply->room = 2 * (reply->length + length + 1);
		reply->body = realloc(reply->body, reply->room);
		if (!reply->body)
			err(1, "a reply");
	}
	got = fread(reply->body + reply->length, 1, length, client->in);
	reply->length += got;
	reply->body[reply->length] = '\0';
	return got == length;
}

static bool read_chunks(struct client *client, struct client_reply *reply)
{
	char line[64];

	while (fgets(line, sizeof(line), client->in)) {
		size_t length = strtoul(line, NULL, 16);

		if (!read_body(client, reply, length) || !fgets(line, sizeof(line), client->in))
			return false;
		if (!length)
			return true;
	}
	return false;
}

bool client_read(struct client *client, struct client_reply *reply, bool head)
{
	const char *length, *coding;

	memset(reply, 0, sizeof(*reply));
	if (!read_body(client, reply, 0) || !read_head(client, reply))
		return false;
	coding = client_header(reply, "Transfer-Encoding");
	if (head) {
		reply->whole = true;
	} else if (coding && strcmp(coding, "chunked") == 0) {
		reply->whole = read_chunks(client, reply);
	} else {
		length = client_header(reply, "Content-Length");
		reply->whole = length && read_body(client, reply, strtoul(length, NULL, 10));
	}
	return true;
}

void client_free(struct client_reply *reply)
{
	free(reply->body);
	reply->body = NULL;
}

const char *client_header(const struct client_reply *reply, const char *name)
{
	static char value[1024];
	const size_t length = strlen(name);

	for (const char *line = reply->head; *line; line = strchr(line, '\n') + 1) {
		if (strncasecmp(line, name, length) != 0 || line[length] != ':')
			continue;
		line += length + 1 + strspn(line + length + 1, " ");
		snprintf(value, sizeof(value), "%.*s", (int)strcspn(line, "\n"), line);
		return value;
	}
	return NULL;
}

uint16_t client_port(int listener)
{
	struct sockaddr_in address;
	socklen_t length = sizeof(address);

	if (getsockname(listener, (struct sockaddr *)&address, &length))
		err(1, "a listener");
	return ntohs(address.sin_port);
}
