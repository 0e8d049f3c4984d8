// SPDX-License-Identifier: GPL-2.0
#include <netinet/tcp.h>
#include <string.h>

#include "address.h"
#include "direction.h"

void skstat_ends_of(const struct skstat_sample *sample, bool ipv4, struct skstat_ends *ends)
{
	const struct skstat_identity *identity = &sample->identity;

	ends->netns = identity->netns;
	ends->address = skstat_address_mapped(&identity->saddr, identity->family);
	ends->sport = identity->sport;
	ends->dport = identity->dport;
	ends->state = identity->state;
	ends->ipv4 = ipv4;
}

static bool port_is_local(const struct skstat_poll *poll, uint16_t port)
{
	return port >= poll->port_min && port <= poll->port_max;
}

/* From the best evidence to the weakest. */
enum skstat_direction skstat_direction_of(const struct skstat_model *model, const struct skstat_ends *ends,
					  uint8_t told, struct skstat_listener **listener)
{
	bool near = port_is_local(&model->poll, ends->sport);
	bool far = port_is_local(&model->poll, ends->dport);

	*listener = NULL;
	/* Only connect() leads to SYN_SENT. */
	if (told == SKSTAT_EVENT_OUT || (!told && ends->state == TCP_SYN_SENT))
		return SKSTAT_DIRECTION_OUT;
	*listener = skstat_listener_match(&model->listeners, ends->netns, &ends->address, ends->sport);
	if (*listener || told == SKSTAT_EVENT_IN)
		return SKSTAT_DIRECTION_IN;
	/* Nor does anything but connect() lead there, but for Fast Open, and that has a listener. */
	if (ends->state == TCP_SYN_RECV)
		return SKSTAT_DIRECTION_OUT;
	/* What connect() chose by itself is within ip_local_port_range. */
	if (near == far)
		return SKSTAT_DIRECTION_UNKNOWN;
	return far ? SKSTAT_DIRECTION_IN : SKSTAT_DIRECTION_OUT;
}

void skstat_direction_key(struct skstat_model *model, enum skstat_direction direction, const struct skstat_ends *ends,
			  uint8_t told, const struct skstat_name *comm, struct skstat_view_key *key)
{
	uint16_t port = direction == SKSTAT_DIRECTION_OUT ? ends->dport : ends->sport;

	/* There was a listener, if only between two walks. */
	if (told == SKSTAT_EVENT_IN)
		skstat_listeners_learn_port(&model->listeners, port);
	memset(key, 0, sizeof(*key));
	key->comm = *comm;
	key->direction = (uint8_t)direction;
	key->ipv4 = ends->ipv4;
	key->ephemeral = port_is_local(&model->poll, port) && !skstat_listeners_know_port(&model->listeners, port);
	key->port = key->ephemeral ? 0 : port;
}
