/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The generic-netlink family: commands, policies, who may ask.
 */
#ifndef SKSTAT_KMOD_NETLINK_H
#define SKSTAT_KMOD_NETLINK_H

#include <net/genetlink.h>
#include "skstat/netlink.h"
#include "skstat/version.h"

/* How many values of one condition a SOCK filter takes. */
#define SKSTAT_MAX_MATCHES 16

extern struct genl_family skstat_family;

/* The highest attribute in a request of JOURNAL. */
#define SKSTAT_JOURNAL_REQUEST_MAX SKSTAT_JOURNAL_TAIL

/* Policies of requests, and of nests in them, that another file has to know for its parser or for the table. */
extern const struct nla_policy skstat_range_policy[SKSTAT_RANGE_ATTR_MAX + 1];
extern const struct nla_policy skstat_prefix_policy[SKSTAT_PREFIX_MAX + 1];
extern const struct nla_policy skstat_journal_policy[SKSTAT_JOURNAL_REQUEST_MAX + 1];
extern const struct nla_policy skstat_probe_set_policy[SKSTAT_PROBE_SET_MAX + 1];

/* Opens the family to userspace, closes it. Closing waits for handlers; a dump that is open holds the module. */
int skstat_netlink_init(void);
void skstat_netlink_exit(void);

/* Drawn when the module was loaded; never 0. */
u64 skstat_netlink_instance(void);

/*
 * 0 when the sender of `skb` may use this family and speaks its version, else -EPERM or -EPROTONOSUPPORT with a
 * sentence in extack. To be called from the first batch of a dump: its start() has no extack before 6.7.
 */
int skstat_netlink_admit(struct sk_buff *skb, const struct nlmsghdr *nlh, struct netlink_ext_ack *extack);

/*
 * Returns `err`, and says why: `why` is a literal, or stays for as long as the module does; `attr` is what is wrong, or
 * NULL.
 */
int skstat_netlink_refuse(struct netlink_ext_ack *extack, const struct nlattr *attr, int err, const char *why);

/* Starts one message of a dump; NULL: the skb is full. */
void *skstat_netlink_put(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd);

/* INFO's handler, and a walk that ended, for what it reports: any context. */
int skstat_info_do(struct sk_buff *request, struct genl_info *info);
void skstat_info_account(u64 sockets, u64 ns);

/* The handler of PROBE_SET. */
int skstat_probe_set_do(struct sk_buff *request, struct genl_info *info);

/* The dump handlers of SCHEMA, SOCK, MIB, JOURNAL, COUNTER and HIST. */
int skstat_schema_dump(struct sk_buff *skb, struct netlink_callback *cb);
int skstat_sock_dump(struct sk_buff *skb, struct netlink_callback *cb);
int skstat_sock_done(struct netlink_callback *cb);
int skstat_mib_dump(struct sk_buff *skb, struct netlink_callback *cb);
int skstat_journal_dump(struct sk_buff *skb, struct netlink_callback *cb);
int skstat_journal_done(struct netlink_callback *cb);
int skstat_counter_dump(struct sk_buff *skb, struct netlink_callback *cb);
int skstat_counter_done(struct netlink_callback *cb);
int skstat_hist_dump(struct sk_buff *skb, struct netlink_callback *cb);
int skstat_hist_done(struct netlink_callback *cb);

#endif
