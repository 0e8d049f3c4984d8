// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "passed.h"
#include "source/error.h"

static int option(int fd, int name)
{
	socklen_t size = sizeof(int);
	int value = -1;

	return getsockopt(fd, SOL_SOCKET, name, &value, &size) ? -1 : value;
}

static int take(int fd, struct skstat_http_listener *listener, struct skstat_error *error)
{
	const int domain = option(fd, SO_DOMAIN);
	const int flags = fcntl(fd, F_GETFL);

	if (option(fd, SO_TYPE) != SOCK_STREAM || option(fd, SO_ACCEPTCONN) != 1 ||
	    (domain != AF_INET && domain != AF_INET6 && domain != AF_UNIX))
		return skstat_error_set(error, -EINVAL,
					"descriptor %d of LISTEN_FDS is no listening socket: write ListenStream= and "
					"Accept=no in the socket unit", fd);
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) || fcntl(fd, F_SETFD, FD_CLOEXEC))
		return skstat_error_set(error, -errno, "descriptor %d of LISTEN_FDS: %s", fd, strerror(errno));
	*listener = (struct skstat_http_listener){ .fd = fd, .local = domain == AF_UNIX };
	return 0;
}

/* Of a variable that is a positive number; 0: it is none. */
static long number_of(const char *name)
{
	const char *text = getenv(name);
	char *end;
	long number;

	if (!text || !*text)
		return 0;
	errno = 0;
	number = strtol(text, &end, 10);
	return errno || *end || number < 0 ? 0 : number;
}

int skstat_passed_take(int first, struct skstat_http_listener *listener, size_t room, struct skstat_error *error)
{
	long count = number_of("LISTEN_PID") == (long)getpid() ? number_of("LISTEN_FDS") : 0;
	int err = 0;

	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	if (count > (long)room)
		return skstat_error_set(error, -E2BIG,
					"LISTEN_FDS has %ld sockets: the exporter takes %zu at most, leave some out of "
					"the socket unit", count, room);
	for (long i = 0; !err && i < count; i++)
		err = take(first + (int)i, &listener[i], error);
	return err ? err : (int)count;
}
