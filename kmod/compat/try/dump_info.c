// SPDX-License-Identifier: GPL-2.0
/* Since 6.7 a dump finds its attributes in a struct genl_info. */
#include <net/genetlink.h>
struct nlattr **try(struct netlink_callback *cb) { return genl_dumpit_info(cb)->info.attrs; }
