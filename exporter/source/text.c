// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "text.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const char *const states[] = {
	[TCP_ESTABLISHED] = "ESTAB",  [TCP_SYN_SENT] = "SYN-SENT",   [TCP_SYN_RECV] = "SYN-RECV",
	[TCP_FIN_WAIT1] = "FIN-WAIT-1", [TCP_FIN_WAIT2] = "FIN-WAIT-2", [TCP_TIME_WAIT] = "TIME-WAIT",
	[TCP_CLOSE] = "CLOSE",	      [TCP_CLOSE_WAIT] = "CLOSE-WAIT", [TCP_LAST_ACK] = "LAST-ACK",
	[TCP_LISTEN] = "LISTEN",      [TCP_CLOSING] = "CLOSING",
};

const char *skstat_state_text(uint32_t state)
{
	return state < LENGTH(states) ? states[state] : NULL;
}

/* FIN_WAIT1, fin-wait-1 and FIN-WAIT-1 are one: separators do not count. */
static bool same_word(const char *a, const char *b)
{
	for (;;) {
		while (*a == '-' || *a == '_')
			a++;
		while (*b == '-' || *b == '_')
			b++;
		if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
			return false;
		if (!*a)
			return true;
		a++;
		b++;
	}
}

int skstat_state_parse(const char *text)
{
	if (same_word(text, "established"))
		return TCP_ESTABLISHED;
	for (size_t i = 0; i < LENGTH(states); i++)
		if (states[i] && same_word(text, states[i]))
			return (int)i;
	return -1;
}

void skstat_address_text(const struct skstat_addr *address, uint8_t family, char text[SKSTAT_ADDRESS_TEXT])
{
	if (!inet_ntop(family, address->byte, text, SKSTAT_ADDRESS_TEXT))
		text[0] = '\0';
}

/* A whole decimal number up to `max`, with nothing around it. */
static int number_parse(const char *text, unsigned long max, unsigned long *number)
{
	char *end;

	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	errno = 0;
	*number = strtoul(text, &end, 10);
	return errno || *end || *number > max ? -EINVAL : 0;
}

int skstat_prefix_parse(const char *text, struct skstat_prefix *prefix)
{
	const char *slash = strchr(text, '/');
	size_t length = slash ? (size_t)(slash - text) : strlen(text);
	char address[SKSTAT_ADDRESS_TEXT];
	unsigned int base = 0;
	unsigned long bits;

	if (length >= sizeof(address))
		return -EINVAL;
	memcpy(address, text, length);
	address[length] = '\0';

	memset(prefix, 0, sizeof(*prefix));
	if (inet_pton(AF_INET, address, prefix->address + 12) == 1) {
		memset(prefix->address + 10, 0xff, 2);
		base = 96;
	} else if (inet_pton(AF_INET6, address, prefix->address) != 1) {
		return -EINVAL;
	}
	bits = 128 - base;
	if (slash && number_parse(slash + 1, 128 - base, &bits))
		return -EINVAL;
	prefix->length = (uint8_t)(base + bits);
	return 0;
}

int skstat_range_parse(const char *text, struct skstat_range *range)
{
	const char *dash = strchr(text, '-');
	size_t length = dash ? (size_t)(dash - text) : strlen(text);
	unsigned long min, max;
	char first[8];

	if (length >= sizeof(first))
		return -EINVAL;
	memcpy(first, text, length);
	first[length] = '\0';
	if (number_parse(first, UINT16_MAX, &min) || number_parse(dash ? dash + 1 : first, UINT16_MAX, &max) ||
	    max < min)
		return -EINVAL;
	range->min = (uint16_t)min;
	range->max = (uint16_t)max;
	return 0;
}
