// SPDX-License-Identifier: GPL-2.0
#include <netinet/tcp.h>
#include <string.h>

#include "direction.h"

static bool port_is_local(const struct skstat_poll *poll, uint16_t port)
{
	return port >= poll->port_min && port <= poll->port_max;
}

/* From the best evidence to the weakest. An `opened` event of the journal knows, and will be asked first, here. */
enum skstat_direction skstat_direction_of(const struct skstat_model *model, const struct skstat_newcomer *newcomer,
					  struct skstat_listener **listener)
{
	bool near = port_is_local(&model->poll, newcomer->sport);
	bool far = port_is_local(&model->poll, newcomer->dport);

	*listener = NULL;
	/* Only connect() leads there. */
	if (newcomer->entry->state == TCP_SYN_SENT)
		return SKSTAT_DIRECTION_OUT;
	*listener = skstat_listener_match(&model->listeners, newcomer->netns, &newcomer->address, newcomer->sport);
	if (*listener)
		return SKSTAT_DIRECTION_IN;
	/* What connect() chose by itself is within ip_local_port_range. */
	if (near == far)
		return SKSTAT_DIRECTION_UNKNOWN;
	return far ? SKSTAT_DIRECTION_IN : SKSTAT_DIRECTION_OUT;
}

void skstat_direction_key(const struct skstat_model *model, enum skstat_direction direction, uint16_t sport,
			  uint16_t dport, bool ipv4, struct skstat_view_key *key)
{
	uint16_t port = direction == SKSTAT_DIRECTION_OUT ? dport : sport;

	memset(key, 0, sizeof(*key));
	key->direction = (uint8_t)direction;
	key->ipv4 = ipv4;
	key->ephemeral = port_is_local(&model->poll, port) && !skstat_listeners_know_port(&model->listeners, port);
	key->port = key->ephemeral ? 0 : port;
}
