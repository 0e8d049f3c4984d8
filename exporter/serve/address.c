// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "address.h"

static bool port_is_one(const char *port)
{
	size_t digits = strspn(port, "0123456789");

	return digits && digits < SKSTAT_PORT_SIZE && !port[digits] && strtoul(port, NULL, 10) <= 65535;
}

int skstat_address_parse(const char *text, struct skstat_address *address, struct skstat_error *error)
{
	const char *host = text, *colon = strrchr(text, ':');
	size_t length = colon ? (size_t)(colon - text) : 0;

	if (!colon || (text[0] == '[' && length && colon[-1] != ']'))
		return skstat_error_set(error, -EINVAL, "\"%.100s\" has no port: write it as HOST:PORT", text);
	if (!port_is_one(colon + 1))
		return skstat_error_set(error, -EINVAL, "\"%.100s\" has no port from 0 to 65535 after its last colon",
					text);
	if (text[0] == '[') {
		host++;
		length -= 2;
	} else if (memchr(text, ':', length)) {
		return skstat_error_set(error, -EINVAL,
					"\"%.100s\": an IPv6 address is written in brackets, as in [::1]:80", text);
	}
	if ((text[0] == '[' && !length) || length >= sizeof(address->host) || strcspn(host, " \t/@") < length)
		return skstat_error_set(error, -EINVAL, "\"%.100s\" has no host that could be one", text);
	memcpy(address->host, host, length);
	address->host[length] = '\0';
	strcpy(address->port, colon + 1);
	return 0;
}

int skstat_address_resolve(const struct skstat_address *address, const char *text, int socktype,
			   struct addrinfo **found, struct skstat_error *error)
{
	static const int families[] = { AF_INET, AF_INET6 };
	/* RFC 6761: that name is loopback's. An image without /etc/hosts does not know it. */
	const char *host = strcasecmp(address->host, "localhost") == 0 ? "127.0.0.1" : address->host;
	int err = 0;

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		struct addrinfo hints = { .ai_family = families[i], .ai_socktype = socktype,
					  .ai_flags = AI_NUMERICSERV };

		err = getaddrinfo(host, address->port, &hints, found);
		if (!err)
			return 0;
	}
	return skstat_error_set(error, -ENOENT, "\"%.100s\": the host %.100s is not known: %s", text, address->host,
				err == EAI_SYSTEM ? strerror(errno) : gai_strerror(err));
}
