// SPDX-License-Identifier: GPL-2.0
#include <net/ipv6.h>

#include "compat/compat.h"
#include "filter.h"
#include "record.h"

static int ports_parse(struct skstat_ports *ports, const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	struct nlattr *tb[SKSTAT_RANGE_ATTR_MAX + 1];
	u16 min, max;
	int err;

	err = nla_parse_nested(tb, SKSTAT_RANGE_ATTR_MAX, attr, skstat_range_policy, extack);
	if (err)
		return err;
	min = tb[SKSTAT_RANGE_MIN] ? nla_get_u16(tb[SKSTAT_RANGE_MIN]) : 0;
	max = tb[SKSTAT_RANGE_MAX] ? nla_get_u16(tb[SKSTAT_RANGE_MAX]) : U16_MAX;
	if (min > max) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "skstat: a port range's min is above its max");
		return -EINVAL;
	}
	if (ports->nr == SKSTAT_MAX_MATCHES) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "skstat: more port ranges than INFO's max-matches");
		return -EINVAL;
	}
	ports->range[ports->nr].min = min;
	ports->range[ports->nr].max = max;
	ports->nr++;
	return 0;
}

static int prefixes_parse(struct skstat_prefixes *prefixes, const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	struct nlattr *tb[SKSTAT_PREFIX_MAX + 1];
	int err;

	err = nla_parse_nested(tb, SKSTAT_PREFIX_MAX, attr, skstat_prefix_policy, extack);
	if (err)
		return err;
	if (!tb[SKSTAT_PREFIX_ADDRESS]) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "skstat: a prefix has no address");
		return -EINVAL;
	}
	if (prefixes->nr == SKSTAT_MAX_MATCHES) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "skstat: more prefixes than INFO's max-matches");
		return -EINVAL;
	}
	nla_memcpy(&prefixes->prefix[prefixes->nr].address, tb[SKSTAT_PREFIX_ADDRESS], sizeof(struct in6_addr));
	prefixes->prefix[prefixes->nr].length = tb[SKSTAT_PREFIX_LENGTH] ? nla_get_u8(tb[SKSTAT_PREFIX_LENGTH]) : 128;
	prefixes->nr++;
	return 0;
}

static int netns_parse(struct skstat_filter *filter, const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	if (filter->nr_netns == SKSTAT_MAX_MATCHES) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "skstat: more namespaces than INFO's max-matches");
		return -EINVAL;
	}
	filter->netns[filter->nr_netns++] = nla_get_u64(attr);
	return 0;
}

/* Attributes that may be repeated, of which the parsed array has only the last. */
static int repeated_parse(struct skstat_filter *filter, const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	switch (nla_type(attr)) {
	case SKSTAT_SOCK_LOCAL_PORT:
		return ports_parse(&filter->local_ports, attr, extack);
	case SKSTAT_SOCK_REMOTE_PORT:
		return ports_parse(&filter->remote_ports, attr, extack);
	case SKSTAT_SOCK_LOCAL_PREFIX:
		return prefixes_parse(&filter->local_prefixes, attr, extack);
	case SKSTAT_SOCK_REMOTE_PREFIX:
		return prefixes_parse(&filter->remote_prefixes, attr, extack);
	case SKSTAT_SOCK_NETNS:
		return netns_parse(filter, attr, extack);
	}
	return 0;
}

int skstat_filter_parse(struct skstat_filter *filter, const struct nlmsghdr *nlh, struct nlattr **attrs,
			struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	int rem, err;

	nlmsg_for_each_attr(attr, nlh, GENL_HDRLEN, rem) {
		err = repeated_parse(filter, attr, extack);
		if (err)
			return err;
	}

	filter->states = attrs[SKSTAT_SOCK_STATES] ? nla_get_u32(attrs[SKSTAT_SOCK_STATES]) : ~0U;
	filter->kinds = attrs[SKSTAT_SOCK_KINDS] ? nla_get_u32(attrs[SKSTAT_SOCK_KINDS]) : ~0U;
	filter->families = attrs[SKSTAT_SOCK_FAMILIES] ? nla_get_u32(attrs[SKSTAT_SOCK_FAMILIES]) : SKSTAT_FAMILY_ALL;
	if (attrs[SKSTAT_SOCK_IFINDEX]) {
		filter->by_ifindex = true;
		filter->ifindex = nla_get_u32(attrs[SKSTAT_SOCK_IFINDEX]);
	}
	if (attrs[SKSTAT_SOCK_MARK]) {
		filter->by_mark = true;
		filter->mark = nla_get_u32(attrs[SKSTAT_SOCK_MARK]);
		filter->mark_mask = ~0U;
	}
	if (attrs[SKSTAT_SOCK_MARK_MASK]) {
		if (!filter->by_mark) {
			NL_SET_ERR_MSG_ATTR(extack, attrs[SKSTAT_SOCK_MARK_MASK], "skstat: mark-mask without mark");
			return -EINVAL;
		}
		filter->mark_mask = nla_get_u32(attrs[SKSTAT_SOCK_MARK_MASK]);
	}
	if (attrs[SKSTAT_SOCK_UID]) {
		filter->by_uid = true;
		filter->uid = make_kuid(&init_user_ns, nla_get_u32(attrs[SKSTAT_SOCK_UID]));
	}
	if (attrs[SKSTAT_SOCK_CGROUP]) {
		filter->by_cgroup = true;
		filter->cgroup = nla_get_u64(attrs[SKSTAT_SOCK_CGROUP]);
	}

	filter->common = filter->families != SKSTAT_FAMILY_ALL || filter->by_ifindex || filter->local_ports.nr ||
			 filter->remote_ports.nr || filter->local_prefixes.nr || filter->remote_prefixes.nr;
	filter->held = filter->by_mark || filter->by_uid || filter->by_cgroup;
	return 0;
}

bool skstat_filter_netns(const struct skstat_filter *filter, u64 id)
{
	u32 i;

	for (i = 0; i < filter->nr_netns; i++)
		if (filter->netns[i] == id)
			return true;
	return !filter->nr_netns;
}

static u32 family_of(const struct sock *sk)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6)
		return ipv6_addr_v4mapped(&sk->sk_v6_daddr) ? SKSTAT_FAMILY_MAPPED : SKSTAT_FAMILY_INET6;
#endif
	return SKSTAT_FAMILY_INET;
}

static bool ports_match(const struct skstat_ports *ports, u16 port)
{
	u32 i;

	for (i = 0; i < ports->nr; i++)
		if (port >= ports->range[i].min && port <= ports->range[i].max)
			return true;
	return !ports->nr;
}

static bool prefixes_match(const struct skstat_prefixes *prefixes, const struct sock *sk, bool local)
{
	struct in6_addr address;
	u32 i;

	if (!prefixes->nr)
		return true;
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6)
		address = local ? sk->sk_v6_rcv_saddr : sk->sk_v6_daddr;
	else
#endif
		ipv6_addr_set_v4mapped(local ? sk->sk_rcv_saddr : sk->sk_daddr, &address);
	for (i = 0; i < prefixes->nr; i++)
		if (ipv6_prefix_equal(&address, &prefixes->prefix[i].address, prefixes->prefix[i].length))
			return true;
	return false;
}

bool skstat_filter_common(const struct skstat_filter *filter, const struct sock *sk)
{
	return (family_of(sk) & filter->families) &&
	       (!filter->by_ifindex || READ_ONCE(sk->sk_bound_dev_if) == filter->ifindex) &&
	       ports_match(&filter->local_ports, READ_ONCE(sk->sk_num)) &&
	       ports_match(&filter->remote_ports, ntohs(READ_ONCE(sk->sk_dport))) &&
	       prefixes_match(&filter->local_prefixes, sk, true) &&
	       prefixes_match(&filter->remote_prefixes, sk, false);
}

bool skstat_filter_held(const struct skstat_filter *filter, struct sock *sk)
{
	if (filter->by_mark && (skstat_mark(sk) & filter->mark_mask) != (filter->mark & filter->mark_mask))
		return false;
	if (!filter->by_uid && !filter->by_cgroup)
		return true;
	if (!sk_fullsock(sk))
		return false;
	return (!filter->by_uid || uid_eq(READ_ONCE(sk->sk_uid), filter->uid)) &&
	       (!filter->by_cgroup || skstat_cgroup(skstat_cgroup_of(sk)) == filter->cgroup);
}
