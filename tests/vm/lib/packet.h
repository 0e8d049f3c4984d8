/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets that no honest sender would make, from the client's end of a road to the server's.
 */
#ifndef SKSTAT_TEST_PACKET_H
#define SKSTAT_TEST_PACKET_H

#include <stddef.h>
#include <stdint.h>

#include "road.h"

/*
 * A segment with SYN, or a datagram (`protocol`: IPPROTO_TCP or _UDP), to that port, with so many bytes of payload and
 * a checksum that is wrong. PAIR_MAPPED is not for this.
 */
void packet_send_spoilt(const struct road *road, enum pair_family family, int protocol, uint16_t port, size_t bytes);

/* A frame of that EtherType, with nothing in it, to the server's device. */
void packet_send_frame(const struct road *road, uint16_t protocol);

#endif
