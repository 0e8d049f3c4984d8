// SPDX-License-Identifier: GPL-2.0
/* By 6.12 (not in 6.1) subsystems have drop reasons of their own, and all names are found by subsystem. */
#include <linux/skbuff.h>
#include <net/dropreason.h>
const struct drop_reason_list __rcu **try(void) { return drop_reasons_by_subsys; }
