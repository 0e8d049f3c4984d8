// SPDX-License-Identifier: GPL-2.0
#include <netdb.h>
#include <sys/socket.h>

#include "doors.h"
#include "log/log.h"
#include "serve/listen.h"
#include "serve/passed.h"

int skstat_doors_open(const struct skstat_config *config, struct skstat_http_listener listener[SKSTAT_DOORS],
		      size_t *listeners, bool *own, struct skstat_error *error)
{
	int passed = skstat_passed_take(SKSTAT_PASSED_FIRST, listener, SKSTAT_DOORS, error);

	if (passed < 0)
		return passed;
	/* Who opens them for us says what is open: nothing else is. */
	*listeners = (size_t)passed;
	if (passed)
		return 0;
	for (size_t i = 0; i < config->listens; i++) {
		int fd = skstat_listen_tcp(config->listen[i], error);

		if (fd < 0)
			return fd;
		listener[(*listeners)++] = (struct skstat_http_listener){ .fd = fd };
	}
	if (*config->unix_socket) {
		int fd = skstat_listen_unix(config->unix_socket, config->unix_group, error);

		if (fd < 0)
			return fd;
		*own = true;
		listener[(*listeners)++] = (struct skstat_http_listener){ .fd = fd, .local = true };
	}
	return 0;
}

/* Where it can be reached; port 0 has become one by now. */
static void tell_address(int fd, const char *scheme, const char *path)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof(address);
	char host[NI_MAXHOST], port[NI_MAXSERV];
	bool six;

	if (getsockname(fd, (struct sockaddr *)&address, &length) ||
	    getnameinfo((struct sockaddr *)&address, length, host, sizeof(host), port, sizeof(port),
			NI_NUMERICHOST | NI_NUMERICSERV))
		return;
	six = address.ss_family == AF_INET6;
	skstat_log(SKSTAT_LOG_INFO, "listening on %s://%s%s%s:%s%s", scheme, six ? "[" : "", host, six ? "]" : "", port,
		   path);
}

void skstat_doors_tell(const struct skstat_config *config, const struct skstat_http_listener *listener,
		       size_t listeners, bool own, const char *scheme)
{
	for (size_t i = 0; i < listeners; i++) {
		if (listener[i].local && !own)
			skstat_log(SKSTAT_LOG_INFO, "listening on a unix socket of the service manager's");
		else if (listener[i].local)
			skstat_log(SKSTAT_LOG_INFO, "listening on the unix socket %s", config->unix_socket);
		else
			tell_address(listener[i].fd, scheme, config->telemetry_path);
	}
}
