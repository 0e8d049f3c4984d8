// SPDX-License-Identifier: GPL-2.0
/*
 * One bug for each detector of the debug kernel, chosen by bug=NAME. Each is
 * made when the module loads; tests/vm/detector/run wants to see it reported.
 * A bug must not kill the machine: the next one runs in the same boot.
 */
#include <linux/list.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/vmalloc.h>

static char *bug = "none";
module_param(bug, charp, 0);

/* Hides a pointer's or an index's origin from the compiler. */
#define opaque(x) ({ typeof(x) _x = (x); OPTIMIZER_HIDE_VAR(_x); _x; })

static void bug_none(void)
{
}

static void bug_use_after_free(void)
{
	int *p = kmalloc(sizeof(*p), GFP_KERNEL);

	kfree(p);
	WRITE_ONCE(*opaque(p), 1);
}

static void bug_out_of_bounds(void)
{
	char *p = kmalloc(20, GFP_KERNEL);

	WRITE_ONCE(opaque(p)[20], 1);
	kfree(p);
}

static void bug_vmalloc_out_of_bounds(void)
{
	char *p = vmalloc(PAGE_SIZE / 2);

	WRITE_ONCE(opaque(p)[PAGE_SIZE / 2], 1);
	vfree(p);
}

static void bug_stack_out_of_bounds(void)
{
	char buf[16] = {};
	char *p = opaque(&buf[0]);

	WRITE_ONCE(p[16], 1);
}

static void bug_array_index(void)
{
	static int array[4];
	int i = opaque(4);

	array[i]++;
}

static void bug_shift(void)
{
	WRITE_ONCE(bug, 1 << opaque(32) ? bug : bug);
}

static void bug_leak(void)
{
	(void)opaque(kmalloc(100, GFP_KERNEL));
}

static DEFINE_SPINLOCK(atomic);

static void bug_sleep_in_atomic(void)
{
	spin_lock(&atomic);
	might_sleep(); /* a real sleep would switch lockdep off */
	spin_unlock(&atomic);
}

static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);

static void bug_lock_order(void)
{
	mutex_lock(&first);
	mutex_lock(&second);
	mutex_unlock(&second);
	mutex_unlock(&first);

	mutex_lock(&second);
	mutex_lock(&first);
	mutex_unlock(&first);
	mutex_unlock(&second);
}

static int __rcu *guarded;

static void bug_rcu_without_lock(void)
{
	(void)rcu_dereference(guarded);
}

static void bug_double_add(void)
{
	LIST_HEAD(list);
	LIST_HEAD(node);

	list_add(&node, &list);
	list_add(&node, &list);
}

static void bug_timer_fired(struct timer_list *timer)
{
}

static void bug_free_active_timer(void)
{
	struct timer_list *timer = kmalloc(sizeof(*timer), GFP_KERNEL);

	timer_setup(timer, bug_timer_fired, 0);
	mod_timer(timer, jiffies + HZ);
	kfree(timer);
}

static const struct {
	const char *name;
	void (*make)(void);
} bugs[] = {
	{ "none", bug_none },
	{ "use_after_free", bug_use_after_free },
	{ "out_of_bounds", bug_out_of_bounds },
	{ "vmalloc_out_of_bounds", bug_vmalloc_out_of_bounds },
	{ "stack_out_of_bounds", bug_stack_out_of_bounds },
	{ "array_index", bug_array_index },
	{ "shift", bug_shift },
	{ "leak", bug_leak },
	{ "sleep_in_atomic", bug_sleep_in_atomic },
	{ "lock_order", bug_lock_order },
	{ "rcu_without_lock", bug_rcu_without_lock },
	{ "double_add", bug_double_add },
	{ "free_active_timer", bug_free_active_timer },
};

static int __init detector_init(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(bugs); i++) {
		if (!strcmp(bugs[i].name, bug)) {
			bugs[i].make();
			return 0;
		}
	}
	return -EINVAL;
}

static void __exit detector_exit(void)
{
}

module_init(detector_init);
module_exit(detector_exit);
MODULE_DESCRIPTION("Seeded bugs, to test the tests");
MODULE_LICENSE("GPL");
