// SPDX-License-Identifier: GPL-2.0
/*
 * JOURNAL: a dump reads each ring from its cursor up to where the ring was when the dump began.
 */
#include <linux/cpumask.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/timekeeping.h>

#include "compat/compat.h"
#include "journal.h"
#include "netlink.h"
#include "run.h"

struct journal_place {
	const struct skstat_ring *ring; /* NULL: the CPU had none when the dump began */
	u64 next, end;
	bool named; /* by a cursor */
	bool told;  /* a message came about this CPU */
};

struct journal_dump {
	u64 events, lost, ns;
	u32 cpu; /* the one at hand; nr_cpu_ids: the totals, beyond: nothing more */
	bool tail;
	struct journal_place place[]; /* by CPU */
};

struct journal_dump_context {
	struct journal_dump *dump;
};

static const struct nla_policy cursor_policy[SKSTAT_CURSOR_NEXT + 1] = {
	[SKSTAT_CURSOR_CPU]  = { .type = NLA_U32 },
	[SKSTAT_CURSOR_NEXT] = { .type = NLA_U64 },
};

const struct nla_policy skstat_journal_policy[SKSTAT_JOURNAL_REQUEST_MAX + 1] = {
	[SKSTAT_JOURNAL_INSTANCE] = NLA_POLICY_MIN(NLA_U64, 1),
	[SKSTAT_JOURNAL_CURSOR]	  = NLA_POLICY_NESTED(cursor_policy),
	[SKSTAT_JOURNAL_TAIL]	  = { .type = NLA_FLAG },
};

static struct journal_dump_context *journal_dump_context(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct journal_dump_context) > sizeof(cb->ctx));
	return (void *)cb->ctx;
}

static int cursor_parse(struct journal_dump *dump, const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	struct nlattr *tb[SKSTAT_CURSOR_NEXT + 1];
	struct journal_place *place;
	u64 next;
	u32 cpu;
	int err;

	err = nla_parse_nested(tb, SKSTAT_CURSOR_NEXT, attr, cursor_policy, extack);
	if (err)
		return err;
	if (!tb[SKSTAT_CURSOR_CPU] || !tb[SKSTAT_CURSOR_NEXT])
		return skstat_netlink_refuse(extack, attr, -EINVAL, "skstat: a cursor needs both cpu and next");
	cpu = nla_get_u32(tb[SKSTAT_CURSOR_CPU]);
	next = nla_get_u64(tb[SKSTAT_CURSOR_NEXT]);
	if (cpu >= nr_cpu_ids || !cpu_possible(cpu))
		return skstat_netlink_refuse(extack, attr, -EINVAL,
					     "skstat: a cursor names a CPU that this machine cannot have");
	place = &dump->place[cpu];
	if (place->named)
		return skstat_netlink_refuse(extack, attr, -EINVAL,
					     "skstat: two cursors name the same CPU: give one for each");
	if (next > place->end)
		return skstat_netlink_refuse(extack, attr, -EINVAL,
					     "skstat: a cursor is beyond the end: give next as a dump returned it");
	place->named = true;
	place->next = next;
	return 0;
}

static int journal_parse(struct journal_dump *dump, struct netlink_callback *cb)
{
	struct nlattr **attrs = skstat_dump_attrs(cb);
	const struct nlattr *instance = attrs[SKSTAT_JOURNAL_INSTANCE];
	struct netlink_ext_ack *extack = cb->extack;
	const struct nlattr *attr;
	int rem, err;

	if (instance && nla_get_u64(instance) != skstat_netlink_instance())
		return skstat_netlink_refuse(extack, instance, -ESTALE,
					     "skstat: cursors of another instance of the module: begin without");
	dump->tail = nla_get_flag(attrs[SKSTAT_JOURNAL_TAIL]);
	if (!attrs[SKSTAT_JOURNAL_CURSOR])
		return 0;
	if (dump->tail)
		return skstat_netlink_refuse(extack, attrs[SKSTAT_JOURNAL_TAIL], -EINVAL,
					     "skstat: tail begins anew, a cursor goes on: give one of the two");
	if (!instance)
		return skstat_netlink_refuse(extack, attrs[SKSTAT_JOURNAL_CURSOR], -EINVAL,
					     "skstat: cursors need the instance that they are of");
	nlmsg_for_each_attr(attr, cb->nlh, GENL_HDRLEN, rem) {
		if (nla_type(attr) != SKSTAT_JOURNAL_CURSOR)
			continue;
		err = cursor_parse(dump, attr, extack);
		if (err)
			return err;
	}
	return 0;
}

/* Where each ring ends now; a CPU that no cursor names begins with its oldest event. */
static void journal_places_init(struct journal_dump *dump)
{
	u32 cpu;

	for_each_possible_cpu(cpu) {
		struct journal_place *place = &dump->place[cpu];

		place->ring = skstat_journal_ring(cpu);
		place->end = place->ring ? skstat_ring_head(place->ring) : 0;
	}
}

static void journal_places_begin(struct journal_dump *dump)
{
	u32 cpu;

	for_each_possible_cpu(cpu) {
		struct journal_place *place = &dump->place[cpu];

		if (dump->tail)
			place->next = place->end;
		else if (!place->named && place->ring)
			place->next = min(skstat_ring_oldest(place->ring), place->end);
	}
}

static int journal_begin(struct netlink_callback *cb)
{
	struct journal_dump *dump;
	int err;

	err = skstat_netlink_admit(cb->skb, cb->nlh, cb->extack);
	if (err)
		return err;
	dump = kvzalloc(struct_size(dump, place, nr_cpu_ids), GFP_KERNEL);
	if (!dump)
		return -ENOMEM;
	journal_places_init(dump);
	err = journal_parse(dump, cb);
	if (err) {
		kvfree(dump);
		return err;
	}
	journal_places_begin(dump);
	journal_dump_context(cb)->dump = dump;
	return 0;
}

/* Events of one CPU, as they go into a message. */
struct journal_copy {
	struct sk_buff *skb;
	struct skstat_run *run; /* the last thing in the skb; NULL: none yet */
	u64 copied, lost;
};

/* Appends one event; one that is lost leaves the skb as it was. False: the skb is full. */
static bool journal_copy_one(struct journal_copy *copy, const struct skstat_ring *ring, u64 number)
{
	const struct skstat_layout *layout = skstat_ring_layout(ring, number);
	struct skstat_run *run = copy->run;
	unsigned int before = copy->skb->len;
	void *at = NULL;

	if (!layout) {
		copy->lost++;
		return true;
	}
	if (run && run->kind == layout->kind)
		at = skstat_run_append(copy->skb, run);
	if (!at) {
		run = skstat_run_put(copy->skb, SKSTAT_JOURNAL_RUN, SKSTAT_JOURNAL_PAD, layout, 1);
		if (!run) {
			skb_trim(copy->skb, before);
			return false;
		}
		at = skstat_run_records(run);
	}
	if (skstat_ring_copy(ring, number, layout, at)) {
		copy->run = run;
		copy->copied++;
		return true;
	}
	if (run == copy->run)
		skstat_run_retract(copy->skb, run);
	else
		skb_trim(copy->skb, before);
	copy->lost++;
	return true;
}

/* What is left of one CPU, as much of it as there is room for. */
static void journal_copy(struct journal_copy *copy, struct journal_place *place)
{
	while (place->next < place->end) {
		u64 oldest = min(skstat_ring_oldest(place->ring), place->end);

		if (place->next < oldest) {
			copy->lost += oldest - place->next;
			place->next = oldest;
		} else if (journal_copy_one(copy, place->ring, place->next)) {
			place->next++;
		} else {
			break;
		}
	}
}

static int cursor_put(struct sk_buff *skb, u32 cpu, struct nlattr **next, struct nlattr **lost)
{
	struct nlattr *nest = nla_nest_start(skb, SKSTAT_JOURNAL_CURSOR);

	if (!nest || nla_put_u32(skb, SKSTAT_CURSOR_CPU, cpu))
		return -EMSGSIZE;
	*next = nla_reserve_64bit(skb, SKSTAT_CURSOR_NEXT, sizeof(u64), SKSTAT_CURSOR_PAD);
	*lost = *next ? nla_reserve_64bit(skb, SKSTAT_CURSOR_LOST, sizeof(u64), SKSTAT_CURSOR_PAD) : NULL;
	if (!*lost)
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* One message about the CPU at hand. 0, or -EMSGSIZE: the skb has no room for one that gets on. */
static int journal_put_cpu(struct journal_dump *dump, struct sk_buff *skb, struct netlink_callback *cb)
{
	struct journal_place *place = &dump->place[dump->cpu];
	void *head = skstat_netlink_put(skb, cb, SKSTAT_CMD_JOURNAL);
	struct journal_copy copy = { .skb = skb };
	struct nlattr *next, *lost;

	if (!head)
		return -EMSGSIZE;
	if (cursor_put(skb, dump->cpu, &next, &lost))
		goto full;
	journal_copy(&copy, place);
	if (place->next < place->end && !copy.copied && !copy.lost)
		goto full;
	memcpy(nla_data(next), &place->next, sizeof(place->next));
	memcpy(nla_data(lost), &copy.lost, sizeof(copy.lost));
	genlmsg_end(skb, head);
	place->told = true;
	dump->events += copy.copied;
	dump->lost += copy.lost;
	return 0;

full:
	genlmsg_cancel(skb, head);
	return -EMSGSIZE;
}

static int journal_put_totals(struct journal_dump *dump, struct sk_buff *skb, struct netlink_callback *cb)
{
	void *head = skstat_netlink_put(skb, cb, SKSTAT_CMD_JOURNAL);
	struct nlattr *nest;

	if (!head)
		return -EMSGSIZE;
	nest = nla_nest_start(skb, SKSTAT_JOURNAL_TOTALS);
	if (!nest ||
	    nla_put_u64_64bit(skb, SKSTAT_JOURNAL_TOTALS_EVENTS, dump->events, SKSTAT_JOURNAL_TOTALS_PAD) ||
	    nla_put_u64_64bit(skb, SKSTAT_JOURNAL_TOTALS_LOST, dump->lost, SKSTAT_JOURNAL_TOTALS_PAD) ||
	    nla_put_u64_64bit(skb, SKSTAT_JOURNAL_TOTALS_NS, dump->ns, SKSTAT_JOURNAL_TOTALS_PAD) ||
	    nla_put_u64_64bit(skb, SKSTAT_JOURNAL_TOTALS_INSTANCE, skstat_netlink_instance(),
			      SKSTAT_JOURNAL_TOTALS_PAD)) {
		genlmsg_cancel(skb, head);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	genlmsg_end(skb, head);
	return 0;
}

/* Messages until the skb is full (-EMSGSIZE) or all rings are read (0). */
static int journal_put(struct journal_dump *dump, struct sk_buff *skb, struct netlink_callback *cb)
{
	int err;

	for (; dump->cpu < nr_cpu_ids; dump->cpu++) {
		const struct journal_place *place = &dump->place[dump->cpu];

		if (!place->ring)
			continue;
		while (!place->told || place->next < place->end) {
			err = journal_put_cpu(dump, skb, cb);
			if (err)
				return err;
		}
	}
	return 0;
}

int skstat_journal_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	u64 began = ktime_get_ns();
	struct journal_dump *dump;
	int err;

	if (!journal_dump_context(cb)->dump) {
		err = journal_begin(cb);
		if (err)
			return err;
	}
	dump = journal_dump_context(cb)->dump;
	if (dump->cpu > nr_cpu_ids)
		return 0;
	err = journal_put(dump, skb, cb);
	dump->ns += ktime_get_ns() - began;
	if (!err)
		err = journal_put_totals(dump, skb, cb);
	if (!err)
		dump->cpu = nr_cpu_ids + 1;
	/* Full is the end of a batch; only if it was empty there is no way on. */
	return skb->len ? skb->len : err;
}

int skstat_journal_done(struct netlink_callback *cb)
{
	kvfree(journal_dump_context(cb)->dump);
	return 0;
}
