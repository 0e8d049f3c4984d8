// SPDX-License-Identifier: GPL-2.0
#include <linux/mm.h>
#include <linux/workqueue.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "room.h"
#include "skstat/netlink.h"

#define PIECE_ORDER get_order(SKSTAT_ROOM_PIECE)
#define SPARES_KEPT (5 * HZ) /* who polls does so more often */

/* Before the pieces: the head, and what brings the first of them to 8 bytes. */
#define HEAD_BYTES (NLMSG_HDRLEN + GENL_HDRLEN + NLA_HDRLEN)

void skstat_room_init(struct skstat_room *room, const struct sock *reader, u32 bytes)
{
	BUILD_BUG_ON(SKSTAT_ROOM_PIECES > MAX_SKB_FRAGS);
	BUILD_BUG_ON(HEAD_BYTES % 8 || SKSTAT_ROOM_PIECE % 8 || SKSTAT_ROOM_PIECE > U16_MAX);
	bytes = min_t(u32, bytes, READ_ONCE(reader->sk_rcvbuf) / 2);
	if (bytes > HEAD_BYTES)
		room->allowed = min_t(u32, (bytes - HEAD_BYTES) / SKSTAT_ROOM_PIECE, SKSTAT_ROOM_PIECES);
}

/* Pieces that the dump before this one has left. */
static struct page *spares[SKSTAT_ROOM_PIECES];

static void spares_drop(struct work_struct *work)
{
	struct page *page;
	u32 i;

	for (i = 0; i < SKSTAT_ROOM_PIECES; i++) {
		page = xchg(&spares[i], NULL);
		if (page)
			put_page(page);
	}
}

static DECLARE_DELAYED_WORK(spares_work, spares_drop);

void skstat_room_free(struct skstat_room *room)
{
	struct page *page;
	bool left = false;
	u32 i;

	for (i = 0; i < SKSTAT_ROOM_PIECES; i++) {
		if (!room->piece[i])
			continue;
		left = true;
		page = xchg(&spares[i], room->piece[i]);
		if (page)
			put_page(page);
	}
	if (left)
		mod_delayed_work(system_wq, &spares_work, SPARES_KEPT);
}

void skstat_room_exit(void)
{
	cancel_delayed_work_sync(&spares_work);
	spares_drop(NULL);
}

u64 skstat_room_memory(void)
{
	u64 memory = 0;
	u32 i;

	for (i = 0; i < SKSTAT_ROOM_PIECES; i++)
		memory += READ_ONCE(spares[i]) ? SKSTAT_ROOM_PIECE : 0;
	return memory;
}

void skstat_room_begin(struct skstat_room *room, struct sk_buff *skb)
{
	room->skb = skb;
	room->ready = false;
	room->at = NULL;
	room->count = 0;
	skstat_room_next(room);
}

/*
 * A piece that nobody else has: not the message before, which the reader has mostly had by now, nor a copy of it that a
 * tap (nlmon) keeps. Whoever else looks at a page for a moment costs it its place, no more.
 */
static struct page *room_piece(struct skstat_room *room, u32 i)
{
	struct page *page = room->piece[i] ?: xchg(&spares[i], NULL);

	room->piece[i] = page;
	/* what is written into it depends on this, and so comes behind what others read */
	if (page && page_count(page) == 1)
		return page;
	if (page)
		put_page(page);
	/* not from the reserves: a message with such a page is not delivered */
	page = alloc_pages(GFP_KERNEL | __GFP_COMP | __GFP_NOWARN | __GFP_NORETRY | __GFP_NOMEMALLOC, PIECE_ORDER);
	room->piece[i] = page;
	return page;
}

bool skstat_room_has_next(struct skstat_room *room)
{
	room->ready = room->count < room->allowed && room_piece(room, room->count);
	return room->ready;
}

bool skstat_room_go_on(struct skstat_room *room)
{
	if (!room->ready)
		return false;
	room->ready = false;
	room->at = page_address(room->piece[room->count]);
	room->used[room->count++] = 0;
	room->left = SKSTAT_ROOM_PIECE;
	return true;
}

bool skstat_room_next(struct skstat_room *room)
{
	return skstat_room_has_next(room) && skstat_room_go_on(room);
}

void skstat_room_end(struct skstat_room *room, void *head)
{
	struct nlmsghdr *message = head - NLMSG_HDRLEN - GENL_HDRLEN;
	struct sk_buff *skb = room->skb;
	u32 i, bytes = 0;

	if (!room->count || !room->used[0])
		return;
	/* there is room: the skb has nothing but the head */
	if (WARN_ON_ONCE(!nla_reserve(skb, SKSTAT_SOCK_PAD, 0)))
		return;
	for (i = 0; i < room->count && room->used[i]; i++) {
		get_page(room->piece[i]);
		skb_add_rx_frag(skb, i, room->piece[i], 0, room->used[i], SKSTAT_ROOM_PIECE);
		bytes += SKSTAT_ROOM_PIECE;
	}
	message->nlmsg_len = skb->len;
	/* the skb is its reader's by now, who is charged for what it weighs and gets that back */
	atomic_add(bytes, &skb->sk->sk_rmem_alloc);
	sk_mem_charge(skb->sk, bytes);
}

u32 skstat_room_left(const struct skstat_room *room, u32 runs, u32 stride)
{
	u32 overhead = skstat_run_overhead(runs);

	if (!room->at)
		return skstat_run_room(room->skb, runs, stride);
	return room->left > overhead ? (room->left - overhead) / stride : 0;
}

/*
 * So many that, were they all `longer`, those for which there is no room any more would fit in another piece; for less
 * than one there is no room at the end of this one.
 */
u32 skstat_room_left_longer(const struct skstat_room *room, u32 runs, u32 stride, u32 longer)
{
	return min(skstat_room_left(room, runs, stride),
		   (SKSTAT_ROOM_PIECE - skstat_run_overhead(runs) - longer) / (longer - stride));
}

/* Takes bytes of the last piece, or gives them back. */
static void room_take(struct skstat_room *room, s32 bytes)
{
	room->at += bytes;
	room->left -= bytes;
	room->used[room->count - 1] += bytes;
}

struct skstat_run *skstat_room_put(struct skstat_room *room, const struct skstat_layout *layout, u32 count)
{
	const u32 bytes = skstat_run_overhead(1) + count * layout->stride;
	struct nlattr *pad = room->at;
	struct skstat_run *run;

	if (!room->at)
		return skstat_run_put(room->skb, SKSTAT_SOCK_RUN, SKSTAT_SOCK_PAD, layout, count);
	if (bytes > room->left)
		return NULL;
	/* every run ends on 8 bytes, and so one is needed before each */
	pad->nla_type = SKSTAT_SOCK_PAD;
	pad->nla_len = NLA_HDRLEN;
	run = skstat_run_begin((void *)pad + NLA_HDRLEN, SKSTAT_SOCK_RUN, layout, count);
	room_take(room, bytes);
	return run;
}

void skstat_room_retract(struct skstat_room *room, struct skstat_run *run)
{
	if (room->at) {
		skstat_run_shorten(run);
		room_take(room, -(s32)run->stride);
	} else {
		skstat_run_retract(room->skb, run);
	}
}
