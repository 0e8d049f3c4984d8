/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TCP sockets over loopback, and connected pairs of them.
 */
#ifndef SKSTAT_TEST_PAIR_H
#define SKSTAT_TEST_PAIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "tcpinfo.h"

enum pair_family {
	PAIR_V4,
	PAIR_V6,
	PAIR_MAPPED, /* an AF_INET6 socket that talks to ::ffff:127.0.0.1 */
};

/* Both ends, as descriptors. */
struct pair {
	int client;
	int server;
};

/* A socket that is not connected yet. */
int pair_socket(enum pair_family family);

/* Listens on loopback (MAPPED: on all addresses, both families), on a port that the kernel picks. */
int pair_listen(enum pair_family family, int backlog);

/* The same on that port. */
int pair_listen_at(enum pair_family family, uint16_t port, int backlog);

/* bind() to loopback and listen() of a socket that was made (and given options) before. */
void pair_listen_with(int fd, enum pair_family family, int backlog);

/* connect() of `client` to where `listener` listens, from `family`'s view. 0 or -errno; not blocking: -EINPROGRESS. */
int pair_dial(int client, int listener, enum pair_family family);

/* Connects `client` and accepts the other end. */
struct pair pair_join(int client, int listener, enum pair_family family);

struct pair pair_open(int listener, enum pair_family family);

/* Each side sends so many bytes, in one write, and the other reads them. */
void pair_talk(struct pair pair, size_t from_client, size_t from_server);

/* Reads exactly so many bytes. */
void pair_read(int fd, size_t bytes);

void pair_write(int fd, size_t bytes);

/* The socket's TCP_INFO. */
void pair_info(int fd, struct tcpinfo *info);

/* Writes until the peer and the own buffer take no more, its window is closed and nothing in flight; returns how much that was. */
size_t pair_fill(int fd);

void pair_close(struct pair pair);

void pair_option(int fd, int level, int name, int value);

/* O_NONBLOCK, and back. */
void pair_nonblock(int fd);
void pair_block(int fd);

/* Drops whatever comes in for this socket before TCP sees it, until pair_hear(). */
void pair_deafen(int fd);
/* Likewise, but only segments with at least `bytes` of TCP header and payload, and at most `most`. */
void pair_deafen_to(int fd, unsigned int bytes, unsigned int most);
void pair_hear(int fd);

/* Waits until TCP_INFO shows the state; the program ends if that takes more than ten seconds. */
void pair_await_state(int fd, uint8_t state);

/* Room for many descriptors. */
void pair_many_files(void);

/* A population's size, `n` at SCALE=100 (percent, from the environment), at least one. */
size_t pair_scaled(size_t n);

#endif
