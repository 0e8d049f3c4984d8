/* SPDX-License-Identifier: GPL-2.0 */
/* inet_diag's messages, made by hand. Where one grows too long, the test fails. */
#ifndef SKSTAT_TEST_DIAG_MESSAGE_H
#define SKSTAT_TEST_DIAG_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

#include <linux/inet_diag.h>
#include <linux/netlink.h>

#include "source/tcp_info.h"

/* A message that grows at its end. */
struct diag_message {
	union {
		struct nlmsghdr header;
		unsigned char bytes[4096];
	};
};

/* An IPv4 connection of 192.0.2.1:8080 with 198.51.100.2:40000. */
struct inet_diag_msg diag_message_of(uint8_t state);

void diag_message_start(struct diag_message *made, const struct inet_diag_msg *msg);

/* Appends an attribute. */
void diag_message_put(struct diag_message *made, uint16_t type, const void *data, size_t length);
void diag_message_put_u8(struct diag_message *made, uint16_t type, uint8_t value);

/* The message of a destroyed socket: as the kernel makes it, with its padding. */
void diag_message_destroyed(struct diag_message *made, const struct inet_diag_msg *msg,
			    const struct skstat_tcp_info *info);

#endif
