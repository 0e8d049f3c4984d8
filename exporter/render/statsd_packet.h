/* SPDX-License-Identifier: GPL-2.0 */
/* A datagram of lines that is being filled, and sent when the next line does not fit. One thread at a time. */
#ifndef SKSTAT_RENDER_STATSD_PACKET_H
#define SKSTAT_RENDER_STATSD_PACKET_H

#include <stddef.h>
#include <string.h>

#include "buffer.h"
#include "statsd_format.h"

/* What a line with nothing behind its type has to know of others is decided once a set, not once a line. */
#define SKSTAT_ALWAYS_INLINE inline __attribute__((always_inline))

#define SKSTAT_LINE_REST (SKSTAT_NUMBER_SIZE + 20) /* of a line behind its name, at most */

/* Appends a line's beginning to `at`, which has room. Returns the end. */
static inline char *skstat_line_begin(char *at, const char *name, size_t length)
{
	memcpy(at, name, length);
	at[length] = ':';
	return at + length + 1;
}

/* Zeroed but for `fn` and `arg`, then opened. */
struct skstat_packet {
	char *data;
	size_t size, length, lines;
	size_t too_long;	    /* lines that no datagram of this size could hold, and that were left out */
	struct skstat_buffer apart; /* lines of which it is not sure that they fit */
	skstat_datagram_fn fn;
	void *arg;
};

/* Datagrams of at most `size` bytes. 0 or -ENOMEM. */
int skstat_packet_open(struct skstat_packet *packet, size_t size);

/* Sends what is there, and gives the memory back. */
void skstat_packet_close(struct skstat_packet *packet);

/* As skstat_packet_end(), of lines that were written apart. */
int skstat_packet_put_apart(struct skstat_packet *packet, const char *end, size_t lines);

/*
 * Where `room` bytes can be written: in the packet, if it has that much left, or apart. What is written there becomes a
 * part of the packet by skstat_packet_end(). NULL: no memory.
 */
static inline char *skstat_packet_begin(struct skstat_packet *packet, size_t room)
{
	/* One for the newline before it. */
	if (packet->size - packet->length > room)
		return packet->data + packet->length + (packet->lines > 0);
	skstat_buffer_clear(&packet->apart);
	return skstat_buffer_room(&packet->apart, room);
}

/* `lines` lines, from `start`, which skstat_packet_begin() gave, to `end`, that must not be parted. 0 or -ENOMEM. */
static inline int skstat_packet_end(struct skstat_packet *packet, const char *start, const char *end, size_t lines)
{
	if (start == packet->apart.data)
		return skstat_packet_put_apart(packet, end, lines);
	if (packet->lines)
		packet->data[packet->length] = '\n';
	packet->length = (size_t)(end - packet->data);
	packet->lines += lines;
	return 0;
}

#endif
