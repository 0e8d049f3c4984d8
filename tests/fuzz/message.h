/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A fuzzer's input as a netlink message. The parsers are promised one thing by who reads the socket, and get no more
 * here: nlmsg_len covers the header and is not longer than the message.
 */
#ifndef SKSTAT_FUZZ_MESSAGE_H
#define SKSTAT_FUZZ_MESSAGE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <linux/netlink.h>

/* A copy of just its length, aligned, to be freed; NULL of what is no message at all. */
static inline struct nlmsghdr *message_make(const uint8_t *data, size_t size)
{
	struct nlmsghdr *message;

	if (size < NLMSG_HDRLEN)
		return NULL;
	message = malloc(size);
	if (!message)
		abort();
	memcpy(message, data, size);
	message->nlmsg_len = (uint32_t)size;
	return message;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
