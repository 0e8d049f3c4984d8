// SPDX-License-Identifier: GPL-2.0
#include <errno.h>

#include <netlink/attr.h>
#include <netlink/msg.h>

#include "query.h"

static int ranges_put(struct nl_msg *message, int type, const struct skstat_range *range, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct nlattr *nest = nla_nest_start(message, type | NLA_F_NESTED);

		if (!nest || nla_put_u16(message, SKSTAT_RANGE_MIN, range[i].min) ||
		    nla_put_u16(message, SKSTAT_RANGE_MAX, range[i].max))
			return -EMSGSIZE;
		nla_nest_end(message, nest);
	}
	return 0;
}

static int prefixes_put(struct nl_msg *message, int type, const struct skstat_prefix *prefix, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct nlattr *nest = nla_nest_start(message, type | NLA_F_NESTED);

		if (!nest || nla_put(message, SKSTAT_PREFIX_ADDRESS, sizeof(prefix[i].address), prefix[i].address) ||
		    nla_put_u8(message, SKSTAT_PREFIX_LENGTH, prefix[i].length))
			return -EMSGSIZE;
		nla_nest_end(message, nest);
	}
	return 0;
}

int skstat_query_put(struct nl_msg *message, const struct skstat_query *query)
{
	static const struct skstat_query everything;
	const struct skstat_query *q = query ? query : &everything;
	const struct {
		int type;
		uint32_t value;
	} words[] = {
		{ SKSTAT_SOCK_GROUPS, q->groups },     { SKSTAT_SOCK_STATES, q->states },
		{ SKSTAT_SOCK_FAMILIES, q->families }, { SKSTAT_SOCK_UID, q->uid },
		{ SKSTAT_SOCK_MARK, q->mark },	       { SKSTAT_SOCK_MARK_MASK, q->mark_mask },
		{ SKSTAT_SOCK_IFINDEX, q->ifindex },   { SKSTAT_SOCK_MAX_SOCKETS, q->max_sockets },
		{ SKSTAT_SOCK_KINDS, q->kinds },      { SKSTAT_SOCK_ROOM, q->room },
	};
	const struct {
		int type;
		uint64_t value;
	} longs[] = {
		{ SKSTAT_SOCK_CGROUP, q->cgroup },
		{ SKSTAT_SOCK_ACTIVE_SINCE, q->active_since },
		{ SKSTAT_SOCK_MAX_NS, q->max_ns },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (q->has & 1u << words[i].type && nla_put_u32(message, words[i].type, words[i].value))
			return -EMSGSIZE;
	for (size_t i = 0; i < sizeof(longs) / sizeof(longs[0]); i++)
		if (q->has & 1u << longs[i].type && nla_put_u64(message, longs[i].type, longs[i].value))
			return -EMSGSIZE;
	for (size_t i = 0; i < q->namespaces; i++)
		if (nla_put_u64(message, SKSTAT_SOCK_NETNS, q->netns[i]))
			return -EMSGSIZE;
	if (q->exact && nla_put_flag(message, SKSTAT_SOCK_EXACT))
		return -EMSGSIZE;
	if (q->brief && nla_put_flag(message, SKSTAT_SOCK_BRIEF))
		return -EMSGSIZE;
	if (ranges_put(message, SKSTAT_SOCK_LOCAL_PORT, q->local_port, q->local_ports) ||
	    ranges_put(message, SKSTAT_SOCK_REMOTE_PORT, q->remote_port, q->remote_ports) ||
	    prefixes_put(message, SKSTAT_SOCK_LOCAL_PREFIX, q->local_prefix, q->local_prefixes) ||
	    prefixes_put(message, SKSTAT_SOCK_REMOTE_PREFIX, q->remote_prefix, q->remote_prefixes))
		return -EMSGSIZE;
	return 0;
}
