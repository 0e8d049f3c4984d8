// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "must.h"
#include "provoke.h"

#define NOBODY 7999 /* where nobody listens */

static struct sockaddr_in loopback(uint16_t port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
}

void provoke_resets(uint16_t first, size_t count)
{
	const struct sockaddr_in nobody = loopback(NOBODY);

	for (size_t i = 0; i < count; i++) {
		const struct sockaddr_in own = loopback(first ? first + i : 0);
		int fd = must(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));

		must(bind(fd, (const void *)&own, sizeof(own)));
		must_be(connect(fd, (const void *)&nobody, sizeof(nobody)) < 0 && errno == ECONNREFUSED);
		close(fd);
	}
}

void provoke_drops(size_t count)
{
	const struct sockaddr_in nobody = loopback(NOBODY);
	int fd = must(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));

	/* Not connected: it does not hear of the errors. */
	for (size_t i = 0; i < count; i++)
		must(sendto(fd, "drop", 4, 0, (const void *)&nobody, sizeof(nobody)));
	close(fd);
}
