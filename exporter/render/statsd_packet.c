// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "statsd_packet.h"

static void packet_send(struct skstat_packet *packet)
{
	if (packet->lines)
		packet->fn(packet->data, packet->length, packet->lines, packet->arg);
	packet->length = 0;
	packet->lines = 0;
}

int skstat_packet_open(struct skstat_packet *packet, size_t size)
{
	packet->size = size;
	packet->data = malloc(size ? size : 1);
	return packet->data ? 0 : -ENOMEM;
}

void skstat_packet_close(struct skstat_packet *packet)
{
	packet_send(packet);
	free(packet->data);
	skstat_buffer_free(&packet->apart);
}

int skstat_packet_put_apart(struct skstat_packet *packet, const char *end, size_t lines)
{
	const struct skstat_buffer *text = &packet->apart;

	skstat_buffer_written(&packet->apart, end);
	if (text->failed)
		return -ENOMEM;
	if (text->length > packet->size) {
		packet->too_long += lines;
		return 0;
	}
	if (packet->lines && packet->size - packet->length < text->length + 1)
		packet_send(packet);
	if (packet->lines)
		packet->data[packet->length++] = '\n';
	memcpy(packet->data + packet->length, text->data, text->length);
	packet->length += text->length;
	packet->lines += lines;
	return 0;
}
