// SPDX-License-Identifier: GPL-2.0
/*
 * record_protocol FILE: provokes every message that the module knows, with every kind of record in it, in a guest of its
 * own, and writes them down as they come. tests/fixtures/protocol/record keeps that, once for each version.
 */
#include <netinet/in.h>
#include <sys/socket.h>

#include "lib/dump.h"
#include "lib/journal.h"
#include "lib/module.h"
#include "lib/must.h"
#include "lib/population.h"
#include "lib/recording.h"

/* The smallest ring that there is, so that a few connections ring the bell. */
#define RING "journal_events=64"
#define CONNECTIONS 12

#define PROBES                                                                                                  \
	(SKSTAT_PROBE_BIT(LIFE) | SKSTAT_PROBE_BIT(FIRST_BYTE) | SKSTAT_PROBE_BIT(READER) | SKSTAT_PROBE_BIT(DROP) | \
	 SKSTAT_PROBE_BIT(RESET) | SKSTAT_PROBE_BIT(STATE) | SKSTAT_PROBE_BIT(CONGESTION))

static void connection_refused(void)
{
	struct sockaddr_in nobody = { .sin_family = AF_INET, .sin_port = htons(7999) };
	int fd = pair_socket(PAIR_V4);

	nobody.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	must_be(connect(fd, (struct sockaddr *)&nobody, sizeof(nobody)) < 0);
	must(close(fd));
}

/* OPENED, FAILED, CLOSED, LISTEN_STARTED and _STOPPED. */
static void events_provoke(void)
{
	int listener = pair_listen(PAIR_V4, 16);

	connection_refused();
	for (size_t i = 0; i < CONNECTIONS; i++) {
		struct pair pair = pair_open(listener, i % 2 ? PAIR_V4 : PAIR_MAPPED);

		pair_talk(pair, 100 * (i + 1), 300);
		pair_close(pair);
	}
	must(close(listener));
}

/* FULL, LISTEN, TIMEWAIT and REQUEST. */
static void sockets_make(struct population *population)
{
	population_pairs(population, PAIR_V4, 1);
	population_pairs(population, PAIR_V6, 1);
	population_embryonic(population, PAIR_V4, 1);
	population_time_wait(population, PAIR_V4, 1);
}

/* The next message that lies in the holder's socket: a DOORBELL. */
static void bell_record(const struct skstat_netlink *holder, FILE *file)
{
	_Alignas(struct nlmsghdr) unsigned char message[4096];
	ssize_t length = must((int)recv(skstat_netlink_fd(holder), message, sizeof(message), 0));

	must_be(length >= (ssize_t)sizeof(struct nlmsghdr));
	recording_write((const struct nlmsghdr *)message, file);
}

int main(int argc, char **argv)
{
	struct population population = { 0 };
	struct skstat_netlink *netlink;
	struct skstat_error error;
	struct journal holder;
	FILE *file;

	if (argc != 2) {
		fputs("usage: record_protocol FILE\n", stderr);
		return 2;
	}
	module_replace_with(module_path(), RING);
	netlink = dump_connect();
	journal_open(&holder);
	must_be(journal_hold(&holder, PROBES, 0, &error) == 0);
	events_provoke();
	sockets_make(&population);

	file = must_have(fopen(argv[1], "w"));
	recording_ask_all(netlink, file);
	recording_ask(netlink, SKSTAT_CMD_JOURNAL, NLM_F_DUMP, file);
	bell_record(holder.netlink, file);
	recording_ask(netlink, SKSTAT_CMD_COUNTER, NLM_F_DUMP, file);
	recording_ask(netlink, SKSTAT_CMD_HIST, NLM_F_DUMP, file);
	must(fclose(file));

	population_free(&population);
	journal_close(&holder);
	skstat_netlink_close(netlink);
	return 0;
}
