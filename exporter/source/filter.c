// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "filter.h"

#define PREFIX_MAX 128
#define STATES_ALL ((1u << 12) - (1u << 1)) /* TCP_ESTABLISHED to TCP_CLOSING */
#define KINDS_ALL  ((2u << SKSTAT_KIND_REQUEST) - (1u << SKSTAT_KIND_FULL))
#define GROUPS_ALL ((1u << __SKSTAT_GROUP_MAX) - 1)

static bool has(const struct skstat_query *query, uint32_t condition)
{
	return query->has & condition;
}

static bool ranges_sound(const struct skstat_range *range, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (range[i].min > range[i].max)
			return false;
	return true;
}

static bool prefixes_sound(const struct skstat_prefix *prefix, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (prefix[i].length > PREFIX_MAX)
			return false;
	return true;
}

int skstat_filter_check(const struct skstat_query *query, struct skstat_error *error)
{
	if (!query)
		return 0;
	if (has(query, SKSTAT_HAS(GROUPS)) && query->groups & ~GROUPS_ALL)
		return skstat_error_set(error, -EINVAL, "groups 0x%x: there are no others than 0x%x", query->groups,
					GROUPS_ALL);
	if (has(query, SKSTAT_HAS(STATES)) && query->states & ~STATES_ALL)
		return skstat_error_set(error, -EINVAL, "states 0x%x: there are no others than 0x%x", query->states,
					STATES_ALL);
	if (has(query, SKSTAT_HAS(KINDS)) && query->kinds & ~KINDS_ALL)
		return skstat_error_set(error, -EINVAL, "kinds 0x%x: there are no others than 0x%x", query->kinds,
					KINDS_ALL);
	if (has(query, SKSTAT_HAS(FAMILIES)) && query->families & ~(uint32_t)SKSTAT_FAMILY_ALL)
		return skstat_error_set(error, -EINVAL, "families 0x%x: there are no others than 0x%x",
					query->families, SKSTAT_FAMILY_ALL);
	if (!ranges_sound(query->local_port, query->local_ports) ||
	    !ranges_sound(query->remote_port, query->remote_ports))
		return skstat_error_set(error, -EINVAL, "a port range's min is above its max");
	if (!prefixes_sound(query->local_prefix, query->local_prefixes) ||
	    !prefixes_sound(query->remote_prefix, query->remote_prefixes))
		return skstat_error_set(error, -EINVAL, "a prefix is longer than %d bits", PREFIX_MAX);
	if (has(query, SKSTAT_HAS(MARK_MASK)) && !has(query, SKSTAT_HAS(MARK)))
		return skstat_error_set(error, -EINVAL, "mark-mask without mark");
	if (has(query, SKSTAT_HAS(MAX_SOCKETS)) && !query->max_sockets)
		return skstat_error_set(error, -ERANGE, "a budget of no sockets");
	return 0;
}

/* The address as IPv6: mapped, if it is not. */
static struct skstat_addr widened(const struct skstat_addr *address, uint8_t family)
{
	struct skstat_addr wide = *address;

	if (family == AF_INET) {
		memset(wide.byte, 0, 10);
		memset(wide.byte + 10, 0xff, 2);
		memcpy(wide.byte + 12, address->byte, 4);
	}
	return wide;
}

static bool prefix_matches(const struct skstat_prefix *prefix, const struct skstat_addr *address)
{
	size_t bytes = prefix->length / 8;
	unsigned int bits = prefix->length % 8;

	if (memcmp(prefix->address, address->byte, bytes) != 0)
		return false;
	return !bits || (prefix->address[bytes] ^ address->byte[bytes]) >> (8 - bits) == 0;
}

static bool prefixes_match(const struct skstat_prefix *prefix, size_t count, const struct skstat_addr *address,
			   uint8_t family)
{
	struct skstat_addr wide = widened(address, family);

	for (size_t i = 0; i < count; i++)
		if (prefix_matches(&prefix[i], &wide))
			return true;
	return !count;
}

static bool ports_match(const struct skstat_range *range, size_t count, uint16_t port)
{
	for (size_t i = 0; i < count; i++)
		if (port >= range[i].min && port <= range[i].max)
			return true;
	return !count;
}

/* By the remote address, as the kernel tells whether a socket talks IPv4. */
static uint32_t family_of(const struct skstat_identity *id)
{
	static const struct skstat_prefix mapped = { .address = { [10] = 0xff, 0xff }, .length = 96 };

	if (id->family == AF_INET)
		return SKSTAT_FAMILY_INET;
	return prefix_matches(&mapped, &id->daddr) ? SKSTAT_FAMILY_MAPPED : SKSTAT_FAMILY_INET6;
}

static bool owner_matches(const struct skstat_query *query, const struct skstat_sample *sample)
{
	if (!has(query, SKSTAT_HAS(UID) | SKSTAT_HAS(CGROUP)))
		return true;
	if (!sample->size[SKSTAT_GROUP_OWNER])
		return false;
	return (!has(query, SKSTAT_HAS(UID)) || sample->owner.uid == query->uid) &&
	       (!has(query, SKSTAT_HAS(CGROUP)) || sample->owner.cgroup == query->cgroup);
}

static bool mark_matches(const struct skstat_query *query, uint32_t mark)
{
	uint32_t mask = has(query, SKSTAT_HAS(MARK_MASK)) ? query->mark_mask : UINT32_MAX;

	return !has(query, SKSTAT_HAS(MARK)) || (mark & mask) == (query->mark & mask);
}

bool skstat_filter_match(const struct skstat_query *query, const struct skstat_sample *sample)
{
	const struct skstat_identity *id = &sample->identity;

	if (!query)
		return true;
	if (has(query, SKSTAT_HAS(STATES)) && !(id->state < 32 && query->states & 1u << id->state))
		return false;
	if (has(query, SKSTAT_HAS(KINDS)) && !(query->kinds & 1u << sample->kind))
		return false;
	if (has(query, SKSTAT_HAS(FAMILIES)) && !(query->families & family_of(id)))
		return false;
	if (has(query, SKSTAT_HAS(IFINDEX)) && id->ifindex != query->ifindex)
		return false;
	return ports_match(query->local_port, query->local_ports, id->sport) &&
	       ports_match(query->remote_port, query->remote_ports, id->dport) &&
	       prefixes_match(query->local_prefix, query->local_prefixes, &id->saddr, id->family) &&
	       prefixes_match(query->remote_prefix, query->remote_prefixes, &id->daddr, id->family) &&
	       mark_matches(query, id->mark) && owner_matches(query, sample);
}
