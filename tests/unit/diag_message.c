// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "diag_message.h"

static void append(struct diag_message *made, const void *data, size_t length)
{
	made->header.nlmsg_len = NLMSG_ALIGN(made->header.nlmsg_len);
	assert_true(made->header.nlmsg_len + length <= sizeof(made->bytes));
	if (length)
		memcpy(made->bytes + made->header.nlmsg_len, data, length);
	made->header.nlmsg_len += (uint32_t)length;
}

void diag_message_start(struct diag_message *made, const struct inet_diag_msg *msg)
{
	memset(made, 0, sizeof(*made));
	made->header.nlmsg_len = NLMSG_HDRLEN;
	made->header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
	append(made, msg, sizeof(*msg));
}

void diag_message_put(struct diag_message *made, uint16_t type, const void *data, size_t length)
{
	struct nlattr attr = { .nla_type = type, .nla_len = (uint16_t)(NLA_HDRLEN + length) };

	append(made, &attr, sizeof(attr));
	append(made, data, length);
}

void diag_message_put_u8(struct diag_message *made, uint16_t type, uint8_t value)
{
	diag_message_put(made, type, &value, sizeof(value));
}

struct inet_diag_msg diag_message_of(uint8_t state)
{
	struct inet_diag_msg msg = {
		.idiag_family = AF_INET,
		.idiag_state = state,
		.idiag_timer = 1,
		.idiag_retrans = 3,
		.idiag_expires = 204,
		.idiag_rqueue = 11,
		.idiag_wqueue = 22,
		.idiag_uid = 1000,
		.idiag_inode = 4242,
		.id = { .idiag_sport = htons(8080),
			.idiag_dport = htons(40000),
			.idiag_src = { htonl(0xc0000201), 7, 7, 7 },
			.idiag_dst = { htonl(0xc6336402), 7, 7, 7 },
			.idiag_if = 5,
			.idiag_cookie = { 0x11223344, 0x55667788 } },
	};

	return msg;
}

void diag_message_destroyed(struct diag_message *made, const struct inet_diag_msg *msg,
			    const struct skstat_tcp_info *info)
{
	diag_message_start(made, msg);
	diag_message_put_u8(made, INET_DIAG_PROTOCOL, IPPROTO_TCP);
	diag_message_put(made, INET_DIAG_PAD, NULL, 0);
	diag_message_put(made, INET_DIAG_INFO, info, sizeof(*info));
}
