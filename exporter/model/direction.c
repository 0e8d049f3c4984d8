// SPDX-License-Identifier: GPL-2.0
#include <netinet/tcp.h>
#include <string.h>

#include "address.h"
#include "direction.h"

struct skstat_addr skstat_local_of(const struct skstat_sample *sample)
{
	return skstat_address_mapped(&sample->identity.saddr, sample->identity.family);
}

static bool port_is_local(const struct skstat_poll *poll, uint16_t port)
{
	return port >= poll->port_min && port <= poll->port_max;
}

/* From the best evidence to the weakest. */
enum skstat_direction skstat_direction_of(const struct skstat_model *model, const struct skstat_facts *facts,
					  const struct skstat_addr *local, uint8_t state, uint8_t told,
					  struct skstat_listener **listener)
{
	bool near = port_is_local(&model->poll, facts->sport);
	bool far = port_is_local(&model->poll, facts->dport);

	*listener = NULL;
	/* Only connect() leads to SYN_SENT. */
	if (told == SKSTAT_EVENT_OUT || (!told && state == TCP_SYN_SENT))
		return SKSTAT_DIRECTION_OUT;
	*listener = skstat_listener_match(&model->listeners, facts->netns, local, facts->sport);
	if (*listener || told == SKSTAT_EVENT_IN)
		return SKSTAT_DIRECTION_IN;
	/* Nor does anything but connect() lead there, but for Fast Open, and that has a listener. */
	if (state == TCP_SYN_RECV)
		return SKSTAT_DIRECTION_OUT;
	/* What connect() chose by itself is within ip_local_port_range. */
	if (near == far)
		return SKSTAT_DIRECTION_UNKNOWN;
	return far ? SKSTAT_DIRECTION_IN : SKSTAT_DIRECTION_OUT;
}

struct skstat_service skstat_service_of(struct skstat_model *model, enum skstat_direction direction,
					const struct skstat_facts *facts, uint8_t told)
{
	struct skstat_service service = {
		.direction = (uint8_t)direction,
		.port = direction == SKSTAT_DIRECTION_OUT ? facts->dport : facts->sport,
	};

	/* There was a listener, if only between two walks. */
	if (told == SKSTAT_EVENT_IN)
		skstat_listeners_learn_port(&model->listeners, service.port);
	service.ephemeral = port_is_local(&model->poll, service.port) &&
			    !skstat_listeners_know_port(&model->listeners, service.port);
	return service;
}
