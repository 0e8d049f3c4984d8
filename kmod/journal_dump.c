// SPDX-License-Identifier: GPL-2.0
/*
 * JOURNAL: a dump reads each ring from its cursor up to where the ring was when the dump began. A message has a run for
 * each kind of event in it: kinds alternate, and a run's head costs as much as half an event.
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

#define JOURNAL_STRETCH 256 /* events in a message, at most: more do not fit into what readers offer */
#define JOURNAL_LOST	JOURNAL_KINDS

/* What one message tells of a CPU: events from a number on, and which kind each of them is. */
struct journal_stretch {
	u32 events;
	u32 count[JOURNAL_KINDS];
	u8 kind[JOURNAL_STRETCH]; /* from SKSTAT_KIND_OPENED on, or JOURNAL_LOST */
};

struct journal_dump {
	u64 events, lost, ns;
	u32 cpu; /* the one at hand; nr_cpu_ids: the totals, beyond: nothing more */
	bool tail;
	struct journal_stretch stretch;
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

/* Runs of one message, by kind; NULL: none. */
struct journal_runs {
	struct skstat_run *run[JOURNAL_KINDS];
	void *at[JOURNAL_KINDS]; /* where its next event goes */
};

/* Which events come next, as many as fit. Bytes that a message has for them: `room`. */
static void stretch_plan(struct journal_stretch *stretch, const struct journal_place *place, u32 room)
{
	u64 number = place->next, end = min(place->end, number + JOURNAL_STRETCH);
	u32 used = 0;

	stretch->events = 0;
	memset(stretch->count, 0, sizeof(stretch->count));
	for (; number < end; number++) {
		const struct skstat_layout *layout = skstat_ring_layout(place->ring, number);
		u32 kind = JOURNAL_LOST;

		if (layout) {
			kind = layout->kind - SKSTAT_KIND_OPENED;
			used += layout->stride + (stretch->count[kind] ? 0 : skstat_run_overhead(1));
			if (used > room)
				return;
			stretch->count[kind]++;
		}
		stretch->kind[stretch->events++] = kind;
	}
}

/* Runs with room for all events of the stretch. 0 or -EMSGSIZE. */
static int runs_put(struct journal_runs *runs, const struct journal_stretch *stretch, struct sk_buff *skb)
{
	u32 kind;

	for (kind = 0; kind < JOURNAL_KINDS; kind++) {
		runs->run[kind] = NULL;
		if (!stretch->count[kind])
			continue;
		runs->run[kind] = skstat_run_put(skb, SKSTAT_JOURNAL_RUN, SKSTAT_JOURNAL_PAD,
						 &skstat_journal_layouts[kind], stretch->count[kind]);
		if (!runs->run[kind])
			return -EMSGSIZE;
		runs->at[kind] = skstat_run_records(runs->run[kind]);
	}
	return 0;
}

/* How many events were lost. */
static u32 runs_fill(struct journal_runs *runs, const struct journal_stretch *stretch,
		     const struct journal_place *place)
{
	u32 lost = 0, i;

	for (i = 0; i < stretch->events; i++) {
		u32 kind = stretch->kind[i];

		if (kind != JOURNAL_LOST &&
		    skstat_ring_copy(place->ring, place->next + i, &skstat_journal_layouts[kind], runs->at[kind]))
			runs->at[kind] += skstat_journal_layouts[kind].stride;
		else
			lost++;
	}
	return lost;
}

/* Runs whose last events were lost end earlier, from the last run to the first: what is behind one has moved by then. */
static void runs_cut(struct journal_runs *runs, struct sk_buff *skb)
{
	u32 kind;

	for (kind = JOURNAL_KINDS; kind-- > 0;)
		if (runs->run[kind])
			skstat_run_cut(skb, runs->run[kind], runs->at[kind]);
}

/* What is left of one CPU, as much of it as there is room for. Returns how many events were lost; *copied that came. */
static u64 journal_copy(struct journal_dump *dump, struct journal_place *place, struct sk_buff *skb, u64 *copied)
{
	struct journal_stretch *stretch = &dump->stretch;
	u64 oldest = min(skstat_ring_oldest(place->ring), place->end), lost = 0;
	unsigned int before = skb->len;
	struct journal_runs runs;
	u32 gone;

	*copied = 0;
	if (place->next < oldest) {
		lost = oldest - place->next;
		place->next = oldest;
	}
	stretch_plan(stretch, place, min_t(u32, skb_tailroom(skb), U16_MAX));
	if (runs_put(&runs, stretch, skb)) {
		skb_trim(skb, before);
		return lost;
	}
	gone = runs_fill(&runs, stretch, place);
	if (gone)
		runs_cut(&runs, skb);
	*copied = stretch->events - gone;
	place->next += stretch->events;
	return lost + gone;
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
	struct nlattr *next, *lost;
	u64 copied, missed;

	if (!head)
		return -EMSGSIZE;
	if (cursor_put(skb, dump->cpu, &next, &lost))
		goto full;
	missed = journal_copy(dump, place, skb, &copied);
	if (place->next < place->end && !copied && !missed)
		goto full;
	memcpy(nla_data(next), &place->next, sizeof(place->next));
	memcpy(nla_data(lost), &missed, sizeof(missed));
	genlmsg_end(skb, head);
	place->told = true;
	dump->events += copied;
	dump->lost += missed;
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
