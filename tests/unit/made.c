// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <linux/genetlink.h>

#include "made.h"

void made_append(struct made *made, const void *data, size_t length)
{
	assert_true(NLMSG_ALIGN(made->header.nlmsg_len) + length <= sizeof(made->bytes));
	made->header.nlmsg_len = NLMSG_ALIGN(made->header.nlmsg_len);
	if (length)
		memcpy(made->bytes + made->header.nlmsg_len, data, length);
	made->header.nlmsg_len += (uint32_t)length;
}

void made_start(struct made *made, uint16_t type, uint16_t flags)
{
	memset(made, 0, sizeof(*made));
	made->header.nlmsg_len = NLMSG_HDRLEN;
	made->header.nlmsg_type = type;
	made->header.nlmsg_flags = flags;
}

void made_start_genl(struct made *made, uint8_t cmd)
{
	struct genlmsghdr genl = { .cmd = cmd, .version = SKSTAT_FAMILY_VERSION };

	made_start(made, 30, NLM_F_MULTI);
	made_append(made, &genl, sizeof(genl));
}

void made_put(struct made *made, uint16_t type, const void *data, size_t length)
{
	struct nlattr attr = { .nla_type = type, .nla_len = (uint16_t)(NLA_HDRLEN + length) };

	made_append(made, &attr, sizeof(attr));
	made_append(made, data, length);
}

void made_put_u32(struct made *made, uint16_t type, uint32_t value)
{
	made_put(made, type, &value, sizeof(value));
}

void made_put_u64(struct made *made, uint16_t type, uint64_t value)
{
	made_put(made, type, &value, sizeof(value));
}

size_t made_nest_start(struct made *made, uint16_t type)
{
	made_put(made, type | NLA_F_NESTED, NULL, 0);
	return made->header.nlmsg_len - NLA_HDRLEN;
}

void made_nest_end(struct made *made, size_t at)
{
	struct nlattr attr;

	memcpy(&attr, made->bytes + at, sizeof(attr));
	attr.nla_len = (uint16_t)(made->header.nlmsg_len - at);
	memcpy(made->bytes + at, &attr, sizeof(attr));
}

struct nlmsghdr *made_exact(const struct made *made, size_t length)
{
	struct nlmsghdr *copy = malloc(length);

	assert_non_null(copy);
	memcpy(copy, made->bytes, length);
	copy->nlmsg_len = (uint32_t)length;
	return copy;
}
