// SPDX-License-Identifier: GPL-2.0
#include "must.h"
#include "recording.h"

void recording_write(const struct nlmsghdr *message, FILE *file)
{
	static const char padding[NLMSG_ALIGNTO];
	size_t pad = NLMSG_ALIGN(message->nlmsg_len) - message->nlmsg_len;

	must_be(fwrite(message, message->nlmsg_len, 1, file) == 1);
	must_be(!pad || fwrite(padding, pad, 1, file) == 1);
}

static int message_take(const struct nlmsghdr *message, void *file)
{
	recording_write(message, file);
	return 0;
}

void recording_ask(struct skstat_netlink *netlink, uint8_t cmd, uint16_t flags, FILE *file)
{
	const struct skstat_request request = { .cmd = cmd, .version = SKSTAT_FAMILY_VERSION, .flags = flags };
	struct skstat_error error;

	if (skstat_netlink_raw(netlink, &request, message_take, file, &error))
		must_bail(__FILE__, __LINE__, "skstat_netlink_raw", error.text);
}

void recording_ask_all(struct skstat_netlink *netlink, FILE *file)
{
	recording_ask(netlink, SKSTAT_CMD_INFO, 0, file);
	recording_ask(netlink, SKSTAT_CMD_SCHEMA, NLM_F_DUMP, file);
	recording_ask(netlink, SKSTAT_CMD_SOCK, NLM_F_DUMP, file);
	recording_ask(netlink, SKSTAT_CMD_MIB, NLM_F_DUMP, file);
}
