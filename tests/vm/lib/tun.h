/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A device whose driver is the test: what is sent through it is done with when the test has read it, and what the test
 * writes comes in.
 */
#ifndef SKSTAT_TEST_TUN_H
#define SKSTAT_TEST_TUN_H

#include <stddef.h>
#include <stdint.h>

#include "road.h"

#define TUN_NAME "shaft"

/*
 * In the namespace of that end of the road: the device, up, with IPv4 alone; all of 10.9.0.0/16 is behind it. Closing
 * the descriptor takes it away. Reading blocks.
 */
int tun_open(const struct road *road, enum road_end at);

/* Takes one packet out. */
void tun_take(int fd);

/* A datagram to the device's own address comes in, from 10.9.0.2. */
void tun_give(int fd, uint16_t port, size_t bytes);

/* Sends `count` datagrams into it, from that end of the road. */
void tun_send(const struct road *road, enum road_end at, size_t count, size_t bytes);

#endif
