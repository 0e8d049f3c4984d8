// SPDX-License-Identifier: GPL-2.0
#include "conn.h"
#include "emit.h"
#include "record_fill.h"

/* Of a step: one for each kind, and once in a dump two more (emit_kind()). */
#define EMIT_RUNS (SKSTAT_KIND_NETNS - SKSTAT_KIND_FULL + 2)

/* What many ask for, of full sockets: code is made for each of these that knows its groups. */
#define EMIT_ALL     record_groups(SKSTAT_KIND_FULL)
#define EMIT_POLL    (EMIT_TRAFFIC | 1 << SKSTAT_GROUP_TCP | 1 << SKSTAT_GROUP_MEMORY)
#define EMIT_TRAFFIC (1 << SKSTAT_GROUP_IDENTITY | 1 << SKSTAT_GROUP_TRAFFIC)

/* And how they end, mostly. */
#define EMIT_ALL_SHORT	(SKSTAT_SHORT_ANONYMOUS | SKSTAT_SHORT_NAME)
#define EMIT_POLL_SHORT (SKSTAT_SHORT_BRIEF | EMIT_ALL_SHORT)

void skstat_emit_init(struct skstat_emit *emit, u32 groups, bool brief, bool exact)
{
	const u32 shorts = (brief ? SKSTAT_SHORT_BRIEF : 0) | (skstat_conn_exists() ? 0 : SKSTAT_SHORT_ANONYMOUS);
	enum skstat_kind kind;

	emit->exact = exact;
	groups |= 1 << SKSTAT_GROUP_IDENTITY;
	for (kind = SKSTAT_KIND_FULL; kind < SKSTAT_KIND_NETNS; kind++) {
		skstat_layout_init(&emit->layout[kind], kind, groups);
		skstat_layout_shorten(&emit->layout[kind], shorts);
		emit->max_stride = max_t(u32, emit->max_stride, emit->layout[kind].stride);
	}
	/* until one is met that has more to say: emit_kind() */
	if (!exact)
		skstat_layout_shorten(&emit->layout[SKSTAT_KIND_FULL], shorts | SKSTAT_SHORT_NAME);
	for (kind = SKSTAT_KIND_FULL; kind < SKSTAT_KIND_NETNS; kind++)
		emit->stride = max_t(u32, emit->stride, emit->layout[kind].stride);
	skstat_layout_init(&emit->layout[SKSTAT_KIND_NETNS], SKSTAT_KIND_NETNS, 1 << SKSTAT_GROUP_NETNS);
}

u32 skstat_emit_room(const struct skstat_emit *emit, struct skstat_room *room)
{
	u32 sockets = skstat_room_left(room, EMIT_RUNS, emit->max_stride);

	/* if they become longer, what then has no room any more goes on in another piece */
	if (emit->stride < emit->max_stride && room->at && skstat_room_has_next(room))
		sockets = skstat_room_left_longer(room, EMIT_RUNS, emit->stride, emit->max_stride);
	return min_t(u32, sockets, SKSTAT_WALK_HELD);
}

/* What is read by a pointer out of the socket. */
#define EMIT_LINKED (1 << SKSTAT_GROUP_OWNER | 1 << SKSTAT_GROUP_CONGESTION)

enum emit_how {
	EMIT_HELD,  /* with a reference */
	EMIT_NEAR,  /* without */
	EMIT_EXACT, /* with a reference, and outside of RCU */
};

/* Held sockets on their way into a run. */
struct emission {
	struct skstat_walk *walk;
	const struct skstat_layout *layout;
	u32 next, end; /* of walk->held: those before `next` are done, those from `end` on have another run */
	void *at;
};

/*
 * A near socket whose algorithm, or the protocol above it, has something to say: that code is not ours, and finds a
 * socket that stays. False: there is none any more.
 */
static noinline bool emit_private(void *at, const struct skstat_layout *layout, const struct skstat_source *src)
{
	if (!refcount_inc_not_zero(&src->sk->sk_refcnt))
		return false;
	skstat_record_fill(at, layout, src);
	sock_gen_put(src->sk);
	return true;
}

/* One record. False: it is not of one connection. */
static __always_inline bool emit_record(void *at, const struct skstat_layout *layout, const struct skstat_held *held,
					enum skstat_kind kind, const struct links *links, u32 groups, u32 shorts,
					enum emit_how how)
{
	const bool near = how == EMIT_NEAR;
	const struct skstat_source src = {
		.sk = held->sk, .cookie = near ? held->cookie : skstat_walk_cookie(held),
		.netns = held->count->id, .kind = kind, .state = held->state,
	};

	if (how == EMIT_EXACT)
		skstat_record_fill_exact(at, layout, &src);
	else if (!near || !(groups & (1 << SKSTAT_GROUP_CONGESTION)) || shorts & SKSTAT_SHORT_NAME ||
		 likely(congestion_is_named(links->ca, links->ulp)))
		record_fill_linked(at, groups, shorts, &src, links);
	else if (!emit_private(at, layout, &src))
		return false;
	return kind != SKSTAT_KIND_FULL || skstat_walk_lasts(held, near);
}

/*
 * Inlined with what is constant known: the records of one kind, one after the other, up to one that does not fit the
 * layout. Returns how many there are. Under RCU, unless EMIT_EXACT.
 */
static __always_inline u32 emit_records(struct emission *emission, enum skstat_kind kind, u32 groups, u32 shorts,
					enum emit_how how)
{
	const bool names = groups & (1 << SKSTAT_GROUP_CONGESTION) && shorts & SKSTAT_SHORT_NAME;
	struct skstat_walk *walk = emission->walk;
	const struct skstat_held *next, *end = walk->held + emission->end;
	const u32 stride = __builtin_constant_p(groups) ? record_stride(groups, shorts) : emission->layout->stride;
	void *at = emission->at;
	u32 emitted, gone = 0;

	for (next = walk->held + emission->next; next < end; next++) {
		/* in registers, whatever is written meanwhile */
		const struct skstat_held held = *next;
		struct links links;

		if (unlikely(held.kind != kind))
			continue;
		links = links_read(held.sk, groups);
		if (how == EMIT_NEAR && groups & EMIT_LINKED && unlikely(!skstat_walk_lives(&held, true))) {
			gone++;
			continue;
		}
		if (names && unlikely(!congestion_is_named(links.ca, links.ulp)))
			break;
		if (unlikely(!emit_record(at, emission->layout, &held, kind, &links, groups, shorts, how))) {
			gone++;
			continue;
		}
		held.count->by_state[held.state]++;
		at += stride;
	}
	emission->next = next - walk->held;
	emitted = (u32)(at - emission->at) / stride;
	walk->tally.emitted += emitted;
	walk->tally.not_emitted[SKSTAT_GONE] += gone;
	return emitted;
}

static u32 emit_full(struct emission *emission)
{
	const struct skstat_layout *layout = emission->layout;
	const enum skstat_kind kind = SKSTAT_KIND_FULL;

	if (!emission->walk->near)
		return emit_records(emission, kind, layout->groups, layout->shorts, EMIT_HELD);
	if (layout->groups == EMIT_ALL && layout->shorts == EMIT_ALL_SHORT)
		return emit_records(emission, kind, EMIT_ALL, EMIT_ALL_SHORT, EMIT_NEAR);
	if (layout->groups == EMIT_POLL && layout->shorts & SKSTAT_SHORT_BRIEF)
		return emit_records(emission, kind, EMIT_POLL, EMIT_POLL_SHORT, EMIT_NEAR);
	if (layout->groups == EMIT_TRAFFIC)
		return emit_records(emission, kind, EMIT_TRAFFIC, 0, EMIT_NEAR);
	return emit_records(emission, kind, layout->groups, layout->shorts, EMIT_NEAR);
}

static u32 emit_others(struct emission *emission)
{
	const struct skstat_layout *layout = emission->layout;

	return emit_records(emission, layout->kind, layout->groups, layout->shorts, EMIT_HELD);
}

static u32 emit_exact(struct emission *emission)
{
	return emit_records(emission, SKSTAT_KIND_FULL, emission->layout->groups, emission->layout->shorts, EMIT_EXACT);
}

static u32 emit_count(const struct skstat_walk *walk, enum skstat_kind kind, u32 from)
{
	u32 count = 0, i;

	if (walk->kinds_held == 1 << kind)
		return walk->nr_held - from;
	for (i = from; i < walk->nr_held; i++)
		count += walk->held[i].kind == kind;
	return count;
}

/* Where the sockets of that kind end that are among the next `count` ones of it. */
static u32 emit_end(const struct skstat_walk *walk, enum skstat_kind kind, u32 from, u32 count)
{
	while (count)
		count -= walk->held[from++].kind == kind;
	return from;
}

/* A run for as many of the `count` sockets as there is room for, here or in the next piece; NULL: for none. */
static struct skstat_run *emit_begin(struct emission *emission, struct skstat_room *room, enum skstat_kind kind,
				     u32 count)
{
	const struct skstat_walk *walk = emission->walk;
	u32 fits = skstat_room_left(room, 1, emission->layout->stride);

	if (!fits && skstat_room_go_on(room))
		fits = skstat_room_left(room, 1, emission->layout->stride);
	emission->end = fits < count ? emit_end(walk, kind, emission->next, fits) : walk->nr_held;
	return fits ? skstat_room_put(room, emission->layout, min(count, fits)) : NULL;
}

/* The held sockets of one kind, mostly as one run. */
static bool emit_kind(struct skstat_emit *emit, struct skstat_walk *walk, struct skstat_room *room,
		      enum skstat_kind kind)
{
	struct skstat_layout *layout = &emit->layout[kind];
	struct emission emission = { .walk = walk, .layout = layout };
	struct skstat_run *run;
	u32 count;

	while ((count = emit_count(walk, kind, emission.next))) {
		run = emit_begin(&emission, room, kind, count);
		if (!run)
			return false;
		emission.at = skstat_run_records(run);
		if (emit->exact && kind == SKSTAT_KIND_FULL) {
			count = emit_exact(&emission);
		} else {
			rcu_read_lock();
			count = kind == SKSTAT_KIND_FULL ? emit_full(&emission) : emit_others(&emission);
			rcu_read_unlock();
		}
		while (run->count > count)
			skstat_room_retract(room, run);
		/* The next has more to say, and others may follow: from here on there is a place for it. */
		if (emission.next < emission.end) {
			skstat_layout_shorten(layout, layout->shorts & ~SKSTAT_SHORT_NAME);
			emit->stride = emit->max_stride;
		}
	}
	return true;
}

int skstat_emit(struct skstat_emit *emit, struct skstat_walk *walk, struct skstat_room *room)
{
	enum skstat_kind kind;

	for (kind = SKSTAT_KIND_FULL; kind < SKSTAT_KIND_NETNS; kind++)
		if ((walk->kinds_held & 1 << kind) && !emit_kind(emit, walk, room, kind))
			return -EMSGSIZE;
	return 0;
}
