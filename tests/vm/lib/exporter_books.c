// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "exporter_books.h"
#include "must.h"

static const struct {
	const char *metric;
	uint32_t steps;
} rows[BOOKS_COUNTERS] = {
#define BOOKS_ROW(metric, member, steps) { metric, steps },
	BOOKS_ROWS(BOOKS_ROW)
#undef BOOKS_ROW
};

const char *books_family(enum pair_family family)
{
	return family == PAIR_V6 ? "ipv6" : "ipv4";
}

/* Reads the counters of a socket; whether it is quiet. */
static bool counters_read(int fd, uint64_t counters[BOOKS_COUNTERS])
{
	struct tcpinfo info;

	pair_info(fd, &info);
#define BOOKS_ROW(metric, member, steps) counters[BOOKS_##member] = info.member;
	BOOKS_ROWS(BOOKS_ROW)
#undef BOOKS_ROW
	return info.unacked == 0;
}

int books_listen(struct books *books, enum pair_family family, uint16_t port)
{
	int fd = pair_listen_at(family, port, 1024);

	must_be(books->listeners < BOOKS_LISTENERS);
	books->listener[books->listeners++] = fd;
	return fd;
}

size_t books_add(struct books *books, int fd, const char *direction, const char *port, const char *family)
{
	struct account *account;

	if (books->count == books->room) {
		books->room = books->room ? 2 * books->room : 64;
		books->account = must_have(realloc(books->account, books->room * sizeof(*account)));
	}
	account = &books->account[books->count];
	memset(account, 0, sizeof(*account));
	account->fd = fd;
	snprintf(account->direction, sizeof(account->direction), "%s", direction);
	snprintf(account->port, sizeof(account->port), "%s", port);
	snprintf(account->family, sizeof(account->family), "%s", family);
	return books->count++;
}

size_t books_add_pair(struct books *books, struct pair pair, uint16_t port, enum pair_family family)
{
	char name[8];
	size_t at;

	snprintf(name, sizeof(name), "%u", port);
	at = books_add(books, pair.client, "out", name, books_family(family));
	books_add(books, pair.server, "in", name, books_family(family));
	return at;
}

void books_resume(struct books *books)
{
	books->counting = true;
	for (size_t i = 0; i < books->count; i++) {
		if (books->account[i].fd >= 0)
			counters_read(books->account[i].fd, books->account[i].base);
	}
}

static void carry(struct account *account)
{
	for (size_t i = 0; i < BOOKS_COUNTERS; i++)
		account->carried[i] += account->now[i] - account->base[i];
	memcpy(account->base, account->now, sizeof(account->base));
}

void books_pause(struct books *books)
{
	books->counting = false;
	for (size_t i = 0; i < books->count; i++) {
		if (books->account[i].fd < 0)
			continue;
		counters_read(books->account[i].fd, books->account[i].now);
		carry(&books->account[i]);
	}
}

void books_talk(struct books *books, size_t at, size_t from_client, size_t from_server)
{
	struct account *client = &books->account[at], *server = client + 1;

	pair_talk((struct pair){ client->fd, server->fd }, from_client, from_server);
	if (!books->counting)
		return;
	client->sent += from_client;
	server->received += from_client;
	server->sent += from_server;
	client->received += from_server;
}

static void settle(struct books *books, struct exporter *exporter, struct increase *increase,
		   void (*follow)(struct exporter *exporter, struct increase *increase))
{
	for (int left = 100; left; left--) {
		bool quiet = true;

		for (size_t i = 0; i < books->count; i++) {
			if (books->account[i].fd >= 0)
				quiet &= counters_read(books->account[i].fd, books->account[i].now);
		}
		follow(exporter, increase);
		for (size_t i = 0; i < books->count; i++) {
			uint64_t after[BOOKS_COUNTERS];

			if (books->account[i].fd < 0)
				continue;
			quiet &= counters_read(books->account[i].fd, after);
			quiet &= !memcmp(after, books->account[i].now, sizeof(after));
		}
		if (quiet)
			return;
	}
	must_bail(__FILE__, __LINE__, "books_settle", "the sockets do not come to rest");
}

void books_settle(struct books *books, struct exporter *exporter, struct increase *increase)
{
	settle(books, exporter, increase, exporter_follow);
}

void books_settle_delta(struct books *books, struct exporter *exporter, struct increase *increase)
{
	settle(books, exporter, increase, exporter_follow_delta);
}

void books_close(struct books *books, size_t at)
{
	carry(&books->account[at]);
	close(books->account[at].fd);
	books->account[at].fd = -1;
}

/* Of one group. */
struct sums {
	uint64_t sent, received, counter[BOOKS_COUNTERS];
};

static void sums_add(struct sums *sums, const struct account *account)
{
	sums->sent += account->sent;
	sums->received += account->received;
	for (size_t i = 0; i < BOOKS_COUNTERS; i++) {
		sums->counter[i] += account->carried[i];
		if (account->fd >= 0)
			sums->counter[i] += account->now[i] - account->base[i];
	}
}

/* One figure; says which one it is if it differs. Returns how many do. */
static size_t differs(const char *group, const char *what, double is, uint64_t should)
{
	if (is == (double)should)
		return 0;
	printf("# %s: %s is %.17g, not %" PRIu64 "\n", *group ? group : "all groups", what, is, should);
	return 1;
}

/* `group`: label=value words. Returns how many figures are wrong. */
static size_t sums_compare(const struct sums *sums, const struct increase *increase, const char *group,
			   enum books_depth depth)
{
	double sent = increase_of(increase, "skstat_tcp_sent_bytes_total view=default%s", group) -
		      increase_of(increase, "skstat_tcp_retransmitted_bytes_total view=default%s", group);
	double received = increase_of(increase, "skstat_tcp_received_bytes_total view=default%s", group);
	size_t wrong = differs(group, "payload sent", sent, sums->sent);

	wrong += differs(group, "payload received", received, sums->received);
	for (size_t i = 0; depth == BOOKS_ALL && i < BOOKS_COUNTERS; i++) {
		double is = increase_of(increase, "skstat_tcp_%s_total view=default%s", rows[i].metric, group);

		/* Seconds are fractions, and sums of them not quite; the steps are whole. */
		if (rows[i].steps != 1)
			is = (double)(uint64_t)(is * rows[i].steps + 0.5);
		wrong += differs(group, rows[i].metric, is, sums->counter[i]);
	}
	return wrong;
}

static bool same_group(const struct account *a, const struct account *b)
{
	return !strcmp(a->direction, b->direction) && !strcmp(a->port, b->port) && !strcmp(a->family, b->family);
}

void books_check(const struct books *books, const struct increase *increase, enum books_depth depth)
{
	size_t wrong = 0;

	for (size_t i = 0; i < books->count; i++) {
		const struct account *account = &books->account[i];
		struct sums sums = { 0 };
		bool first = true;
		char group[96];

		for (size_t k = 0; k < books->count; k++) {
			if (!same_group(account, &books->account[k]))
				continue;
			first &= k >= i;
			sums_add(&sums, &books->account[k]);
		}
		if (!first)
			continue;
		snprintf(group, sizeof(group), " direction=%s port=%s family=%s", account->direction, account->port,
			 account->family);
		wrong += sums_compare(&sums, increase, group, depth);
	}
	assert_int_equal(wrong, 0);
}

void books_check_sums(const struct books *books, const struct increase *increase)
{
	struct sums sums = { 0 };

	for (size_t i = 0; i < books->count; i++)
		sums_add(&sums, &books->account[i]);
	assert_int_equal(sums_compare(&sums, increase, "", BOOKS_ALL), 0);
}

void books_free(struct books *books)
{
	for (size_t i = 0; i < books->count; i++) {
		if (books->account[i].fd >= 0)
			close(books->account[i].fd);
	}
	for (size_t i = 0; i < books->listeners; i++)
		close(books->listener[i]);
	free(books->account);
	memset(books, 0, sizeof(*books));
}
