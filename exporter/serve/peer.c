// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/un.h>

#include "address.h"
#include "peer.h"

#define UNIX "unix:"

/* What stands behind "unix:", or NULL: it is no such address. */
static const char *unix_path(const char *text)
{
	return strncmp(text, UNIX, strlen(UNIX)) == 0 ? text + strlen(UNIX) : NULL;
}

static int unix_check(const char *text, const char *path, struct skstat_error *error)
{
	struct sockaddr_un address;

	if ((path[0] != '/' && path[0] != '@') || !path[1])
		return skstat_error_set(error, -EINVAL,
					"\"%.100s\" is no socket: write unix:/PATH, or unix:@NAME for an abstract one",
					text);
	if (strlen(path) >= sizeof(address.sun_path))
		return skstat_error_set(error, -EINVAL,
					"\"%.100s...\" is too long for a socket: write %zu bytes at most", path,
					sizeof(address.sun_path) - 1);
	return 0;
}

static int inet_check(const char *text, struct skstat_address *address, struct skstat_error *error)
{
	int err = skstat_address_parse(text, address, error);

	if (err)
		return err;
	if (!address->host[0] || strcmp(address->port, "0") == 0)
		return skstat_error_set(error, -EINVAL,
					"\"%.100s\" cannot be sent to: write a host and a port", text);
	return 0;
}

int skstat_peer_check(const char *text, struct skstat_error *error)
{
	const char *path = unix_path(text);
	struct skstat_address address;

	return path ? unix_check(text, path, error) : inet_check(text, &address, error);
}

static int unix_resolve(const char *text, const char *path, struct sockaddr_storage *peer, socklen_t *length,
			struct skstat_error *error)
{
	struct sockaddr_un *address = (struct sockaddr_un *)peer;
	int err = unix_check(text, path, error);

	if (err)
		return err;
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	strcpy(address->sun_path, path);
	*length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
	if (path[0] == '@')
		address->sun_path[0] = '\0';
	else
		++*length;
	return 0;
}

int skstat_peer_resolve(const char *text, struct sockaddr_storage *peer, socklen_t *length,
			struct skstat_error *error)
{
	const char *path = unix_path(text);
	struct skstat_address address;
	struct addrinfo *found;
	int err;

	if (path)
		return unix_resolve(text, path, peer, length, error);
	err = inet_check(text, &address, error);
	if (!err)
		err = skstat_address_resolve(&address, text, SOCK_DGRAM, &found, error);
	if (err)
		return err;
	memcpy(peer, found->ai_addr, found->ai_addrlen);
	*length = found->ai_addrlen;
	freeaddrinfo(found);
	return 0;
}
