/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where a kernel keeps the names of its reasons, if it does. Each SKSTAT_HAVE_* is the name of a file in try/, which
 * says what changed and when.
 */
#ifndef SKSTAT_COMPAT_REASON_H
#define SKSTAT_COMPAT_REASON_H

#include <linux/rcupdate.h>
#include <linux/skbuff.h>

#include "compat/config.h"

#if SKSTAT_HAVE_DROP_REASON_SUBSYS || SKSTAT_HAVE_DROP_REASONS
#include <net/dropreason.h>
#endif
#if SKSTAT_HAVE_RST_REASON
#include <net/rstreason.h>
#endif

/* The name of an enum skb_drop_reason, or NULL; under RCU, and as long. */
static inline const char *skstat_drop_reason(u32 reason)
{
#if SKSTAT_HAVE_DROP_REASON_SUBSYS
	u32 subsys = reason >> SKB_DROP_REASON_SUBSYS_SHIFT, number = reason & ~SKB_DROP_REASON_SUBSYS_MASK;
	const struct drop_reason_list *list;

	if (subsys >= SKB_DROP_REASON_SUBSYS_NUM)
		return NULL;
	list = rcu_dereference(drop_reasons_by_subsys[subsys]);
	return list && number < list->n_reasons ? list->reasons[number] : NULL;
#elif SKSTAT_HAVE_DROP_REASONS
	return reason < SKB_DROP_REASON_MAX ? drop_reasons[reason] : NULL;
#else
	return NULL;
#endif
}

/* Whether that name may go with a module. */
static inline bool skstat_drop_reason_of_module(u32 reason)
{
#if SKSTAT_HAVE_DROP_REASON_SUBSYS
	return reason & SKB_DROP_REASON_SUBSYS_MASK;
#else
	return false;
#endif
}

/* The name of an enum sk_rst_reason, or NULL. The kernel exports none: this is from its headers. */
static inline const char *skstat_rst_reason(u32 reason)
{
#if SKSTAT_HAVE_RST_REASON
#define RST_REASON_NAME(NAME) \
	[SK_RST_REASON_##NAME] = #NAME,
	static const char *const names[] = { DEFINE_RST_REASON(RST_REASON_NAME, RST_REASON_NAME) };
#undef RST_REASON_NAME

	return reason < ARRAY_SIZE(names) ? names[reason] : NULL;
#else
	return NULL;
#endif
}

#endif
