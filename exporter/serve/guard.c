// SPDX-License-Identifier: GPL-2.0
/*
 * What a browser could be tricked into. A page whose name is made to resolve to this machine (DNS rebinding) is the
 * same origin for the browser, but its name is in Host; a page elsewhere that asks for us says so in Sec-Fetch-Site.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "address.h"
#include "request.h"

/* "" or ":19733"; which port does not matter, it may have been forwarded. */
static bool port_follows(const char *text)
{
	size_t digits;

	if (!*text)
		return true;
	digits = strspn(text + 1, "0123456789");
	return *text == ':' && digits && digits < SKSTAT_PORT_SIZE && !text[1 + digits];
}

bool skstat_guard_host(const char *value, const char *const *host, size_t hosts)
{
	const bool six = *value == '[';
	size_t length = six ? strcspn(value, "]") : strcspn(value, ":");
	unsigned char address[sizeof(struct in6_addr)];
	char name[SKSTAT_HOST_SIZE];

	if (six && !value[length])
		return false;
	if (length >= sizeof(name) || !port_follows(value + length + six))
		return false;
	memcpy(name, value + six, length - six);
	name[length - six] = '\0';
	if (six)
		return inet_pton(AF_INET6, name, address) == 1;
	if (inet_pton(AF_INET, name, address) == 1 || strcasecmp(name, "localhost") == 0)
		return true;
	for (size_t i = 0; i < hosts; i++)
		if (strcasecmp(name, host[i]) == 0)
			return true;
	return false;
}

bool skstat_guard_origin(const char *value, const char *const *host, size_t hosts)
{
	const char *name = strstr(value, "://");

	return name && skstat_guard_host(name + 3, host, hosts);
}

static unsigned int check_host(const struct skstat_http_request *request, const char **why)
{
	const struct skstat_http_config *config = &request->http->config;
	char *host = skstat_header_join(request->connection, MHD_HTTP_HEADER_HOST);
	unsigned int status = 0;

	if (!host) {
		*why = "There is no memory left";
		return MHD_HTTP_SERVICE_UNAVAILABLE;
	}
	/* HTTP/1.0 knows no Host, and no browser speaks it. Two of them do not make a name. */
	if (!*host && strcmp(request->version, MHD_HTTP_VERSION_1_0) != 0) {
		*why = "The Host header is missing";
		status = MHD_HTTP_BAD_REQUEST;
	} else if (*host && !skstat_guard_host(host, config->host, config->hosts)) {
		*why = "The Host header must be an IP address or localhost: ask for this server by one of these";
		status = MHD_HTTP_MISDIRECTED_REQUEST;
	}
	free(host);
	return status;
}

bool skstat_guard_trusts(const struct skstat_http_request *request)
{
	return request->local;
}

unsigned int skstat_guard_check(const struct skstat_http_request *request, const char **why)
{
	const struct skstat_http_config *config = &request->http->config;
	const char *site = MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, "Sec-Fetch-Site");
	const char *origin = MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_ORIGIN);
	unsigned int status = request->local ? 0 : check_host(request, why);

	if (status)
		return status;
	if (site && strcasecmp(site, "cross-site") == 0) {
		*why = "Pages of other sites may not read this one";
		return MHD_HTTP_FORBIDDEN;
	}
	/* A form may be sent anywhere; a browser that knows no Sec-Fetch-Site says where it stands. */
	if (request->post && origin && !skstat_guard_origin(origin, config->host, config->hosts)) {
		*why = "Pages of other sites may not ask for this";
		return MHD_HTTP_FORBIDDEN;
	}
	return 0;
}
