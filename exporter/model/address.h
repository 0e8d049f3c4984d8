/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Addresses in one shape: IPv4 as v4-mapped IPv6, so that a socket that IPV6_ADDRFORM turned from AF_INET6 into AF_INET
 * still has the addresses it had. Pure.
 */
#ifndef SKSTAT_MODEL_ADDRESS_H
#define SKSTAT_MODEL_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <skstat/record.h>

/* The address of a record whose identity says `family`. */
static inline struct skstat_addr skstat_address_mapped(const struct skstat_addr *address, uint8_t family)
{
	struct skstat_addr mapped = *address;

	if (family == AF_INET) {
		memset(mapped.byte, 0, 10);
		memset(mapped.byte + 10, 0xff, 2);
		memcpy(mapped.byte + 12, address->byte, 4);
	}
	return mapped;
}

/* Whether the remote side of the socket is IPv4; of a listener, whether it takes IPv4 alone. */
static inline bool skstat_address_is_ipv4(const struct skstat_identity *identity)
{
	static const uint8_t prefix[12] = { [10] = 0xff, 0xff };
	static const uint8_t none[16];
	const struct skstat_addr *peer = &identity->daddr;

	if (identity->family == AF_INET)
		return true;
	/* A listener has no peer. */
	if (memcmp(peer->byte, none, sizeof(none)) == 0)
		peer = &identity->saddr;
	return memcmp(peer->byte, prefix, sizeof(prefix)) == 0;
}

/*
 * Addresses and ports of a connection as one number, the same for IPv4 and v4-mapped IPv6. Each step maps its word one
 * to one, so that tuples that differ in one word never have the same; else a chance of 2^-64 is what a fifth of an
 * entry's memory would buy.
 */
static inline uint64_t skstat_address_tuple(const struct skstat_identity *identity, bool ipv4)
{
	size_t at = identity->family == AF_INET ? 0 : 12;
	uint64_t tuple = ((uint64_t)identity->sport << 16 | identity->dport) * 0x9e3779b97f4a7c15, word[4];
	uint32_t saddr, daddr;

	if (ipv4) {
		memcpy(&saddr, identity->saddr.byte + at, sizeof(saddr));
		memcpy(&daddr, identity->daddr.byte + at, sizeof(daddr));
		tuple = (tuple ^ ((uint64_t)saddr << 32 | daddr)) * 0x9e3779b97f4a7c15;
		return tuple ^ tuple >> 29;
	}
	memcpy(word, &identity->saddr, 16);
	memcpy(word + 2, &identity->daddr, 16);
	for (int i = 0; i < 4; i++) {
		tuple = (tuple ^ word[i]) * 0x9e3779b97f4a7c15;
		tuple ^= tuple >> 29;
	}
	return tuple;
}

#endif
