// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "prefix.h"

bool skstat_prefix_has(const struct skstat_view_prefix *prefix, const struct skstat_addr *address)
{
	size_t whole = prefix->bits / 8, rest = prefix->bits % 8;

	if (prefix->bits > 128 || memcmp(prefix->address, address->byte, whole))
		return false;
	return !rest || (prefix->address[whole] ^ address->byte[whole]) >> (8 - rest) == 0;
}

const struct skstat_view_prefix *skstat_prefix_find(const struct skstat_view_prefix *list, size_t count,
						    const struct skstat_addr *address)
{
	const struct skstat_view_prefix *found = NULL;

	for (size_t i = 0; i < count; i++)
		if ((!found || list[i].bits > found->bits) && skstat_prefix_has(&list[i], address))
			found = &list[i];
	return found;
}

void skstat_prefix_text(const struct skstat_addr *address, bool ipv4, unsigned int bits,
			char text[SKSTAT_PREFIX_TEXT])
{
	struct skstat_addr masked = *address;
	unsigned int from = ipv4 ? 96 : 0;
	char host[INET6_ADDRSTRLEN];

	if (bits > 128 - from)
		bits = 128 - from;
	for (size_t i = 0; i < sizeof(masked.byte); i++) {
		unsigned int first = (unsigned int)i * 8, end = from + bits;

		if (end <= first)
			masked.byte[i] = 0;
		else if (end < first + 8)
			masked.byte[i] &= (unsigned char)(0xff << (first + 8 - end));
	}
	if (!inet_ntop(ipv4 ? AF_INET : AF_INET6, masked.byte + (ipv4 ? 12 : 0), host, sizeof(host)))
		host[0] = '\0';
	snprintf(text, SKSTAT_PREFIX_TEXT, "%s/%u", host, bits);
}
