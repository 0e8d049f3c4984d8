/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the exporter's counters must be: each end of a connection has an account, which knows the payload that was sent
 * and received, since the test sent it, and the kernel's TCP_INFO of the socket itself. The sums by direction, port and
 * family are held against the metrics, to the last byte and segment.
 */
#ifndef SKSTAT_TEST_EXPORTER_BOOKS_H
#define SKSTAT_TEST_EXPORTER_BOOKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exporter.h"
#include "pair.h"

/* R(metric, member, steps): a counter of TCP_INFO, and how many of its steps are one of the metric's unit. */
#define BOOKS_ROWS(R)                                           \
	R("sent_bytes", bytes_sent, 1)                          \
	R("retransmitted_bytes", bytes_retrans, 1)              \
	R("acked_bytes", bytes_acked, 1)                        \
	R("sent_segments", segs_out, 1)                         \
	R("received_segments", segs_in, 1)                      \
	R("retransmitted_segments", total_retrans, 1)           \
	R("delivered_segments", delivered, 1)                   \
	R("delivered_ce_segments", delivered_ce, 1)             \
	R("dsack_duplicates", dsack_dups, 1)                    \
	R("reorderings", reord_seen, 1)                         \
	R("received_out_of_order_segments", rcv_ooopack, 1)     \
	R("busy_seconds", busy_time, 1000000)                   \
	R("receive_window_limited_seconds", rwnd_limited, 1000000) \
	R("send_buffer_limited_seconds", sndbuf_limited, 1000000)

enum {
#define BOOKS_ROW(metric, member, steps) BOOKS_##member,
	BOOKS_ROWS(BOOKS_ROW)
#undef BOOKS_ROW
	BOOKS_COUNTERS,
};

struct account {
	int fd; /* -1: closed */
	char direction[8], port[12], family[8];
	uint64_t base[BOOKS_COUNTERS]; /* the socket's counters when counting began */
	uint64_t now[BOOKS_COUNTERS]; /* when they were last looked at */
	uint64_t carried[BOOKS_COUNTERS]; /* of the times before */
	uint64_t sent, received; /* payload */
};

#define BOOKS_LISTENERS 16

/* Zeroed: empty, and nothing counts yet. */
struct books {
	struct account *account;
	size_t count, room;
	bool counting;
	int listener[BOOKS_LISTENERS];
	size_t listeners;
};

/* Listens for connections of these books, until they are closed. Port 0: any of the range. */
int books_listen(struct books *books, enum pair_family family, uint16_t port);

/* An account for a socket; what it has done so far counts, if anything does. Returns its place. */
size_t books_add(struct books *books, int fd, const char *direction, const char *port, const char *family);

/* Accounts for both ends of a connection to `port`: the client's, going out, and behind it the server's, coming in. */
size_t books_add_pair(struct books *books, struct pair pair, uint16_t port, enum pair_family family);

/* The exporter has begun to count, or has ended: what happens in between is not in the books. */
void books_resume(struct books *books);
void books_pause(struct books *books);

/* The ends of the pair at `at` send each other so much payload. */
void books_talk(struct books *books, size_t at, size_t from_client, size_t from_server);

/* Waits until nothing is under way on any socket and the exporter has taken a full poll since. */
void books_settle(struct books *books, struct exporter *exporter, struct increase *increase);

/* A delta will do: which brings all payload, but not the ACKs that reads send. */
void books_settle_delta(struct books *books, struct exporter *exporter, struct increase *increase);

/* Closes a socket; after books_settle(), and with the way it ends not in the books. */
void books_close(struct books *books, size_t at);

/* BOOKS_PAYLOAD where segments cannot be known: those that ended a connection between two polls. */
enum books_depth { BOOKS_PAYLOAD, BOOKS_ALL };

/* Fails the test unless the metrics have grown by just this; after books_settle(). */
void books_check(const struct books *books, const struct increase *increase, enum books_depth depth);

/* The same of all groups together, whatever they are. Nothing else may have been counted. */
void books_check_sums(const struct books *books, const struct increase *increase);

/* Closes all that is open. */
void books_free(struct books *books);

/* "ipv4" or "ipv6", as the exporter calls it. */
const char *books_family(enum pair_family family);

#endif
