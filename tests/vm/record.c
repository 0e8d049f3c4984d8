// SPDX-License-Identifier: GPL-2.0
/*
 * record FILE: makes the sockets of tests/fixtures/dump/recorded.h, in a guest of its own, and writes down what the
 * module says of them, as it says it. tests/fixtures/refresh makes fixtures of that.
 */
#include <netinet/in.h>
#include <time.h>

#include "../fixtures/dump/recorded.h"
#include "lib/dump.h"
#include "lib/module.h"
#include "lib/must.h"
#include "lib/ns.h"
#include "lib/population.h"
#include "lib/recording.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static int listen_at(enum pair_family family, uint16_t port)
{
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = pair_socket(family);

	v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	v6.sin6_addr = family == PAIR_MAPPED ? in6addr_any : in6addr_loopback;
	if (family == PAIR_V4)
		must(bind(fd, (struct sockaddr *)&v4, sizeof(v4)));
	else
		must(bind(fd, (struct sockaddr *)&v6, sizeof(v6)));
	must(listen(fd, 128));
	return fd;
}

/* The last ACK is delayed: only with it do both ends know that all has arrived. */
static void quiet_await(int fd)
{
	struct tcpinfo info;

	for (int i = 0; i < 1000; i++) {
		pair_info(fd, &info);
		if (!info.unacked && !info.notsent_bytes)
			return;
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	}
	must_bail(__FILE__, __LINE__, "quiet_await", "what was sent is not acknowledged");
}

static void pairs_make(enum recorded_place place)
{
	for (size_t r = 0; r < LENGTH(recorded_pairs); r++) {
		const struct recorded_pairs *row = &recorded_pairs[r];
		int listener;

		if (row->place != place)
			continue;
		listener = listen_at(row->family, row->port);
		for (size_t i = 0; i < row->count; i++) {
			struct pair pair = pair_open(listener, row->family);

			pair_talk(pair, (i + 1) * row->request, (i + 1) * row->response);
			quiet_await(pair.client);
			quiet_await(pair.server);
		}
	}
}

int main(int argc, char **argv)
{
	struct population population = { 0 };
	struct skstat_netlink *netlink;
	struct ns home, away;
	FILE *file;

	if (argc != 2) {
		fputs("usage: record FILE\n", stderr);
		return 2;
	}
	module_require();
	netlink = dump_connect();
	home = ns_current();
	away = ns_create();

	pairs_make(RECORDED_HOME);
	population_listeners(&population, PAIR_V4, 1, RECORDED_QUEUED);
	ns_enter(&away);
	pairs_make(RECORDED_AWAY);
	population_half_closed(&population, PAIR_V4, RECORDED_HALF_CLOSED);
	population_embryonic(&population, PAIR_V4, RECORDED_EMBRYONIC);
	population_time_wait(&population, PAIR_V4, RECORDED_TIME_WAIT);
	population_time_wait(&population, PAIR_V6, RECORDED_TIME_WAIT_V6);
	ns_enter(&home);

	file = must_have(fopen(argv[1], "w"));
	recording_ask_all(netlink, file);
	must(fclose(file));

	population_free(&population);
	skstat_netlink_close(netlink);
	ns_close(&away);
	ns_close(&home);
	return 0;
}
