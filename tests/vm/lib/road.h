/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two network namespaces, a way from one to the other over veth, and sockets at both ends of it: one process has them
 * all. With a router in between, which has a namespace too, there is somebody to send ICMP.
 */
#ifndef SKSTAT_TEST_ROAD_H
#define SKSTAT_TEST_ROAD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "ns.h"
#include "pair.h"

enum road_end { ROAD_CLIENT, ROAD_SERVER, ROAD_ROUTER };

struct road {
	struct ns home; /* where the test is */
	struct ns ns[3]; /* by enum road_end */
	bool routed; /* else there is no ROAD_ROUTER */
	bool shaped;
};

/* False, with a note, where the kernel has no veth. The ends are 10.7.1.2 and 10.7.2.2, and fd07::1:2 and fd07::2:2. */
bool road_make(struct road *road, bool routed);

/* What both ends' queueing discipline does from now on ("netem delay 20ms"); NULL: none. False: there is no such. */
bool road_shape(struct road *road, const char *rule);

/* Runs ip, tc or the like at that place; false if it fails. */
bool __attribute__((format(printf, 3, 4))) road_run(const struct road *road, enum road_end at, const char *format, ...);

/* Writes a sysctl of that place; the program ends if there is none such. */
void road_sysctl(const struct road *road, enum road_end at, const char *name, const char *value);

void road_free(struct road *road);

/* A TCP socket that belongs there, and one of another protocol (-1 and errno if the kernel has none such). */
int road_socket(const struct road *road, enum road_end at, enum pair_family family);
int road_socket_of(const struct road *road, enum road_end at, enum pair_family family, int protocol);

/* The address of an end, as `family` writes it: its length. */
socklen_t road_address(struct sockaddr_storage *address, enum pair_family family, enum road_end end, uint16_t port);

/* bind() to that end's own address; and listen() there. */
void road_bind(int fd, enum pair_family family, enum road_end end, uint16_t port);
void road_listen(int fd, enum pair_family family, enum road_end end, uint16_t port, int backlog);

/* connect() to that end. 0 or -errno; not blocking: -EINPROGRESS. */
int road_dial(int fd, enum pair_family family, enum road_end end, uint16_t port);

#endif
