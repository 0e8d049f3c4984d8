/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The generic-netlink family: commands, policies, who may ask, INFO.
 */
#ifndef SKSTAT_KMOD_NETLINK_H
#define SKSTAT_KMOD_NETLINK_H

#include <net/genetlink.h>
#include "skstat/netlink.h"
#include "skstat/version.h"

/* How many values of one condition a SOCK filter takes. */
#define SKSTAT_MAX_MATCHES 16

extern struct genl_family skstat_family;

/* The policy of SOCK's request; dump.c has to know it for its parser. */
extern const struct nla_policy skstat_range_policy[SKSTAT_RANGE_ATTR_MAX + 1];
extern const struct nla_policy skstat_prefix_policy[SKSTAT_PREFIX_MAX + 1];

/* Opens the family to userspace, closes it. Closing waits for handlers; a dump that is open holds the module. */
int skstat_netlink_init(void);
void skstat_netlink_exit(void);

/* Drawn when the module was loaded; never 0. */
u64 skstat_netlink_instance(void);

/* Adds a walk that ended to what INFO reports. Any context. */
void skstat_netlink_account(u64 sockets, u64 ns);

/*
 * 0 when the sender of `skb` may use this family and speaks its version, else -EPERM or -EPROTONOSUPPORT with a
 * sentence in extack. To be called from the first batch of a dump: its start() has no extack before 6.7.
 */
int skstat_netlink_admit(struct sk_buff *skb, const struct nlmsghdr *nlh, struct netlink_ext_ack *extack);

/* Starts one message of a dump; NULL: the skb is full. */
void *skstat_netlink_put(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd);

/* The dump handlers of SCHEMA, SOCK and MIB. */
int skstat_schema_dump(struct sk_buff *skb, struct netlink_callback *cb);
int skstat_sock_dump(struct sk_buff *skb, struct netlink_callback *cb);
int skstat_sock_done(struct netlink_callback *cb);
int skstat_mib_dump(struct sk_buff *skb, struct netlink_callback *cb);

#endif
