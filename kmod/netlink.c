// SPDX-License-Identifier: GPL-2.0
#include <linux/capability.h>
#include <linux/module.h>
#include <linux/random.h>
#include <net/tcp_states.h>

#include "netlink.h"
#include "skstat/record.h"

static u64 instance;

/* NETNS records are not asked for: they come with the totals. */
#define SKSTAT_GROUPS_ON_REQUEST ((1 << SKSTAT_GROUP_NETNS) - 1)
#define SKSTAT_KINDS_ALL                                                                         \
	(1 << SKSTAT_KIND_FULL | 1 << SKSTAT_KIND_LISTEN | 1 << SKSTAT_KIND_TIMEWAIT |           \
	 1 << SKSTAT_KIND_REQUEST)
#define SKSTAT_STATES_ALL	 ((1 << TCP_NEW_SYN_RECV) - (1 << TCP_ESTABLISHED))

const struct nla_policy skstat_range_policy[SKSTAT_RANGE_ATTR_MAX + 1] = {
	[SKSTAT_RANGE_MIN] = { .type = NLA_U16 },
	[SKSTAT_RANGE_MAX] = { .type = NLA_U16 },
};

const struct nla_policy skstat_prefix_policy[SKSTAT_PREFIX_MAX + 1] = {
	[SKSTAT_PREFIX_ADDRESS] = NLA_POLICY_EXACT_LEN(sizeof(struct skstat_addr)),
	[SKSTAT_PREFIX_LENGTH]	= NLA_POLICY_MAX(NLA_U8, 128),
};

static const struct nla_policy sock_policy[SKSTAT_SOCK_ROOM + 1] = {
	[SKSTAT_SOCK_GROUPS]	    = NLA_POLICY_MASK(NLA_U32, SKSTAT_GROUPS_ON_REQUEST),
	[SKSTAT_SOCK_STATES]	    = NLA_POLICY_MASK(NLA_U32, SKSTAT_STATES_ALL),
	[SKSTAT_SOCK_FAMILIES]	    = NLA_POLICY_MASK(NLA_U32, SKSTAT_FAMILY_ALL),
	[SKSTAT_SOCK_LOCAL_PORT]    = NLA_POLICY_NESTED(skstat_range_policy),
	[SKSTAT_SOCK_REMOTE_PORT]   = NLA_POLICY_NESTED(skstat_range_policy),
	[SKSTAT_SOCK_LOCAL_PREFIX]  = NLA_POLICY_NESTED(skstat_prefix_policy),
	[SKSTAT_SOCK_REMOTE_PREFIX] = NLA_POLICY_NESTED(skstat_prefix_policy),
	[SKSTAT_SOCK_NETNS]	    = NLA_POLICY_MIN(NLA_U64, 1),
	[SKSTAT_SOCK_CGROUP]	    = { .type = NLA_U64 },
	[SKSTAT_SOCK_UID]	    = { .type = NLA_U32 },
	[SKSTAT_SOCK_MARK]	    = { .type = NLA_U32 },
	[SKSTAT_SOCK_MARK_MASK]	    = { .type = NLA_U32 },
	[SKSTAT_SOCK_IFINDEX]	    = { .type = NLA_U32 },
	[SKSTAT_SOCK_ACTIVE_SINCE]  = NLA_POLICY_MIN(NLA_U64, 1),
	[SKSTAT_SOCK_EXACT]	    = { .type = NLA_FLAG },
	[SKSTAT_SOCK_MAX_SOCKETS]   = NLA_POLICY_MIN(NLA_U32, 1),
	[SKSTAT_SOCK_MAX_NS]	    = NLA_POLICY_MIN(NLA_U64, 1),
	[SKSTAT_SOCK_KINDS]	    = NLA_POLICY_MASK(NLA_U32, SKSTAT_KINDS_ALL),
	[SKSTAT_SOCK_BRIEF]	    = { .type = NLA_FLAG },
	[SKSTAT_SOCK_ROOM]	    = { .type = NLA_U32 },
};

/* Of commands that take no attribute: without a policy they would take any. */
static const struct nla_policy no_policy[] = { [1] = { .type = NLA_REJECT } };
#define SKSTAT_NO_ATTRIBUTES .policy = no_policy, .maxattr = ARRAY_SIZE(no_policy) - 1

static const struct genl_ops skstat_ops[] = {
	{ .cmd = SKSTAT_CMD_INFO, .doit = skstat_info_do, SKSTAT_NO_ATTRIBUTES },
	{ .cmd = SKSTAT_CMD_SCHEMA, .dumpit = skstat_schema_dump, SKSTAT_NO_ATTRIBUTES },
	{
		.cmd	 = SKSTAT_CMD_SOCK,
		.dumpit	 = skstat_sock_dump,
		.done	 = skstat_sock_done,
		.policy	 = sock_policy,
		.maxattr = ARRAY_SIZE(sock_policy) - 1,
	},
	{ .cmd = SKSTAT_CMD_MIB, .dumpit = skstat_mib_dump, SKSTAT_NO_ATTRIBUTES },
	{
		.cmd	 = SKSTAT_CMD_JOURNAL,
		.dumpit	 = skstat_journal_dump,
		.done	 = skstat_journal_done,
		.policy	 = skstat_journal_policy,
		.maxattr = SKSTAT_JOURNAL_REQUEST_MAX,
	},
	{
		.cmd	 = SKSTAT_CMD_COUNTER,
		.dumpit	 = skstat_counter_dump,
		.done	 = skstat_counter_done,
		SKSTAT_NO_ATTRIBUTES,
	},
	{ .cmd = SKSTAT_CMD_HIST, .dumpit = skstat_hist_dump, .done = skstat_hist_done, SKSTAT_NO_ATTRIBUTES },
	{
		.cmd	 = SKSTAT_CMD_PROBE_SET,
		.doit	 = skstat_probe_set_do,
		.policy	 = skstat_probe_set_policy,
		.maxattr = SKSTAT_PROBE_SET_MAX,
	},
};

/*
 * No GENL_ADMIN_PERM: its refusal has no sentence. parallel_ops: without it a batch of one dump would wait for the
 * others, under a mutex that all families share.
 */
struct genl_family skstat_family = {
	.name	      = SKSTAT_FAMILY_NAME,
	.version      = SKSTAT_FAMILY_VERSION,
	.module	      = THIS_MODULE,
	.ops	      = skstat_ops,
	.n_ops	      = ARRAY_SIZE(skstat_ops),
	.netnsok      = true,
	.parallel_ops = true,
};

int skstat_netlink_admit(struct sk_buff *skb, const struct nlmsghdr *nlh, struct netlink_ext_ack *extack)
{
	const struct genlmsghdr *genl = nlmsg_data(nlh);

	if (!netlink_capable(skb, CAP_NET_ADMIN)) {
		NL_SET_ERR_MSG(extack, "skstat: needs CAP_NET_ADMIN in the initial user namespace");
		return -EPERM;
	}
	if (genl->version != SKSTAT_FAMILY_VERSION) {
		NL_SET_ERR_MSG(extack, "skstat: this module speaks version 1 of the family, and only that");
		return -EPROTONOSUPPORT;
	}
	return 0;
}

int skstat_netlink_refuse(struct netlink_ext_ack *extack, const struct nlattr *attr, int err, const char *why)
{
	if (extack) {
		extack->_msg = why;
		if (attr)
			NL_SET_BAD_ATTR(extack, attr);
	}
	return err;
}

void *skstat_netlink_put(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd)
{
	return genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, &skstat_family, NLM_F_MULTI, cmd);
}

u64 skstat_netlink_instance(void)
{
	return instance;
}

int skstat_netlink_init(void)
{
	do {
		get_random_bytes(&instance, sizeof(instance));
	} while (!instance);
	return genl_register_family(&skstat_family);
}

void skstat_netlink_exit(void)
{
	genl_unregister_family(&skstat_family);
}
