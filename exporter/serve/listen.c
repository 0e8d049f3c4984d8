// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <grp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "address.h"
#include "listen.h"

#define TYPE (SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK)

/* A listening socket, or a negative errno. `v6only` matters to IPv6 alone. */
static int listen_at(const struct sockaddr *address, socklen_t length, int v6only)
{
	int fd = socket(address->sa_family, TYPE, 0);
	const int on = 1;
	int err = 0;

	if (fd < 0)
		return -errno;
	/* Connections of a run before that linger in TIME_WAIT are no reason not to start. */
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    (address->sa_family == AF_INET6 &&
	     setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only, sizeof(v6only))) ||
	    bind(fd, address, length) || listen(fd, SOMAXCONN))
		err = -errno;
	if (!err)
		return fd;
	close(fd);
	return err;
}

static int say(const char *address, const struct skstat_address *parsed, int err, struct skstat_error *error)
{
	switch (err) {
	case -EADDRINUSE:
		return skstat_error_set(error, err,
					"%.100s is taken by another program: choose another --web.listen-address or "
					"stop it", address);
	case -EACCES:
		return skstat_error_set(error, err,
					"%.100s: port %s is for privileged programs: choose one from 1024 on in "
					"--web.listen-address", address, parsed->port);
	case -EADDRNOTAVAIL:
		return skstat_error_set(error, err,
					"%.100s: this machine has no address %.100s: choose another "
					"--web.listen-address", address, parsed->host);
	case -EAFNOSUPPORT:
		return skstat_error_set(error, err,
					"%.100s: this kernel has no such kind of address: choose another "
					"--web.listen-address", address);
	default:
		return skstat_error_set(error, err, "cannot listen on %.100s: %s", address, strerror(-err));
	}
}

/* Both families, or IPv4 where the kernel has IPv6 turned off. */
static int listen_everywhere(const char *port)
{
	const uint16_t number = htons((uint16_t)strtoul(port, NULL, 10));
	const struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = number };
	const struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = number };
	int fd = listen_at((const struct sockaddr *)&six, sizeof(six), 0);

	if (fd == -EAFNOSUPPORT || fd == -EADDRNOTAVAIL)
		fd = listen_at((const struct sockaddr *)&four, sizeof(four), 0);
	return fd;
}

int skstat_listen_tcp(const char *address, struct skstat_error *error)
{
	struct skstat_address parsed;
	struct addrinfo *found;
	int fd;

	fd = skstat_address_parse(address, &parsed, error);
	if (fd)
		return fd;
	if (!parsed.host[0]) {
		fd = listen_everywhere(parsed.port);
		return fd < 0 ? say(address, &parsed, fd, error) : fd;
	}
	fd = skstat_address_resolve(&parsed, address, SOCK_STREAM, &found, error);
	if (fd)
		return fd;
	/* One address of several may be another machine's; one that is taken is not passed over. */
	for (const struct addrinfo *one = found; one; one = one->ai_next) {
		fd = listen_at(one->ai_addr, one->ai_addrlen, 1);
		if (fd != -EADDRNOTAVAIL)
			break;
	}
	freeaddrinfo(found);
	return fd < 0 ? say(address, &parsed, fd, error) : fd;
}

/* Whether a socket at the path is left over from a run before. 0, or why it must stay. */
static int find_dead(const struct sockaddr_un *address, struct skstat_error *error)
{
	const char *path = address->sun_path;
	struct stat status;
	int fd, err;

	if (lstat(path, &status))
		return errno == ENOENT ? 0 : skstat_error_set(error, -errno, "%s: %s", path, strerror(errno));
	if (!S_ISSOCK(status.st_mode))
		return skstat_error_set(error, -EADDRINUSE,
					"%s is there and is no socket: remove it or choose another --web.unix-socket",
					path);
	fd = socket(AF_UNIX, TYPE, 0);
	if (fd < 0)
		return skstat_error_set(error, -errno, "no unix socket: %s", strerror(errno));
	err = connect(fd, (const struct sockaddr *)address, sizeof(*address)) ? -errno : 0;
	close(fd);
	if (err == -ECONNREFUSED || err == -ENOENT)
		return 0;
	if (err == -EACCES || err == -EPERM)
		return skstat_error_set(error, err,
					"%s is another user's socket: remove it or choose another --web.unix-socket",
					path);
	return skstat_error_set(error, -EADDRINUSE,
				"%s is taken by another program: choose another --web.unix-socket or stop it", path);
}

static int bind_unix(int fd, const struct sockaddr_un *address)
{
	/* The mode of a socket is 0777 less the umask, from its first moment on. */
	mode_t before = umask(0117);
	int err = bind(fd, (const struct sockaddr *)address, sizeof(*address)) ? -errno : 0;

	umask(before);
	return err;
}

/* Gives the bound socket to the group and listens. Until then nobody can connect. */
static int open_unix(int fd, const char *path, const char *group, struct skstat_error *error)
{
	const struct group *found = group && *group ? getgrnam(group) : NULL;

	if (found && lchown(path, (uid_t)-1, found->gr_gid))
		return skstat_error_set(error, -errno,
					"%s cannot be given to the group %.32s: %s; choose another --web.unix-group",
					path, group, strerror(errno));
	if (listen(fd, SOMAXCONN))
		return skstat_error_set(error, -errno, "cannot listen on %s: %s", path, strerror(errno));
	return 0;
}

int skstat_listen_unix(const char *path, const char *group, struct skstat_error *error)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd, err;

	if (!*path || strlen(path) >= sizeof(address.sun_path))
		return skstat_error_set(error, -EINVAL,
					"\"%.120s\" cannot be a unix socket: its path has 1 to %zu bytes, give such a "
					"--web.unix-socket", path, sizeof(address.sun_path) - 1);
	strcpy(address.sun_path, path);

	fd = socket(AF_UNIX, TYPE, 0);
	if (fd < 0)
		return skstat_error_set(error, -errno, "no unix socket: %s", strerror(errno));
	err = bind_unix(fd, &address);
	if (err == -EADDRINUSE) {
		err = find_dead(&address, error);
		if (err)
			goto close;
		unlink(path);
		err = bind_unix(fd, &address);
	}
	if (err) {
		skstat_error_set(error, err, "cannot listen on %s: %s", path, strerror(-err));
		goto close;
	}
	err = open_unix(fd, path, group, error);
	if (!err)
		return fd;
	unlink(path);
close:
	close(fd);
	return err;
}
