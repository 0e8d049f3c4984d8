/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where a dump's records are written. Netlink gives a message 32 KiB at most. To a reader that says that it takes more
 * (SKSTAT_SOCK_ROOM) a message is sent in pages of the dump's own, behind its head: they are lent to one message after the
 * other, and to the next dump, neither allocated nor zeroed anew. Whatever is sent of them was written for that message.
 */
#ifndef SKSTAT_ROOM_H
#define SKSTAT_ROOM_H

#include <linux/mm_types.h>
#include "run.h"

/* A piece is what a run has to fit in: less than an attribute may be long. Each kernel lets an skb have 17. */
#define SKSTAT_ROOM_PIECE  32768
#define SKSTAT_ROOM_PIECES 16

struct skstat_room {
	u32 allowed; /* pieces a message may have; 0: records go into the skb itself */

	/* Of the message that is being written. */
	struct sk_buff *skb;
	void *at; /* in the last piece; NULL: there is none, and the skb itself is meant */
	u32 left; /* bytes behind it */
	bool ready; /* the piece behind the last one is there */
	u32 count;
	u32 used[SKSTAT_ROOM_PIECES];

	/* Of the dump, as many as were ever needed. */
	struct page *piece[SKSTAT_ROOM_PIECES];
};

/*
 * `bytes` are what the reader takes at once; `room` is zeros. A message takes no more than half of what `reader`, its
 * socket, may hold: the kernel drops what comes beside it and does not fit.
 */
void skstat_room_init(struct skstat_room *room, const struct sock *reader, u32 bytes);
void skstat_room_free(struct skstat_room *room);

/* Pages are kept for the next dump, for some seconds. exit(): there is no dump any more. */
void skstat_room_exit(void);
u64 skstat_room_memory(void); /* bytes; any time */

/* Begins a message, which has its head already. Process context, outside of RCU. */
void skstat_room_begin(struct skstat_room *room, struct sk_buff *skb);

/* Goes on in another piece. False: the message has all that it may have. Process context, outside of RCU. */
bool skstat_room_next(struct skstat_room *room);

/*
 * Whether there is another piece, for skstat_room_go_on(): as skstat_room_next(), in any context, if no other piece was
 * begun since. Process context, outside of RCU.
 */
bool skstat_room_has_next(struct skstat_room *room);
bool skstat_room_go_on(struct skstat_room *room);

/*
 * Ends the message: the skb, complete but for them, gets the pieces that were written. Without it they are not sent. `head`
 * as skstat_netlink_put() gave it.
 */
void skstat_room_end(struct skstat_room *room, void *head);

/* How many records of `stride` in `runs` runs still fit. */
u32 skstat_room_left(const struct skstat_room *room, u32 runs, u32 stride);

/* The same, of those that may turn out `longer` as they are written: then there is room with skstat_room_go_on(). */
u32 skstat_room_left_longer(const struct skstat_room *room, u32 runs, u32 stride, u32 longer);

/* skstat_run_put() and skstat_run_retract(), of SKSTAT_SOCK_RUN. */
struct skstat_run *skstat_room_put(struct skstat_room *room, const struct skstat_layout *layout, u32 count);
void skstat_room_retract(struct skstat_room *room, struct skstat_run *run);

#endif
