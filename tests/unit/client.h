/* SPDX-License-Identifier: GPL-2.0 */
/* An HTTP client that does nothing by itself, for the tests of the server. */
#ifndef SKSTAT_TESTS_CLIENT_H
#define SKSTAT_TESTS_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct client {
	int fd;
	FILE *in;
};

struct client_reply {
	int status;
	char head[4096]; /* the lines of the header, each ended by \n */
	char *body;	 /* ended by 0, which does not count; chunks put together */
	size_t length, room;
	bool whole; /* all came that the header or the last chunk promised */
};

/* Each ends the program where the machine, not the server, is at fault. A read that brings nothing for 20 s fails. */
void client_tcp(struct client *client, uint16_t port);
void client_unix(struct client *client, const char *path);
void client_close(struct client *client);

/* Sends it as it is. */
void client_send(struct client *client, const char *text);

/* Reads one reply, freed with client_free(). False: the server closed the connection before its header's end. */
bool client_read(struct client *client, struct client_reply *reply, bool head);
void client_free(struct client_reply *reply);

/* A header's value, or NULL. Valid until the next call. */
const char *client_header(const struct client_reply *reply, const char *name);

/* The port that a listening socket was given. */
uint16_t client_port(int listener);

#endif
