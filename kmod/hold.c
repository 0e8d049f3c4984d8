// SPDX-License-Identifier: GPL-2.0
/*
 * A holder comes with its first PROBE_SET. When its socket is closed, a notifier marks it, and leaves the rest to a
 * work: detaching takes tens of milliseconds, which are not the closing process' to wait for.
 */
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/notifier.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>

#include "hold.h"
#include "netlink.h"
#include "probe.h"

struct holder {
	struct list_head list;
	struct net *net; /* with a reference: a DOORBELL needs it */
	const struct sock *sk; /* to compare with, never to follow */
	u32 portid;
	bool closed;
	u64 held; /* 1 << enum skstat_probe_id */
};

/*
 * The mutex is for whoever changes the list or attaches; the lock, in addition, for changes of the list and of what is
 * in it, so that the notifier can read with the lock alone.
 */
static DEFINE_MUTEX(hold_mutex);
static DEFINE_SPINLOCK(hold_lock);
static LIST_HEAD(holders);

/* What is wanted of probes, in all. */
static u64 hold_wanted(void)
{
	const struct holder *holder;
	u64 wanted = 0;

	lockdep_assert_held(&hold_mutex);
	spin_lock(&hold_lock);
	list_for_each_entry(holder, &holders, list)
		if (!holder->closed)
			wanted |= holder->held;
	spin_unlock(&hold_lock);
	return wanted;
}

/* Lets go of holders that are closed, or hold nothing; of all, at the end. */
static void hold_reap(bool all)
{
	struct holder *holder, *next;
	LIST_HEAD(gone);

	lockdep_assert_held(&hold_mutex);
	spin_lock(&hold_lock);
	list_for_each_entry_safe(holder, next, &holders, list)
		if (all || holder->closed || !holder->held)
			list_move(&holder->list, &gone);
	spin_unlock(&hold_lock);
	list_for_each_entry_safe(holder, next, &gone, list) {
		put_net(holder->net);
		kfree(holder);
	}
}

static void hold_refit(struct work_struct *work)
{
	u32 failed;

	mutex_lock(&hold_mutex);
	hold_reap(false);
	skstat_probes_attach(hold_wanted(), &failed); /* no more than was attached: it cannot fail */
	mutex_unlock(&hold_mutex);
}

static DECLARE_WORK(hold_work, hold_refit);

/*
 * A socket was closed. Its port may be another socket's by now, which may even hold something: of two holders by that
 * name the older one is closed, and if they were closed in the other order, the next call gets it right.
 */
static int hold_release(struct notifier_block *block, unsigned long event, void *data)
{
	const struct netlink_notify *notify = data;
	struct holder *holder;

	if (event != NETLINK_URELEASE || notify->protocol != NETLINK_GENERIC)
		return NOTIFY_DONE;
	spin_lock(&hold_lock);
	list_for_each_entry(holder, &holders, list) {
		if (holder->net == notify->net && holder->portid == notify->portid && !holder->closed) {
			holder->closed = true;
			schedule_work(&hold_work);
			break;
		}
	}
	spin_unlock(&hold_lock);
	return NOTIFY_DONE;
}

static struct notifier_block hold_notifier = { .notifier_call = hold_release };

/* The holder that a request comes from, made if need be; NULL: no memory. Its socket is not closed while it sends. */
static struct holder *hold_of(const struct sk_buff *request, struct genl_info *info)
{
	const struct sock *sk = NETLINK_CB(request).sk;
	struct holder *holder;

	lockdep_assert_held(&hold_mutex);
	list_for_each_entry(holder, &holders, list)
		if (holder->sk == sk && !READ_ONCE(holder->closed))
			return holder;
	holder = kzalloc(sizeof(*holder), GFP_KERNEL);
	if (!holder)
		return NULL;
	holder->net = get_net(genl_info_net(info));
	holder->sk = sk;
	holder->portid = info->snd_portid;
	spin_lock(&hold_lock);
	list_add_tail(&holder->list, &holders);
	spin_unlock(&hold_lock);
	return holder;
}

static void hold_set(struct holder *holder, u64 held)
{
	spin_lock(&hold_lock);
	holder->held = held;
	spin_unlock(&hold_lock);
}

const struct nla_policy skstat_probe_set_policy[SKSTAT_PROBE_SET_MAX + 1] = {
	[SKSTAT_PROBE_SET_HOLD]	   = { .type = NLA_U64 },
	[SKSTAT_PROBE_SET_RELEASE] = { .type = NLA_U64 },
};

/* Sentences with a probe's name in them: a message in the extended ack is not copied, and older kernels format none. */
#define PROBE_UNAVAILABLE(ID, NAME, name, HELP)                                                    \
	[ID] = "skstat: this kernel cannot have the probe " #name ": INFO says which are available",
#define PROBE_FAILED(ID, NAME, name, HELP) \
	[ID] = "skstat: the probe " #name " could not be attached: nothing has changed, try again",

static const char *const probe_unavailable[] = { SKSTAT_PROBES(PROBE_UNAVAILABLE) };
static const char *const probe_failed[] = { SKSTAT_PROBES(PROBE_FAILED) };

/* The probes that an attribute names; all of them exist. */
static int probes_parse(u64 *probes, const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	u32 id;

	*probes = attr ? nla_get_u64(attr) : 0;
	for (id = 0; id < BITS_PER_TYPE(*probes); id++)
		if ((*probes & BIT_ULL(id)) && !skstat_probe_name(id))
			return skstat_netlink_refuse(extack, attr, -EINVAL,
						     "skstat: a bit of no probe: 1 << id, of the ids in SCHEMA");
	return 0;
}

static int probes_available(u64 probes, const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	u32 id;

	for (id = 0; id < __SKSTAT_PROBE_MAX; id++)
		if ((probes & BIT_ULL(id)) && !skstat_probe_available(id))
			return skstat_netlink_refuse(extack, attr, -EOPNOTSUPP, probe_unavailable[id]);
	return 0;
}

static int hold_change(struct holder *holder, u64 hold, u64 release, struct netlink_ext_ack *extack)
{
	u64 before = holder->held;
	u32 failed;
	int err;

	hold_set(holder, (before | hold) & ~release);
	err = skstat_probes_attach(hold_wanted(), &failed);
	if (err) {
		hold_set(holder, before);
		skstat_netlink_refuse(extack, NULL, err, probe_failed[failed]);
	}
	return err;
}

int skstat_probe_set_do(struct sk_buff *request, struct genl_info *info)
{
	const struct nlattr *to_hold = info->attrs[SKSTAT_PROBE_SET_HOLD];
	const struct nlattr *to_release = info->attrs[SKSTAT_PROBE_SET_RELEASE];
	struct holder *holder;
	u64 hold, release;
	int err;

	err = skstat_netlink_admit(request, info->nlhdr, info->extack);
	if (!err && !to_hold && !to_release)
		err = skstat_netlink_refuse(info->extack, NULL, -EINVAL,
					    "skstat: nothing to do: name probes to hold or to release");
	if (!err)
		err = probes_parse(&hold, to_hold, info->extack);
	if (!err)
		err = probes_parse(&release, to_release, info->extack);
	if (!err)
		err = probes_available(hold & ~release, to_hold, info->extack);
	if (err)
		return err;

	mutex_lock(&hold_mutex);
	holder = hold_of(request, info);
	err = holder ? hold_change(holder, hold, release, info->extack) : -ENOMEM;
	hold_reap(false);
	mutex_unlock(&hold_mutex);
	return err;
}

u32 skstat_hold_count(u32 id)
{
	const struct holder *holder;
	u32 count = 0;

	spin_lock(&hold_lock);
	list_for_each_entry(holder, &holders, list)
		count += !holder->closed && (holder->held & BIT_ULL(id));
	spin_unlock(&hold_lock);
	return count;
}

void skstat_hold_each(u64 probes, void (*each)(struct net *net, u32 portid))
{
	const struct holder *holder;

	mutex_lock(&hold_mutex);
	list_for_each_entry(holder, &holders, list)
		if (!READ_ONCE(holder->closed) && (holder->held & probes))
			each(holder->net, holder->portid);
	mutex_unlock(&hold_mutex);
}

int skstat_hold_init(void)
{
	return netlink_register_notifier(&hold_notifier);
}

void skstat_hold_exit(void)
{
	netlink_unregister_notifier(&hold_notifier);
	cancel_work_sync(&hold_work);
	mutex_lock(&hold_mutex);
	hold_reap(true);
	mutex_unlock(&hold_mutex);
}
