// SPDX-License-Identifier: GPL-2.0
/*
 * The core's names are there for as long as the kernel is. A subsystem's are in a module, and go with it: they are
 * copied when they are first asked for, so that a cell has the same name ever after.
 */
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "compat/reason.h"
#include "reason.h"

struct reason {
	struct list_head list;
	u32 number;
	char name[SKSTAT_REASON_LENGTH];
};

/* Of subsystems. No more than the kernel's modules have names. */
static DEFINE_MUTEX(reason_mutex); /* guards the list */
static LIST_HEAD(reasons);

static const struct reason *reason_find(u32 number)
{
	const struct reason *reason;

	lockdep_assert_held(&reason_mutex);
	list_for_each_entry(reason, &reasons, list)
		if (reason->number == number)
			return reason;
	return NULL;
}

/* Without memory it is copied another time. */
static void reason_keep(u32 number, const char *name)
{
	struct reason *reason = kzalloc(sizeof(*reason), GFP_KERNEL);

	if (!reason)
		return;
	reason->number = number;
	strscpy(reason->name, name, sizeof(reason->name));
	list_add_tail(&reason->list, &reasons);
}

/* False: the kernel has no name for it now. */
static bool reason_look_up(u32 number, char *name)
{
	const char *text;

	rcu_read_lock();
	text = skstat_drop_reason(number);
	if (text)
		strscpy(name, text, SKSTAT_REASON_LENGTH);
	rcu_read_unlock();
	return text;
}

void skstat_drop_reason_name(u32 number, char *name)
{
	const struct reason *reason;

	mutex_lock(&reason_mutex);
	reason = reason_find(number);
	if (reason)
		strscpy(name, reason->name, SKSTAT_REASON_LENGTH);
	else if (!reason_look_up(number, name))
		strscpy(name, "unknown", SKSTAT_REASON_LENGTH);
	else if (skstat_drop_reason_of_module(number))
		reason_keep(number, name);
	mutex_unlock(&reason_mutex);
}

void skstat_rst_reason_name(u32 number, char *name)
{
	strscpy(name, skstat_rst_reason(number) ?: "unknown", SKSTAT_REASON_LENGTH);
}

void skstat_reason_exit(void)
{
	struct reason *reason, *next;

	list_for_each_entry_safe(reason, next, &reasons, list)
		kfree(reason);
}
