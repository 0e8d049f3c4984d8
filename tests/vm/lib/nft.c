// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netlink/msg.h>
#include <sys/socket.h>

#include "must.h"
#include "nft.h"

#define TABLE "skstat"

/* Messages, one behind the other: they are taken together, or not at all. */
struct batch {
	unsigned char bytes[1024];
	size_t length;
	uint32_t messages;
};

static struct nl_msg *message_begin(struct batch *batch, int type, int flags, uint8_t family, uint16_t resource)
{
	struct nl_msg *message = must_have(nlmsg_alloc());
	struct nfgenmsg header = { .nfgen_family = family, .version = NFNETLINK_V0, .res_id = htons(resource) };

	must_have(nlmsg_put(message, 0, batch->messages++, type, 0, NLM_F_REQUEST | flags));
	must(nlmsg_append(message, &header, sizeof(header), NLMSG_ALIGNTO));
	return message;
}

static void message_end(struct batch *batch, struct nl_msg *message)
{
	struct nlmsghdr *header = nlmsg_hdr(message);

	must_be(batch->length + NLMSG_ALIGN(header->nlmsg_len) <= sizeof(batch->bytes));
	memcpy(batch->bytes + batch->length, header, header->nlmsg_len);
	batch->length += NLMSG_ALIGN(header->nlmsg_len);
	nlmsg_free(message);
}

static struct nl_msg *table_begin(struct batch *batch, int type, int flags)
{
	return message_begin(batch, NFNL_SUBSYS_NFTABLES << 8 | type, flags | NLM_F_ACK, NFPROTO_IPV4, 0);
}

static void bracket_add(struct batch *batch, int type)
{
	message_end(batch, message_begin(batch, type, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES));
}

static void table_add(struct batch *batch, int type, int flags)
{
	struct nl_msg *message = table_begin(batch, type, flags);

	must_be(!nla_put_string(message, NFTA_TABLE_NAME, TABLE));
	message_end(batch, message);
}

/* A chain without a rule: what comes by is dropped. */
static void chain_add(struct batch *batch)
{
	struct nl_msg *message = table_begin(batch, NFT_MSG_NEWCHAIN, NLM_F_CREATE);
	struct nlattr *hook;

	must_be(!nla_put_string(message, NFTA_CHAIN_TABLE, TABLE) && !nla_put_string(message, NFTA_CHAIN_NAME, "input") &&
		!nla_put_string(message, NFTA_CHAIN_TYPE, "filter") &&
		!nla_put_u32(message, NFTA_CHAIN_POLICY, htonl(NF_DROP)));
	hook = must_have(nla_nest_start(message, NFTA_CHAIN_HOOK | NLA_F_NESTED));
	must_be(!nla_put_u32(message, NFTA_HOOK_HOOKNUM, htonl(NF_INET_LOCAL_IN)) &&
		!nla_put_u32(message, NFTA_HOOK_PRIORITY, htonl(0)));
	nla_nest_end(message, hook);
	message_end(batch, message);
}

/* Sends it and takes `answers`: 0, or the first error. */
static int batch_send(const struct batch *batch, size_t answers)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER), err = 0;
	union {
		unsigned char bytes[4096];
		struct nlmsghdr header;
	} answer;

	if (fd < 0)
		return -errno;
	must(send(fd, batch->bytes, batch->length, 0));
	while (answers && !err) {
		struct nlmsghdr *message = &answer.header;
		int left = (int)must(recv(fd, answer.bytes, sizeof(answer.bytes), 0));

		for (; NLMSG_OK(message, (unsigned int)left); message = NLMSG_NEXT(message, left)) {
			must_be(message->nlmsg_type == NLMSG_ERROR);
			err = err ? err : ((struct nlmsgerr *)NLMSG_DATA(message))->error;
			answers -= answers > 0;
		}
	}
	close(fd);
	return err;
}

bool nft_drop_input(void)
{
	struct batch batch = { .length = 0 };
	int err;

	bracket_add(&batch, NFNL_MSG_BATCH_BEGIN);
	table_add(&batch, NFT_MSG_NEWTABLE, NLM_F_CREATE);
	chain_add(&batch);
	bracket_add(&batch, NFNL_MSG_BATCH_END);
	err = batch_send(&batch, 2);
	if (err)
		printf("# no nf_tables here: %s\n", strerror(-err));
	return !err;
}

void nft_drop_nothing(void)
{
	struct batch batch = { .length = 0 };

	bracket_add(&batch, NFNL_MSG_BATCH_BEGIN);
	table_add(&batch, NFT_MSG_DELTABLE, 0);
	bracket_add(&batch, NFNL_MSG_BATCH_END);
	must_be(!batch_send(&batch, 1));
}
